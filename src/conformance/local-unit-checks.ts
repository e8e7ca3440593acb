import { BACKHAUL_VERSION } from '../backhaul/index.ts';
import { equalBytes, toHex } from '../bytes/index.ts';
import { Command, Message } from '../exchange/index.ts';
import { LINE_SEQUENCES, type ReceivedLineFrame } from '../line/index.ts';
import { type Check, expect } from './check.ts';
import type { LocalUnitBench } from './local-unit-bench.ts';

const MODEM = 'what-a-modem-does';
const TRIES = 4;
const TRIES_OF_VALUE = 6;

const sameRequest = (one: ReceivedLineFrame, other: ReceivedLineFrame): boolean =>
  one.check === other.check && one.sequence === other.sequence && equalBytes(one.payload, other.payload);

/** Requests since then that are one repeated. @throws Found where they are not */
function oneRepeated(requests: readonly ReceivedLineFrame[]): void {
  const [first, ...others] = requests;
  const other = others.find((each) => first !== undefined && !sameRequest(first, each));
  expect(other === undefined, 'a repeated request is another: its sequence or its bytes changed');
}

/** Carries M1 to meter 1, whose modem does as it is told, and sees M2 come up unaltered. */
async function goesThrough(
  bench: LocalUnitBench,
  say: (request: ReceivedLineFrame, times: number, second: Uint8Array) => readonly Uint8Array[],
) {
  const meter = bench.meter(1);
  const [first, second] = [bench.first(meter), bench.second(meter)];
  const from = bench.requests.length;
  bench.conduct = (request, times) => say(request, times, second);
  const { outcome, frames } = await bench.carried(bench.carry(meter, [first]));
  const sent = bench.requests.slice(from);
  expect(
    sent.every(({ payload }) => equalBytes(payload, first)),
    'a request bears another payload than the frame carried',
  );
  expect(outcome === 'answered', `a carry whose meter answered in the end is ${outcome}`);
  const [up] = frames;
  const same = up !== undefined && frames.length === 1 && equalBytes(up, second);
  expect(same, `${toHex(second)} came up as ${frames.map(toHex).join(' and ') || 'nothing'}`);
  return sent;
}

/** What a local unit of any maker does between a host and the meters of a line. */
export const LOCAL_UNIT_CHECKS: readonly Check<LocalUnitBench>[] = [
  {
    id: 'backhaul.hello',
    title: 'It says hello first, as a local unit of this version',
    rule: { section: 'the-backhaul', text: '*hello* comes first, from both sides, on every connection' },
    run: async (bench) => {
      const { version, kind } = await bench.hello();
      expect(version === BACKHAUL_VERSION, `its hello is of version ${version}, not ${BACKHAUL_VERSION}`);
      expect(kind === 'local-unit', `its hello is of a ${kind}, not of a local unit`);
    },
  },
  {
    id: 'map.refused',
    title:
      'A map with a doubled meter, a doubled or impossible address, or an old version is refused, and the old one stays',
    rule: { section: 'the-backhaul', text: 'a refused map leaves the old one' },
    run: async (bench) => {
      await bench.mapped();
      const entry = (number: number, modemAddress: number) => ({ svpmsn: bench.meter(number), modemAddress });
      for (const [due, entries] of [
        ['address-doubled', [entry(3, 3), entry(4, 3)]],
        ['svpmsn-doubled', [entry(3, 3), entry(3, 4)]],
        ['address-out-of-range', [entry(3, 256)]],
      ] as const) {
        const { refusal } = await bench.map(entries);
        expect(refusal === due, `a map is answered with ${refusal ?? 'no refusal'}, not with ${due}`);
      }
      const { refusal } = await bench.map([entry(3, 3)], 0);
      expect(refusal === 'version-old', `a map of version 0 is answered with ${refusal ?? 'no refusal'}`);
      await goesThrough(bench, (request, _, second) => [bench.answer(request, second)]);
    },
  },
  {
    id: 'carry.unaltered',
    title: 'M1 goes down and M2 comes up, byte for byte, and once',
    rule: { section: 'the-backhaul', text: 'The local unit gives them to the meter in order and brings what it says' },
    run: async (bench) => {
      await bench.mapped();
      const sent = await goesThrough(bench, (request, _, second) => [bench.answer(request, second)]);
      expect(sent.length === 1, `a frame that was answered at once was sent ${sent.length} times`);
      expect(sent[0]?.address === 1, `the frame went to address ${sent[0]?.address}, not to 1`);
    },
  },
  {
    id: 'carry.parts',
    title: 'The frames of M3 go down in their order, and the answer to the last comes up',
    rule: { section: 'the-backhaul', text: 'every frame of M3, or a request for a part' },
    run: async (bench) => {
      await bench.mapped();
      const meter = bench.meter(2);
      const frames = bench.parts(meter);
      const fourth = bench.frame(Message.fourth, meter, 30, Command.modeTable);
      const from = bench.requests.length;
      bench.conduct = (request) => {
        const last = equalBytes(request.payload, frames.at(-1) as Uint8Array);
        return [bench.answer(request, last ? fourth : undefined)];
      };
      const carried = await bench.carried(bench.carry(meter, frames, 'control'));
      const sent = bench.requests.slice(from).map(({ payload }) => toHex(payload));
      expect(
        sent.join() === frames.map(toHex).join(),
        `${frames.length} frames of M3 went down as ${sent.length}, or not in order`,
      );
      const came = carried.frames.map(toHex).join(' ');
      expect(carried.outcome === 'answered' && came === toHex(fourth), `M4 came up as ${carried.outcome} ${came}`);
    },
  },
  {
    id: 'carry.unknown',
    title: 'A carry to a meter that is not on the map is answered so, and nothing goes out',
    rule: { section: 'the-backhaul', text: 'outcome u8: answered, no-answer, unknown-meter, refused' },
    run: async (bench) => {
      await bench.mapped();
      const from = bench.requests.length;
      const { outcome, frames } = await bench.carried(bench.carry(bench.meter(9), [bench.first(bench.meter(9))]));
      expect(outcome === 'unknown-meter', `a carry to a meter that is not on the map is ${outcome}`);
      expect(frames.length === 0 && bench.requests.length === from, 'a meter that is not on the map was asked');
    },
  },
  {
    id: 'line.sequence',
    title: 'The sequence of an address goes up with every new request, and not with others',
    rule: { section: 'the-line', text: 'it goes 0, 1, 2, 3, 0 … for each address with every new request' },
    run: async (bench) => {
      await bench.mapped();
      const seen: number[] = [];
      for (let requests = 0; requests < LINE_SEQUENCES + 1; requests++) {
        const [sent] = await goesThrough(bench, (request, _, second) => [bench.answer(request, second)]);
        seen.push((sent as ReceivedLineFrame).sequence);
        bench.conduct = (request) => [bench.answer(request, bench.second(bench.meter(2)))];
        await bench.carried(bench.carry(bench.meter(2), [bench.first(bench.meter(2))]));
      }
      const due = seen.map((_, i) => ((seen[0] as number) + i) % LINE_SEQUENCES);
      expect(seen.join() === due.join(), `the sequence went ${seen.join(', ')}`);
    },
  },
  {
    id: 'line.silent',
    title:
      'A request that nothing comes back to is sent four times, one of value six times, each the same, and then given up',
    rule: { section: MODEM, text: 'four tries in all, six for a frame of a value command' },
    run: async (bench) => {
      await bench.mapped();
      for (const [priority, h, tries] of [
        ['value', Command.valueStore, TRIES_OF_VALUE],
        ['control', Command.relay, TRIES],
      ] as const) {
        const meter = bench.meter(1);
        const first = bench.frame(Message.first, meter, 16, h);
        if (priority === 'control') first[2] = (first[2] as number) | 0x40;
        const from = bench.requests.length;
        bench.conduct = () => [];
        const { outcome, frames } = await bench.carried(bench.carry(meter, [first], priority));
        const sent = bench.requests.slice(from);
        expect(outcome === 'no-answer' && frames.length === 0, `a carry to a meter that is silent is ${outcome}`);
        expect(
          sent.length === tries,
          `a frame of ${priority} to a meter that is silent was sent ${sent.length} times, not ${tries}`,
        );
        oneRepeated(sent);
      }
    },
  },
  {
    id: 'line.garbled',
    title: 'An answer that is damaged, of another address or another sequence is none: the request comes again',
    rule: { section: MODEM, text: 'The master repeats a request that nothing, or nothing understood, came back to' },
    run: async (bench) => {
      await bench.mapped();
      const wrong: readonly ((request: ReceivedLineFrame, second: Uint8Array) => Uint8Array)[] = [
        (request, second) => {
          const damaged = bench.answer(request, second).slice();
          damaged[12] = (damaged[12] as number) ^ 0x10;
          return damaged;
        },
        (request) => bench.answer(request, bench.second(bench.meter(2)), { address: 2 }),
        (request) =>
          bench.answer(request, bench.second(bench.meter(1)), { sequence: (request.sequence + 1) % LINE_SEQUENCES }),
      ];
      for (const each of wrong) {
        const sent = await goesThrough(bench, (request, times, second) =>
          times === 1 ? [each(request, second)] : [bench.answer(request, second)],
        );
        expect(sent.length === 2, `after a wrong answer a request was sent ${sent.length} times, not twice`);
        oneRepeated(sent);
      }
    },
  },
  {
    id: 'line.working',
    title: 'A meter that works is asked again by the same request until it has its answer',
    rule: { section: MODEM, text: 'The master asks again every 250 ms, as a rule for 5 s' },
    run: async (bench) => {
      await bench.mapped();
      const sent = await goesThrough(bench, (request, times, second) =>
        times <= 3 ? [bench.working(request)] : [bench.answer(request, second)],
      );
      expect(sent.length === 4, `a meter that said three times that it works was asked ${sent.length} times`);
      oneRepeated(sent);
    },
  },
  {
    id: 'order.value',
    title: 'Value goes before bulk that came earlier and waits',
    rule: {
      section: 'order',
      text: 'announced attentions, slots that are due, emergency, value, control, polls, bulk',
    },
    run: async (bench) => {
      await bench.mapped();
      const [one, two] = [bench.meter(1), bench.meter(2)];
      const bulk = bench.parts(one);
      const value = bench.first(two);
      const from = bench.requests.length;
      const answered = (request: ReceivedLineFrame) => {
        const last = equalBytes(request.payload, bulk.at(-1) as Uint8Array);
        if (request.address === 2) return [bench.answer(request, bench.second(two))];
        return [bench.answer(request, last ? bench.frame(Message.fourth, one, 30, Command.modeTable) : undefined)];
      };
      let later = 0;
      bench.conduct = (request) => {
        // The first part is on the line: value comes now.
        if (later === 0) later = bench.carry(two, [value]);
        return answered(request);
      };
      const earlier = bench.carry(one, bulk, 'bulk');
      await bench.carried(earlier);
      await bench.carried(later);
      const addresses = bench.requests.slice(from).map(({ address }) => address as number);
      const at = addresses.indexOf(2);
      expect(at > 0 && at < bulk.length, `value waited for ${at} of ${bulk.length} frames of bulk`);
    },
  },
];
