import { equalBytes, toHex } from '../bytes/index.ts';
import { Purpose } from '../crypto/index.ts';
import { Command, decodeFrame, HEADER_BYTES, hostFirst, Message, openHostSession, Refusal } from '../exchange/index.ts';
import { encodeLineFrame, LineKind } from '../line/index.ts';
import { modemAddress } from '../units/index.ts';
import { type Check, expect } from './check.ts';
import { refusalIn, type TerminalBench } from './terminal-bench.ts';

const section = 'the-line';
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
    title: 'An attention request brings an attention with a right tag and a counter that rises, or nothing',
    rule: { section, text: 'the attention frame, or nothing' },
    run: async (bench) => {
      const { address } = bench.line;
      const asking = {
        kind: LineKind.attentionRequest,
        address,
        sequence: 0,
        attentionWaiting: false,
        payload: NOTHING,
      };
      const heard = await bench.line.exchange(encodeLineFrame(asking));
      expect(heard?.kind === LineKind.attention, 'an attention request is not answered with an attention frame');
      if (heard.payload.length === 0) return;
      const frame = decodeFrame(new Uint8Array(heard.payload));
      expect(!('reason' in frame) && frame.message === Message.attention, 'an attention frame carries something else');
    },
  },
];
