import { equalBytes, toHex } from '../bytes/index.ts';
import { Purpose } from '../crypto/index.ts';
import {
  Command,
  decodeFrame,
  HEADER_BYTES,
  hostFirst,
  Message,
  openAttention,
  openHostSession,
  Refusal,
  ValueOp,
} from '../exchange/index.ts';
import { encodeLineFrame, LineKind, type ReceivedLineFrame } from '../line/index.ts';
import { type Attention, decodeAttention } from '../records/index.ts';
import { modemAddress } from '../units/index.ts';
import { type Check, expect, LeftOut } from './check.ts';
import { infoOf, nextMinute, read } from './commands.ts';
import { refusalIn, type TerminalBench } from './terminal-bench.ts';

const section = 'the-line';
const CREDIT = 5000;
const TXID_BYTES = 8;
const ofModem = 'what-a-modem-does';
const NOTHING = new Uint8Array(0);
/** Longer than a meter has. */
const QUIET_MS = 400;

const first = (bench: TerminalBench): Uint8Array =>
  hostFirst(openHostSession(bench.key(Purpose.value), Command.receiptQuery, bench.randomness));

/** Sends bytes that nobody may answer. */
async function unanswered(bench: TerminalBench, bytes: Uint8Array, what: string): Promise<void> {
  const heard = await bench.line.exchange(bytes, QUIET_MS);
  expect(heard === undefined, `the modem answers ${what}`);
}

/** The modem, whatever the suite. */
export const LINE_CHECKS: readonly Check<TerminalBench>[] = [
  {
    id: 'line.answer',
    title: 'A request is answered under its own sequence and address',
    rule: { section, text: 'and is repeated in what answers' },
    run: async (bench) => {
      for (let i = 0; i < 5; i++) await bench.begin(Purpose.value, Command.receiptQuery);
    },
  },
  {
    id: 'line.repeated',
    title: 'The same request again gets the same answer, and does not reach the meter',
    rule: { section: ofModem, text: 'gets the same answer again and is not passed to the meter' },
    run: async (bench) => {
      await bench.soothe();
      const forged = bench.frame(Message.third, Command.valueStore, bench.key(Purpose.value).n, bench.random(26));
      await bench.begin(Purpose.value, Command.valueStore);
      const request = bench.line.request(forged);
      const one = await bench.line.exchange(request);
      const two = await bench.line.exchange(request);
      expect(one !== undefined && two !== undefined, 'a request that was repeated is not answered each time');
      expect(
        equalBytes(one.payload, two.payload) && one.kind === two.kind,
        'the second answer is another than the first',
      );
      const frame = decodeFrame(new Uint8Array(two.payload));
      expect(
        !('reason' in frame) && refusalIn(frame) === Refusal.tagWrong,
        'a wrong tag is not answered with refusal 6',
      );
    },
  },
  {
    id: 'line.no-frame',
    title: 'A payload that is no frame of the exchange is not answered',
    rule: { section: ofModem, text: 'nor is a payload that is no frame of the exchange' },
    run: async (bench) => {
      const m1 = first(bench);
      const { n } = bench.key(Purpose.value);
      const frame = (message: number, h: number) => bench.frame(message, h, n, bench.random(16));
      const longer = Uint8Array.of(...m1, 0);
      const wrong = [m1.subarray(0, 3), m1.subarray(0, -1), longer, frame(0, 0x10), frame(7, 0x10), frame(1, 0x14)];
      for (const payload of [...wrong, Uint8Array.of(0x21, ...m1.subarray(1))]) {
        await unanswered(bench, bench.line.request(payload), `the payload ${toHex(payload)}`);
      }
      await bench.begin(Purpose.value, Command.receiptQuery);
    },
  },
  {
    id: 'line.next-part',
    title: 'A next part where there is none is acknowledged',
    rule: { section: ofModem, text: 'so is a next part where there is none' },
    run: async (bench) => {
      await bench.begin(Purpose.value, Command.receiptQuery);
      const next = await bench.line.exchange(bench.line.request(NOTHING, LineKind.nextPart));
      expect(next?.kind === LineKind.acknowledge, 'a next part where there is none is not acknowledged');
    },
  },
  {
    id: 'line.damaged',
    title: 'A frame of the line that is damaged is not answered, whichever byte it is',
    rule: { section, text: 'Every other control byte is refused' },
    run: async (bench) => {
      const m1 = first(bench);
      for (const at of [0, 3, 4, 12, HEADER_BYTES + 4 + 10]) {
        const request = bench.line.request(m1);
        request[at] = (request[at] as number) ^ 1;
        await unanswered(bench, request, `a frame of which byte ${at} was damaged`);
      }
      const cut = bench.line.request(m1);
      await unanswered(bench, cut.subarray(0, cut.length - 1), 'a frame without its last byte');
      await bench.begin(Purpose.value, Command.receiptQuery);
    },
  },
  {
    id: 'line.address',
    title: 'What is for another address is not answered',
    rule: { section: ofModem, text: 'It speaks only when spoken to' },
    run: async (bench) => {
      const address = modemAddress(bench.line.address === 255 ? 0 : bench.line.address + 1);
      const settings = { kind: LineKind.request, sequence: 0, attentionWaiting: false, payload: first(bench) };
      await unanswered(bench, encodeLineFrame({ address, ...settings }), `a request for address ${address}`);
    },
  },
  {
    id: 'line.crosstalk',
    title: 'A request for another SVPMSN, from the next transformer, is neither answered nor remembered',
    rule: { section: ofModem, text: 'It is not answered and not remembered' },
    run: async (bench) => {
      const foreign = bench.frame(
        Message.first,
        Command.valueStore,
        bench.key(Purpose.value).n,
        bench.random(16),
        bench.svpmsn ^ 1,
      );
      const heard = await bench.line.askOnce(foreign);
      expect(heard.type === 'silence', 'the modem answers a request for another SVPMSN');
      await bench.begin(Purpose.value, Command.receiptQuery);
    },
  },
  {
    id: 'line.attention',
    title: 'A terminal that calls does so under its highest monitoring key, with a right tag and a counter that rises',
    rule: { section: 'attention', text: 'higher than in every attention before, over resets too' },
    run: async (bench) => {
      await quieted(bench);
      const one = await fetched(bench, await calling(bench));
      await quieted(bench);
      const two = await fetched(bench, await calling(bench));
      expect(two.counter > one.counter, `the counter of the second attention is ${two.counter}, after ${one.counter}`);
      await quieted(bench);
      const none = await askAttention(bench);
      expect(none.payload.length === 0, 'the terminal still calls after its attention was named and its poll has come');
    },
  },
  {
    id: 'line.slot',
    title: 'A terminal that calls bids in a slot, and is quiet once a slot frame has named its attention',
    rule: { section: 'slots', text: 'Slot frames name the attentions that were taken by the CRC of their line frame' },
    run: async (bench) => {
      await quieted(bench);
      await calling(bench);
      const bid = await bench.line.exchange(slot(MINISLOTS, []));
      expect(bid?.kind === LineKind.bid && bid.payload.length === 0, 'the terminal does not bid in a slot');
      const { check } = await askAttention(bench);
      await unanswered(bench, slot(0, [check]), 'a slot frame without minislots');
      await unanswered(bench, slot(MINISLOTS, []), 'a slot after its attention was named');
      await quieted(bench);
    },
  },
];

const MINISLOTS = 2;

/** A slot frame with so many minislots, which names these attentions as taken. */
function slot(minislots: number, heard: readonly number[]): Uint8Array {
  const payload = Uint8Array.of(minislots, ...heard.flatMap((check) => [check >>> 8, check & 0xff]));
  const address = modemAddress(0);
  return encodeLineFrame({ kind: LineKind.slotOpen, address, sequence: 0, attentionWaiting: false, payload });
}

async function askAttention(bench: TerminalBench): Promise<ReceivedLineFrame> {
  const { address } = bench.line;
  const asking = { kind: LineKind.attentionRequest, address, sequence: 0, attentionWaiting: false, payload: NOTHING };
  const heard = await bench.line.exchange(encodeLineFrame(asking));
  expect(heard?.kind === LineKind.attention, 'an attention request is not answered with an attention frame');
  return heard;
}

/** Takes what the terminal calls for, as a local unit does: fetched, named, polled. */
async function quieted(bench: TerminalBench): Promise<void> {
  const { payload, check } = await askAttention(bench);
  if (payload.length > 0) await unanswered(bench, slot(0, [check]), 'a slot frame without minislots');
  await infoOf(bench);
}

/** Closes a purse with value in it, for which a terminal that calls at all calls. */
async function calling(bench: TerminalBench): Promise<ReceivedLineFrame> {
  const { last } = await bench.purse();
  await bench.value(ValueOp.credit, last + 1, CREDIT, bench.random(TXID_BYTES));
  await bench.value(ValueOp.close, last + 2, 0, bench.random(TXID_BYTES));
  const heard = await askAttention(bench);
  if (heard.payload.length > 0) return heard;
  // It may look at its balance once a minute.
  await nextMinute(bench);
  const later = await askAttention(bench);
  if (later.payload.length === 0) throw new LeftOut('the terminal calls for no purse that is closed');
  return later;
}

/** What an attention says. @throws Found unless it is one */
async function fetched(bench: TerminalBench, { payload }: ReceivedLineFrame): Promise<Attention> {
  const frame = decodeFrame(new Uint8Array(payload));
  expect(!('reason' in frame) && frame.message === Message.attention, 'an attention frame carries something else');
  const key = bench.attentionKey();
  expect(
    frame.n === key.n && frame.h === Command.events,
    `the attention bears n ${frame.n} and H ${frame.h}, not ${key.n} and 50`,
  );
  const notice = openAttention(key, frame);
  expect(notice !== undefined, 'the tag of the attention is wrong');
  return read(decodeAttention, notice, 'an attention request');
}
