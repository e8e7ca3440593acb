import type { CallDesk } from '../desk.ts';
import { SoundStream } from '../rtp/stream.ts';
import type { Key } from '../types.ts';
import { isKey } from '../types.ts';
import { answerTo, branchOf, type Dialog, numberOf, tagOf } from './dialog.ts';
import { FloodGate } from './flood.ts';
import {
  cseqOf,
  headerOf,
  listOf,
  parametersOf,
  parseSip,
  parseSipAddress,
  printSip,
  type SipRequest,
  type SipResponse,
} from './message.ts';
import type { Endpoint, SipPorts } from './ports.ts';
import { describe, type Offer, parseOffer } from './sdp.ts';
import { VoiceCall } from './voice-call.ts';

/** RFC 3261 §17, table 4. */
const T1_MS = 500;
const T2_MS = 4_000;
const TIMER_H_MS = 64 * T1_MS;
const CALLS_MAX = 320;
/** Answers that are kept to be given again. */
const ANSWERS_MAX = 8_192;
const MAGIC = 'z9hG4bK';
const METHODS = 'INVITE, ACK, BYE, CANCEL, OPTIONS, INFO';
const REASONS: Readonly<Record<number, string>> = {
  ...{ 100: 'Trying', 200: 'OK', 400: 'Bad Request', 405: 'Method Not Allowed', 415: 'Unsupported Media Type' },
  ...{ 416: 'Unsupported URI Scheme', 420: 'Bad Extension', 481: 'Call/Transaction Does Not Exist' },
  ...{ 482: 'Loop Detected', 486: 'Busy Here', 487: 'Request Terminated', 488: 'Not Acceptable Here' },
  ...{ 500: 'Server Internal Error', 503: 'Service Unavailable', 505: 'Version Not Supported' },
};

export interface SipSettings {
  /** Of this side, as it stands in what it says of itself. */
  readonly address: string;
  readonly port: number;
  /** Addresses from which calls are taken; from everywhere where there are none. */
  readonly peers: readonly string[];
}

type Header = readonly [string, string];

/** A SIP user agent that is called, over UDP: it answers, speaks, hears keys, and hangs up. */
export class SipAgent {
  readonly #desk: CallDesk;
  readonly #ports: SipPorts;
  readonly #settings: SipSettings;
  readonly #gate: FloodGate;
  readonly #dialogs = new Map<string, Dialog>();
  readonly #answers = new Map<string, { readonly bytes: Uint8Array; readonly to: Endpoint }>();
  readonly #asked = new Map<string, (response: SipResponse) => void>();

  constructor(desk: CallDesk, ports: SipPorts, settings: SipSettings) {
    this.#desk = desk;
    this.#ports = ports;
    this.#settings = settings;
    this.#gate = new FloodGate(ports.warn);
  }

  /** Calls that have not ended. */
  get calls(): readonly Dialog[] {
    return [...this.#dialogs.values()];
  }

  /** A datagram that came. What is none of SIP is passed over. */
  receive(bytes: Uint8Array, from: Endpoint): void {
    const { peers } = this.#settings;
    if (peers.length > 0 && !peers.includes(from.address)) return;
    if (!this.#gate.takesMessage(from, this.#ports.now())) return;
    const message = parseSip(bytes);
    if ('reason' in message) {
      const { reason, request } = message;
      const status = reason === 'version-wrong' ? 505 : 400;
      if (request !== undefined && request.method !== 'ACK') this.#answer(request, from, status);
      return;
    }
    if (message.type === 'response') this.#asked.get(`${branchOf(message)} ${cseqOf(message)?.method}`)?.(message);
    else this.#requested(message, from);
  }

  /** Hangs up on everybody. */
  close(): void {
    for (const dialog of this.calls) this.#hangUp(dialog);
  }

  /**
   * Asks somebody for something, until they answer or half a minute is over.
   * @param start `BYE sip:… SIP/2.0`
   */
  request(
    start: string,
    headers: readonly Header[],
    to: Endpoint,
    answered: (response: SipResponse | undefined) => void,
  ) {
    const [method = ''] = start.split(' ');
    const branch = `${MAGIC}${this.#ports.draw(16)}`;
    const { address, port } = this.#settings;
    const via: Header = ['Via', `SIP/2.0/UDP ${address}:${port};rport;branch=${branch}`];
    const bytes = printSip(start, [via, ['Max-Forwards', '70'], ...headers]);
    const key = `${branch} ${method}`;
    const stop = this.#again(bytes, to, () => {
      this.#asked.delete(key);
      answered(undefined);
    });
    this.#asked.set(key, (response) => {
      if (response.status < 200) return;
      stop();
      this.#asked.delete(key);
      answered(response);
    });
  }

  #requested(request: SipRequest, from: Endpoint): undefined {
    if (request.method === 'ACK') return this.#acknowledged(request);
    const before = this.#answers.get(transactionOf(request));
    if (before !== undefined) {
      this.#ports.send(before.bytes, before.to);
      return;
    }
    const fault = this.#faultOf(request);
    if (fault !== undefined) return this.#answer(request, from, fault.status, fault.headers);
    switch (request.method) {
      case 'INVITE':
        return tagOf(request, 'to') === '' ? this.#invited(request, from) : this.#invitedAgain(request, from);
      case 'CANCEL':
        return this.#cancelled(request, from);
      case 'OPTIONS':
        return this.#answer(request, from, 200, [
          ['Allow', METHODS],
          ['Accept', 'application/sdp'],
          ['Supported', ''],
        ]);
      case 'BYE':
      case 'INFO': {
        const dialog = this.#dialogOf(request);
        if (dialog === undefined) return this.#answer(request, from, 481);
        if (!isNext(dialog, request)) return this.#answer(request, from, 500);
        if (request.method === 'INFO') return this.#informed(dialog, request, from);
        this.#answer(request, from, 200);
        return this.#ended(dialog);
      }
      default:
        return this.#answer(request, from, 405, [['Allow', METHODS]]);
    }
  }

  /** RFC 3261 §8.2, in its order. */
  #faultOf(request: SipRequest): { readonly status: number; readonly headers: readonly Header[] } | undefined {
    if (!/^sips?:/i.test(request.uri)) return { status: 416, headers: [] };
    const required = listOf(request.headers.get('require'));
    if (required.length > 0 && request.method !== 'CANCEL') {
      return { status: 420, headers: [['Unsupported', required.join(', ')]] };
    }
    const type = (headerOf(request, 'content-type') ?? '').replace(/;.*$/, '').trim().toLowerCase();
    const encoding = (headerOf(request, 'content-encoding') ?? 'identity').toLowerCase();
    if (request.method !== 'INVITE' || request.body === '') return undefined;
    if (type !== 'application/sdp' || encoding !== 'identity') {
      return {
        status: 415,
        headers: [
          ['Accept', 'application/sdp'],
          ['Accept-Encoding', 'identity'],
        ],
      };
    }
    return undefined;
  }

  #invited(request: SipRequest, from: Endpoint): undefined {
    const key = keyOf(headerOf(request, 'call-id') ?? '', tagOf(request, 'from'));
    // The same call by another way: RFC 3261 §8.2.2.2.
    if (this.#dialogs.has(key)) return this.#answer(request, from, 482);
    if (this.#dialogs.size >= CALLS_MAX || !this.#gate.takesCall(from, this.#ports.now())) {
      return this.#answer(request, from, 503, [['Retry-After', '10']]);
    }
    const offer = request.body === '' ? undefined : parseOffer(request.body);
    if (offer !== undefined && 'reason' in offer) return this.#answer(request, from, 488);
    const target = parseSipAddress(listOf(request.headers.get('contact'))[0] ?? '')?.uri;
    if (target === undefined) return this.#answer(request, from, 400);
    const localTag = this.#ports.draw(16);
    const dialog: Dialog = {
      ...{ callId: headerOf(request, 'call-id') ?? '', remoteTag: tagOf(request, 'from'), localTag, target, from },
      ...{ local: `${headerOf(request, 'to')};tag=${localTag}`, remote: headerOf(request, 'from') ?? '' },
      routes: listOf(request.headers.get('record-route')),
      ...{ branch: branchOf(request), state: 'opening', remoteCseq: cseqOf(request)?.number ?? 0, localCseq: 0 },
      ...{ invited: undefined, media: undefined, stream: undefined, voice: undefined, offer, sdpVersion: 1 },
      sound: offer && { address: offer.address, port: offer.port },
      ...{ isSoundLatched: false, strangers: 0 },
    };
    this.#dialogs.set(key, dialog);
    this.#answer(request, from, 100);
    void this.#opened(dialog, request, from);
  }

  async #opened(dialog: Dialog, request: SipRequest, from: Endpoint): Promise<undefined> {
    const media = await this.#ports.openMedia((bytes, source) => this.#heard(dialog, bytes, source));
    // Cancelled meanwhile: it was answered already.
    if (dialog.state !== 'opening') {
      media?.close();
      return;
    }
    if (media === undefined) {
      this.#forget(dialog);
      return this.#answer(request, from, 503, [['Retry-After', '10']]);
    }
    dialog.media = media;
    dialog.state = 'awaiting-ack';
    this.#answerInvite(dialog, request, from);
  }

  /** Again and again until the ACK comes; where none does, the call is over. RFC 3261 §13.3.1.4 */
  #answerInvite(dialog: Dialog, request: SipRequest, from: Endpoint): void {
    const { address } = this.#settings;
    const session = Number.parseInt(dialog.localTag.slice(0, 12), 16);
    const place = { address, port: dialog.media?.port ?? 0, session, version: dialog.sdpVersion };
    const body = describe(dialog.offer, place);
    const record = request.headers.get('record-route') ?? [];
    const answer = this.#printed(request, from, 200, dialog.localTag, {
      headers: [...record.map((route): Header => ['Record-Route', route]), ...this.#contact()],
      body,
    });
    const cancel = this.#again(answer.bytes, answer.to, () => this.#hangUp(dialog));
    dialog.invited = { cseq: cseqOf(request)?.number ?? 0, answer: answer.bytes, cancel };
  }

  #contact(): Header[] {
    const { address, port } = this.#settings;
    return [
      ['Contact', `<sip:wattpurse@${address}:${port}>`],
      ['Allow', METHODS],
      ['Content-Type', 'application/sdp'],
    ];
  }

  #acknowledged(request: SipRequest): undefined {
    const dialog = this.#dialogOf(request);
    if (dialog?.invited?.cseq !== cseqOf(request)?.number || dialog?.invited === undefined) return;
    dialog.invited.cancel();
    dialog.invited = undefined;
    if (dialog.offer === undefined && request.body !== '') {
      const answer = parseOffer(request.body);
      if ('reason' in answer) return this.#hangUp(dialog);
      this.#hears(dialog, answer);
    }
    if (dialog.state === 'awaiting-ack') this.#begun(dialog, request);
  }

  #begun(dialog: Dialog, request: SipRequest): undefined {
    const { offer } = dialog;
    // Without an offer, and without an answer to this side's own, there is nothing to speak with.
    if (offer === undefined) return this.#hangUp(dialog);
    dialog.state = 'confirmed';
    const number = () => Number.parseInt(this.#ports.draw(8), 16);
    const begin = { source: number(), sequence: number(), timestamp: number() };
    const stream = new SoundStream(offer, begin);
    dialog.stream = stream;
    this.#hears(dialog, offer);
    dialog.voice = new VoiceCall(stream, this.#ports, () => this.#hangUp(dialog));
    if (!dialog.voice.begin(this.#desk, numberOf(request))) this.#hangUp(dialog);
  }

  #hears(dialog: Dialog, offer: Offer): void {
    dialog.offer = offer;
    const { address, port } = offer;
    if (dialog.sound?.address !== address || dialog.sound.port !== port) dialog.isSoundLatched = false;
    dialog.sound = { address, port };
    if (dialog.stream === undefined) return;
    dialog.stream.codec = offer.codec;
    dialog.stream.events = offer.events;
    dialog.stream.isHeld = offer.direction === 'sendonly' || offer.direction === 'inactive';
  }

  #invitedAgain(request: SipRequest, from: Endpoint): undefined {
    const dialog = this.#dialogOf(request);
    if (dialog === undefined) return this.#answer(request, from, 481);
    if (!isNext(dialog, request)) return this.#answer(request, from, 500);
    // One at a time: RFC 3261 §14.2.
    if (dialog.invited !== undefined) return this.#answer(request, from, 500, [['Retry-After', '3']]);
    const offer = request.body === '' ? undefined : parseOffer(request.body);
    if (offer !== undefined && 'reason' in offer) return this.#answer(request, from, 488);
    dialog.sdpVersion += 1;
    if (offer !== undefined) this.#hears(dialog, offer);
    this.#answerInvite(dialog, request, from);
  }

  #cancelled(request: SipRequest, from: Endpoint): undefined {
    const dialog = this.#dialogs.get(keyOf(headerOf(request, 'call-id') ?? '', tagOf(request, 'from')));
    if (dialog === undefined || dialog.branch !== branchOf(request)) return this.#answer(request, from, 481);
    this.#answer(request, from, 200, [], dialog.localTag);
    // What was answered already is ended by a BYE. RFC 3261 §9.2
    if (dialog.state !== 'opening') return;
    this.#forget(dialog);
    const headers = new Map([...request.headers, ['cseq', [`${cseqOf(request)?.number} INVITE`]]]);
    this.#answer({ ...request, method: 'INVITE', headers }, from, 487, [], dialog.localTag);
  }

  #informed(dialog: Dialog, request: SipRequest, from: Endpoint): undefined {
    const key = keyIn(request);
    if (key === 'unknown') return this.#answer(request, from, 415, [['Accept', 'application/dtmf-relay']]);
    this.#answer(request, from, 200);
    if (key !== undefined) dialog.voice?.press(key, 'info');
  }

  /** Sound is taken from the address that was agreed, or that the call came from, and from the port that speaks first. */
  #heard(dialog: Dialog, bytes: Uint8Array, source: Endpoint): void {
    const { sound, from, stream } = dialog;
    if (sound === undefined || stream === undefined) return;
    const isAgreed = source.address === sound.address && source.port === sound.port;
    const isNear = source.address === sound.address || source.address === from.address;
    if (!isAgreed && (dialog.isSoundLatched || !isNear)) {
      dialog.strangers += 1;
      if (dialog.strangers === 1) this.#ports.warn(`Sound for a call came from ${source.address}: it is not heard.`);
      return;
    }
    dialog.sound = source;
    dialog.isSoundLatched = true;
    for (const key of stream.hear(bytes)) dialog.voice?.press(key, stream.events === undefined ? 'tone' : 'event');
  }

  #hangUp(dialog: Dialog): undefined {
    if (dialog.state === 'ended' || dialog.state === 'opening') return this.#ended(dialog);
    const { callId, local, remote, target, routes, from } = dialog;
    dialog.localCseq += 1;
    const headers: Header[] = [
      ...routes.map((route): Header => ['Route', route]),
      ...([
        ['From', local],
        ['To', remote],
        ['Call-ID', callId],
        ['CSeq', `${dialog.localCseq} BYE`],
      ] as const),
    ];
    this.#ended(dialog);
    this.request(`BYE ${target} SIP/2.0`, headers, from, () => undefined);
  }

  #ended(dialog: Dialog): undefined {
    this.#forget(dialog);
    dialog.voice?.hangUp();
    dialog.media?.close();
  }

  #forget(dialog: Dialog): void {
    dialog.state = 'ended';
    dialog.invited?.cancel();
    dialog.invited = undefined;
    this.#dialogs.delete(keyOf(dialog.callId, dialog.remoteTag));
  }

  #dialogOf(request: SipRequest): Dialog | undefined {
    const dialog = this.#dialogs.get(keyOf(headerOf(request, 'call-id') ?? '', tagOf(request, 'from')));
    return dialog?.localTag === tagOf(request, 'to') ? dialog : undefined;
  }

  /** Sends what has to be answered, at growing distances, until it is stopped; `given` is called at the end of patience. */
  #again(bytes: Uint8Array, to: Endpoint, given: () => void): () => void {
    const { send, later } = this.#ports;
    let cancel: () => void = () => undefined;
    const go = (waited: number, wait: number): void => {
      send(bytes, to);
      cancel = later(wait, () => {
        if (waited + wait >= TIMER_H_MS) given();
        else go(waited + wait, Math.min(2 * wait, T2_MS));
      });
    };
    go(0, T1_MS);
    return () => cancel();
  }

  #answer(
    request: SipRequest,
    from: Endpoint,
    status: number,
    headers: readonly Header[] = [],
    tag = this.#ports.draw(16),
  ): undefined {
    const { bytes, to } = this.#printed(request, from, status, tag, { headers, body: '' });
    this.#ports.send(bytes, to);
  }

  /** A response, which the same request gets again. */
  #printed(
    request: SipRequest,
    from: Endpoint,
    status: number,
    tag: string,
    { headers, body }: { readonly headers: readonly Header[]; readonly body: string },
  ): { readonly bytes: Uint8Array; readonly to: Endpoint } {
    const to = headerOf(request, 'to') ?? '';
    const isTagged = status === 100 || tagOf(request, 'to') !== '';
    const copied: Header[] = [
      ...viaOf(request, from),
      ['From', headerOf(request, 'from') ?? ''],
      ['To', isTagged ? to : `${to};tag=${tag}`],
      ['Call-ID', headerOf(request, 'call-id') ?? ''],
      ['CSeq', headerOf(request, 'cseq') ?? ''],
    ];
    const answer = {
      bytes: printSip(`SIP/2.0 ${status} ${REASONS[status] ?? ''}`, [...copied, ...headers], body),
      to: answerTo(request, from),
    };
    this.#answers.set(transactionOf(request), answer);
    const [first = ''] = this.#answers.keys();
    if (this.#answers.size > ANSWERS_MAX) this.#answers.delete(first);
    return answer;
  }
}

const keyOf = (callId: string, tag: string): string => `${callId}\n${tag}`;

/** RFC 3261 §17.2.3; what comes by RFC 2543, without the magic, by all that a request is told apart by. */
const transactionOf = (request: SipRequest): string =>
  [
    ...[request.method, branchOf(request), headerOf(request, 'call-id'), tagOf(request, 'from')],
    ...[headerOf(request, 'cseq'), listOf(request.headers.get('via'))[0]],
  ].join('\n');

/** Numbers of a dialog only rise. RFC 3261 §12.2.2 */
function isNext(dialog: Dialog, request: SipRequest): boolean {
  const number = cseqOf(request)?.number ?? 0;
  if (number <= dialog.remoteCseq) return false;
  dialog.remoteCseq = number;
  return true;
}

/** All of them, the top one with where it was seen. RFC 3261 §18.2.1, RFC 3581 §4 */
function viaOf(request: SipRequest, from: Endpoint): Header[] {
  return listOf(request.headers.get('via')).map((via, i): Header => {
    if (i > 0) return ['Via', via];
    const seen = parametersOf(via).has('rport') ? via.replace(/;\s*rport\b(=\d*)?/i, `;rport=${from.port}`) : via;
    return ['Via', `${seen};received=${from.address}`];
  });
}

/** `Signal=5` of dtmf-relay, or a body that is the key. */
function keyIn({ body, ...request }: SipRequest): Key | 'unknown' | undefined {
  const type = (headerOf({ ...request, body }, 'content-type') ?? '').replace(/;.*$/, '').trim().toLowerCase();
  if (type !== 'application/dtmf-relay' && type !== 'application/dtmf') return body === '' ? undefined : 'unknown';
  const [, signal = body.trim()] = /^\s*Signal\s*=\s*(\S+)/im.exec(body) ?? [];
  const key = signal === '10' ? '*' : signal === '11' ? '#' : signal;
  return isKey(key) ? key : undefined;
}
