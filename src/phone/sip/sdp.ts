/** A codec that every telephone has: PCMU and PCMA, by their static payload types. RFC 3551 §6 */
export type Codec = 0 | 8;

/** Where a telephone wants its sound, and how. */
export interface Offer {
  readonly address: string;
  readonly port: number;
  readonly codec: Codec;
  /** Payload type of digits as events, RFC 4733; nothing where they have to be heard. */
  readonly events: number | undefined;
  /** What the telephone does with the sound of its own; the answer is its mirror. */
  readonly direction: Direction;
  /** All media of the offer in their order: those but the first sound are refused, each at its place. */
  readonly media: readonly { readonly line: string; readonly isTaken: boolean }[];
}
export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

export interface OfferFailure {
  readonly reason: 'sdp-wrong' | 'no-sound' | 'no-codec';
}

const LINES_MAX = 200;
const CODECS: readonly number[] = [0, 8];
const EVENT_TYPE_MIN = 96;
const EVENT_TYPE_MAX = 127;

/** Reads an offer or an answer: RFC 8866 and 3264, as far as one stream of sound needs it. */
export function parseOffer(body: string): Offer | OfferFailure {
  const lines = body.split(/\r?\n/).filter((line) => line !== '');
  if (lines.length > LINES_MAX || lines[0] !== 'v=0' || lines.some((line) => !/^[a-z]=/.test(line))) {
    return { reason: 'sdp-wrong' };
  }
  const begins = lines.flatMap((line, i) => (line.startsWith('m=') ? [i] : []));
  const session = lines.slice(0, begins[0] ?? lines.length);
  const parts = begins.map((from, i) => lines.slice(from, begins[i + 1] ?? lines.length));
  const isSound = ([first = '']: readonly string[]) => /^m=audio [1-9]\d{0,4}(\/1)? RTP\/AVP( \d{1,3})+$/.test(first);
  const taken = parts.findIndex(isSound);
  const sound = parts[taken];
  if (sound === undefined) return { reason: 'no-sound' };
  const [, port = '', types = ''] = /^m=audio (\d+)(?:\/1)? RTP\/AVP((?: \d{1,3})+)$/.exec(sound[0] ?? '') ?? [];
  const offered = types.trim().split(' ').map(Number);
  const codec = offered.find((type): type is Codec => CODECS.includes(type));
  const address = connectionIn(sound) ?? connectionIn(session);
  if (address === undefined || Number(port) > 65_535) return { reason: 'sdp-wrong' };
  if (codec === undefined) return { reason: 'no-codec' };
  return {
    ...{ address, port: Number(port), codec, events: eventsIn(sound, offered) },
    // RFC 2543 held calls with this address.
    direction: address === '0.0.0.0' ? 'sendonly' : (directionIn(sound) ?? directionIn(session) ?? 'sendrecv'),
    media: parts.map(([line = ''], i) => ({ line, isTaken: i === taken })),
  };
}

const connectionIn = (lines: readonly string[]): string | undefined =>
  lines.flatMap((line) => /^c=IN IP4 ((?:\d{1,3}\.){3}\d{1,3})$/.exec(line)?.[1] ?? [])[0];

const directionIn = (lines: readonly string[]): Direction | undefined =>
  lines.flatMap(
    (line) => (/^a=(sendrecv|sendonly|recvonly|inactive)$/.exec(line)?.[1] as Direction | undefined) ?? [],
  )[0];

function eventsIn(lines: readonly string[], offered: readonly number[]): number | undefined {
  const types = lines
    .flatMap((line) => /^a=rtpmap:(\d{1,3}) telephone-event\/8000\b/i.exec(line)?.[1] ?? [])
    .map(Number);
  return types.find((type) => type >= EVENT_TYPE_MIN && type <= EVENT_TYPE_MAX && offered.includes(type));
}

const MIRROR: Readonly<Record<Direction, Direction>> = {
  sendrecv: 'sendrecv',
  sendonly: 'recvonly',
  recvonly: 'sendonly',
  inactive: 'inactive',
};
/** Of what this side offers by itself. */
const OWN_EVENTS = 101;

/** What this side answers to an offer, or, without one, offers by itself. */
export function describe(
  offer: Offer | undefined,
  { address, port, session, version }: { address: string; port: number; session: number; version: number },
): string {
  const events = offer?.events === undefined ? [] : [offer.events];
  const types = offer === undefined ? [...CODECS, OWN_EVENTS] : [offer.codec, ...events];
  const sound = [
    `m=audio ${port} RTP/AVP ${types.join(' ')}`,
    ...types
      .filter((type) => CODECS.includes(type))
      .map((type) => `a=rtpmap:${type} ${type === 0 ? 'PCMU' : 'PCMA'}/8000`),
    ...types
      .filter((type) => !CODECS.includes(type))
      .flatMap((type) => [`a=rtpmap:${type} telephone-event/8000`, `a=fmtp:${type} 0-15`]),
    'a=ptime:20',
    `a=${offer === undefined ? 'sendrecv' : MIRROR[offer.direction]}`,
  ];
  // A stream that is not taken is refused at its place, with port 0. RFC 3264 §6
  const media = offer?.media.flatMap(({ line, isTaken }) => (isTaken ? sound : [line.replace(/^(m=\S+) \S+/, '$1 0')]));
  const lines = [
    ...['v=0', `o=wattpurse ${session} ${version} IN IP4 ${address}`, 's=wattpurse', `c=IN IP4 ${address}`, 't=0 0'],
    ...(media ?? sound),
  ];
  return `${lines.join('\r\n')}\r\n`;
}
