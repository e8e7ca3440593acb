import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PIN } from '../../host/callers.testing.ts';
import { TestOperator } from '../phone.testing.ts';
import { decodeSound, encodeSound, SILENCE } from '../rtp/g711.ts';
import { writeRtpHead } from '../rtp/packet.ts';
import { PEER, SipRig, SOUND } from './agent.testing.ts';
import { headerOf, type SipMessage } from './message.ts';
import { requestBytes, requestText, SDP } from './messages.testing.ts';

const CALL = { body: SDP } as const;
const statusOf = (message: SipMessage | undefined) => (message?.type === 'response' ? message.status : undefined);

/** A key as an event. */
function eventPacket(key: string, timestamp: number): Uint8Array {
  const bytes = new Uint8Array(16);
  writeRtpHead(bytes, { type: 101, sequence: timestamp % 65_536, timestamp, source: 1 }, true);
  bytes.set(['0123456789*#'.indexOf(key), 0x8a, 3, 32], 12);
  return bytes;
}

async function keyed(rig: SipRig, tag: string, keys: string, from: number): Promise<void> {
  let cseq = from;
  for (const key of keys) {
    const body = `Signal=${key}\r\nDuration=160\r\n`;
    const info = {
      method: 'INFO',
      branch: `z9hG4bKi${cseq}`,
      toTag: tag,
      cseq: cseq++,
      body,
      type: 'application/dtmf-relay',
    };
    assert.equal(statusOf(await rig.receive(info)), 200);
  }
}

test('a call is answered, spoken to, and buys by keys of SIP INFO what it heard whole', async () => {
  const rig = await SipRig.open();
  const tag = await rig.call(CALL);
  assert.deepEqual(rig.statuses(), [100, 200]);
  const answer = rig.sent[1]?.message as SipMessage;
  assert.equal(headerOf(answer, 'content-type'), 'application/sdp');
  assert.match(answer.body, /m=audio 6000 RTP\/AVP 8 101/);
  assert.match(headerOf(answer, 'via') ?? '', /branch=z9hG4bK1;received=192\.0\.2\.7$/);
  await keyed(rig, tag, `211${PIN}#`, 2);
  await keyed(rig, tag, '1', 50);
  const { bank } = rig.phone.rig.till;
  assert.equal(bank.accounts.size, 0, 'confirmed before it was heard');
  await rig.hearAll();
  await keyed(rig, tag, '1', 60);
  assert.equal(bank.accounts.size, 1);
  await rig.phone.pass(5_000);
  assert.equal(statusOf(await rig.receive({ method: 'BYE', branch: 'z9hG4bKbye', toTag: tag, cseq: 99 })), 200);
  assert.deepEqual([rig.agent.calls.length, rig.phone.desk.size, rig.media[0]?.isClosed], [0, 0, true]);
  assert.ok((await rig.phone.stepsOfLast()).includes('value-stored'));
});

test('the first sentence is heard while the next is being spoken, and one that cannot be spoken ends the call', async () => {
  const rig = await SipRig.open();
  const asked: { readonly ready: (sound: Int16Array) => void; readonly failed: (error: Error) => void }[] = [];
  rig.speak = () => new Promise((ready, failed) => asked.push({ ready, failed }));
  await rig.call(CALL);
  const [call] = rig.agent.calls;
  const isHeard = () =>
    call?.stream
      ?.packet()
      ?.subarray(12)
      .some((each) => each !== SILENCE[8]);
  const sound = new Int16Array(160).fill(1_000);
  assert.ok(asked.length > 2);
  asked[1]?.ready(sound);
  await rig.settle();
  assert.equal(isHeard(), false, 'the second before the first');
  asked[0]?.ready(sound);
  await rig.settle();
  assert.equal(isHeard(), true);
  asked[2]?.failed(new Error('no voice'));
  await rig.settle();
  assert.deepEqual(rig.warnings, ['A sentence could not be spoken: the call is ended.']);
  assert.equal(rig.statuses().at(-1), 'BYE');
});

test('keys come as events from where the sound was agreed; from elsewhere nothing is heard, and that is told once', async () => {
  const rig = await SipRig.open();
  await rig.call(CALL);
  const [media] = rig.media;
  for (let i = 0; i < 9; i++) media?.hear(eventPacket('2', 1_000 * i), { address: '198.51.100.9', port: 4000 });
  await rig.settle();
  assert.deepEqual([await rig.phone.stepsOfLast(), rig.warnings.length], [['begun', 'identified-by-number'], 1]);
  // Behind a translator of addresses the port is another; whoever spoke first has it.
  media?.hear(eventPacket('2', 20_000), { address: SOUND.address, port: 4444 });
  media?.hear(eventPacket('1', 30_000), { address: SOUND.address, port: 5555 });
  await rig.settle();
  assert.ok(!(await rig.phone.stepsOfLast()).includes('amount-chosen'));
  media?.hear(eventPacket('1', 40_000), { address: SOUND.address, port: 4444 });
  await rig.settle();
  assert.ok((await rig.phone.stepsOfLast()).includes('amount-chosen'));
  assert.deepEqual(rig.agent.calls[0]?.sound, { address: SOUND.address, port: 4444 });
});

test('the answer is given again until it is acknowledged, and a call that never is ends with a BYE', async () => {
  const rig = await SipRig.open();
  await rig.receive(CALL);
  await rig.phone.pass(5_000, { isHostAwake: false });
  const repeated = rig.statuses().filter((status) => status === 200).length;
  assert.ok(repeated >= 4 && repeated <= 6, String(repeated));
  await rig.phone.pass(40_000, { isHostAwake: false });
  assert.ok(rig.statuses().includes('BYE'));
  assert.deepEqual([rig.agent.calls.length, rig.media[0]?.isClosed, rig.phone.desk.size], [0, true, 0]);
  // Nobody answers the BYE: it ends by itself.
  await rig.phone.pass(60_000, { isHostAwake: false });
  const sent = rig.sent.length;
  await rig.phone.pass(60_000, { isHostAwake: false });
  assert.equal(rig.sent.length, sent);
});

test('a request that comes again gets the same answer, and begins no second call', async () => {
  const rig = await SipRig.open();
  await rig.receive(CALL);
  const first = rig.sent.at(-1)?.message;
  assert.deepEqual(await rig.receive(CALL), first);
  assert.equal(rig.media.length, 1);
  // The same call by another way.
  assert.equal(statusOf(await rig.receive({ ...CALL, branch: 'z9hG4bKother' })), 482);
});

test('a call that is cancelled before its answer ends, and after it only a BYE ends it', async () => {
  const rig = await SipRig.open();
  rig.openMedia = [];
  await rig.receive(CALL);
  await rig.receive({ method: 'CANCEL' });
  assert.deepEqual(rig.statuses(), [100, 200, 487]);
  assert.equal(headerOf(rig.sent[2]?.message as SipMessage, 'cseq'), '1 INVITE');
  for (const open of rig.openMedia) open();
  await rig.settle();
  assert.deepEqual([rig.agent.calls.length, rig.media[0]?.isClosed], [0, true]);
  rig.openMedia = undefined;
  const other = { ...CALL, callId: 'call-2', branch: 'z9hG4bK2' };
  await rig.call(other);
  assert.equal(statusOf(await rig.receive({ ...other, method: 'CANCEL', body: '' })), 200);
  assert.equal(rig.agent.calls.length, 1);
  assert.equal(statusOf(await rig.receive({ method: 'CANCEL', callId: 'none' })), 481);
});

test('a new offer in a call puts it on hold, moves its sound, and is refused while one is open or out of its order', async () => {
  const rig = await SipRig.open();
  const tag = await rig.call(CALL);
  const again = (cseq: number, body: string) => ({ branch: `z9hG4bKr${cseq}`, toTag: tag, cseq, body });
  const held = SDP.replace('a=fmtp:101 0-15', 'a=sendonly').replace('4000', '4002').replace('8 0', '0 8');
  const answer = await rig.receive(again(5, held));
  assert.match(answer?.body ?? '', /o=wattpurse \d+ 2 .*m=audio 6000 RTP\/AVP 0 101.*a=recvonly/s);
  const [dialog] = rig.agent.calls;
  assert.deepEqual([dialog?.stream?.isHeld, dialog?.stream?.codec, dialog?.sound?.port], [true, 0, 4002]);
  assert.equal(statusOf(await rig.receive(again(6, SDP))), 500, 'one is open');
  await rig.receive({ method: 'ACK', branch: 'z9hG4bKa', toTag: tag, cseq: 5 });
  assert.equal(statusOf(await rig.receive(again(6, SDP.replace('8 0 101', '18')))), 500, 'its number was used');
  assert.equal(statusOf(await rig.receive(again(7, SDP.replace('8 0 101', '18')))), 488);
  assert.equal(statusOf(await rig.receive(again(8, SDP))), 200);
  assert.equal(dialog?.stream?.isHeld, false);
  assert.equal(statusOf(await rig.receive({ ...again(9, SDP), toTag: 'other' })), 481);
});

test('a call without an offer is offered one, and begins with the answer in its ACK', async () => {
  const rig = await SipRig.open();
  const answer = await rig.receive({});
  assert.match(answer?.body ?? '', /m=audio 6000 RTP\/AVP 0 8 101/);
  const tag = /tag=(\w+)$/.exec(headerOf(answer as SipMessage, 'to') ?? '')?.[1] ?? '';
  await rig.receive({ method: 'ACK', branch: 'z9hG4bKa', toTag: tag, body: SDP });
  assert.deepEqual([rig.agent.calls[0]?.stream?.codec, rig.phone.desk.size], [8, 1]);
});

test('when the dialogue ends, the last words are said and then the call is hung up', async () => {
  const rig = await SipRig.open();
  const tag = await rig.call({ ...CALL, more: ['Record-Route: <sip:proxy.example;lr>'] });
  await keyed(rig, tag, '01', 2);
  assert.ok(!rig.statuses().includes('BYE'));
  await rig.hearAll();
  const bye = rig.sent.at(-1)?.message;
  assert.ok(bye?.type === 'request' && bye.method === 'BYE' && bye.uri === 'sip:kim@192.0.2.7:5062');
  assert.deepEqual([headerOf(bye, 'route'), headerOf(bye, 'cseq')], ['<sip:proxy.example;lr>', '1 BYE']);
  assert.match(headerOf(bye, 'from') ?? '', /tag=\w+$/);
  assert.match(headerOf(bye, 'to') ?? '', /tag=ft$/);
});

test('a caller and whoever takes the call hear each other, and the caller hears the host again afterwards', async () => {
  const rig = await SipRig.open();
  const lee = new TestOperator(rig.phone, 'lee');
  const tag = await rig.call(CALL);
  await keyed(rig, tag, '0', 2);
  assert.deepEqual(lee.queue, [['821012345678', 'person-awaited']]);
  assert.equal(lee.seat.take(lee.ids[0] ?? ''), undefined);
  const [call] = rig.agent.calls;
  const out = () => call?.stream?.packet()?.subarray(12);
  const said = new Int16Array(160).fill(5_000);
  lee.seat.say(said);
  assert.deepEqual(out(), encodeSound(8, said));
  assert.deepEqual(out(), new Uint8Array(160).fill(SILENCE[8]));
  const speaks = (sequence: number) => {
    const bytes = new Uint8Array(172);
    writeRtpHead(bytes, { type: 8, sequence, timestamp: 160 * sequence, source: 1 }, false);
    bytes.set(encodeSound(8, said), 12);
    rig.media[0]?.hear(bytes, SOUND);
  };
  speaks(1);
  assert.deepEqual(lee.heard, [decodeSound(8, encodeSound(8, said))]);
  // What comes from elsewhere is not heard by a person either.
  rig.media[0]?.hear(new Uint8Array(172), { address: '203.0.113.9', port: 4 });
  assert.equal(lee.heard.length, 1);
  lee.seat.say(said);
  lee.seat.hangUp();
  await rig.settle();
  assert.deepEqual(out(), encodeSound(8, new Int16Array(160).fill(1_000)), 'the host speaks');
  speaks(2);
  lee.seat.say(said);
  assert.equal(lee.heard.length, 1);
  await keyed(rig, tag, '10', 10);
  lee.seat.take(lee.ids[0] ?? '');
  assert.equal(statusOf(await rig.receive({ method: 'BYE', branch: 'z9hG4bKbye', toTag: tag, cseq: 99 })), 200);
  assert.deepEqual([lee.endings, rig.phone.desk.size], [1, 0]);
});

test('what this side does not do is refused by its own status, and nothing else comes of it', async () => {
  const rig = await SipRig.open();
  const cases = [
    [{ method: 'OPTIONS' }, 200],
    [{ method: 'SUBSCRIBE' }, 405],
    [{ method: 'REGISTER' }, 405],
    [{ method: 'BYE', toTag: 'x' }, 481],
    [{ method: 'INFO', toTag: 'x' }, 481],
    [{ ...CALL, toTag: 'x' }, 481],
    [{ ...CALL, uri: 'nobodyKnowsThisScheme:totallyopaquecontent' }, 416],
    [{ ...CALL, more: ['Require: nothingSupportsThis, nothingSupportsThisEither'] }, 420],
    [{ body: 'x', type: 'application/unknown' }, 415],
    [{ ...CALL, more: ['Content-Encoding: gzip'] }, 415],
    [{ body: 'v=0\r\n' }, 488],
  ] as const;
  for (const [i, [parts, status]] of cases.entries()) {
    const answer = await rig.receive({ ...parts, callId: `c${i}`, branch: `z9hG4bK${i}` });
    assert.equal(statusOf(answer), status, JSON.stringify(parts));
  }
  const short = requestText(CALL).replace(/Content-Length: \d+/, 'Content-Length: 9999');
  assert.equal(statusOf(await rig.receive(new TextEncoder().encode(short))), 400);
  assert.equal(statusOf(await rig.receive({ ...CALL, method: 'ACK' })), undefined);
  assert.equal(statusOf(await rig.receive(new TextEncoder().encode('SIP/2.0 200 OK\r\n\r\n'))), undefined);
  assert.equal(rig.media.length, 0);
});

test('a flood of calls is answered as far as it goes, and told of once; calls of others come through', async () => {
  const rig = await SipRig.open();
  const invite = (i: number, address: string) =>
    rig.receive(
      requestBytes({ ...CALL, callId: `f${i}`, branch: `z9hG4bKf${i}`, from: `<sip:4930${1_000_000 + i}@x>` }),
      { address, port: 5_060 },
    );
  const answers: (number | undefined)[] = [];
  for (let i = 0; i < 100; i++) answers.push(statusOf(await invite(i, '198.51.100.1')));
  assert.deepEqual([answers.filter((status) => status === 200).length, answers.at(-1)], [60, 503]);
  assert.equal(rig.warnings.length, 1);
  assert.equal(statusOf(await invite(999, PEER.address)), 200);
  for (let i = 0; i < 500; i++) rig.agent.receive(new Uint8Array(3), { address: '198.51.100.2', port: 1 });
  assert.equal(rig.warnings.length, 2);
});

test('calls are taken from trunks that are named, and from nobody else', async () => {
  const rig = await SipRig.open({ peers: ['192.0.2.50'] });
  await rig.receive(CALL);
  assert.equal(rig.sent.length, 0);
  await rig.receive(requestBytes(CALL), { address: '192.0.2.50', port: 5060 });
  assert.deepEqual(rig.statuses(), [100, 200]);
});

test('no more sockets for sound: the call is refused, and the next one is served', async () => {
  const rig = await SipRig.open();
  rig.mediaMax = 0;
  assert.equal(statusOf(await rig.receive(CALL)), 503);
  assert.equal(rig.agent.calls.length, 0);
  rig.mediaMax = 1;
  assert.equal(statusOf(await rig.receive({ ...CALL, callId: 'next', branch: 'z9hG4bKn' })), 200);
});

test('answers go to where a request came from, by the port that it names', async () => {
  const rig = await SipRig.open();
  await rig.receive(requestBytes({ method: 'OPTIONS' }), { address: '192.0.2.99', port: 40_000 });
  assert.deepEqual(rig.sent[0]?.to, { address: '192.0.2.99', port: 5062 });
  const text = requestText({ method: 'OPTIONS', branch: 'z9hG4bK9' }).replace(';branch', ';rport;branch');
  await rig.receive(new TextEncoder().encode(text), { address: '192.0.2.99', port: 40_000 });
  assert.deepEqual(rig.sent[1]?.to, { address: '192.0.2.99', port: 40_000 });
  assert.match(
    headerOf(rig.sent[1]?.message as SipMessage, 'via') ?? '',
    /;rport=40000;branch=\w+;received=192\.0\.2\.99$/,
  );
});

test('whatever a datagram holds, the agent goes on, and sells nothing', async () => {
  const rig = await SipRig.open();
  const tag = await rig.call(CALL);
  const texts = ['INVITE', 'ACK', 'BYE', 'CANCEL', 'OPTIONS', 'INFO'].map((method) =>
    requestText({ method, body: SDP, toTag: method === 'BYE' ? 'other' : tag, cseq: 3 }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...texts),
      fc.array(fc.tuple(fc.nat(800), fc.string({ unit: 'binary', maxLength: 6 }), fc.nat(20)), { maxLength: 5 }),
      async (text, changes) => {
        let changed = text;
        for (const [at, put, cut] of changes) changed = changed.slice(0, at) + put + changed.slice(at + cut);
        rig.agent.receive(new TextEncoder().encode(changed), PEER);
      },
    ),
    { numRuns: 400 },
  );
  await rig.settle();
  assert.equal(rig.phone.rig.till.bank.accounts.size, 0);
  const still = await rig.receive(requestBytes({ method: 'OPTIONS', branch: 'z9hG4bKend' }), {
    address: '192.0.2.200',
    port: 1,
  });
  assert.equal(statusOf(still), 200);
});
