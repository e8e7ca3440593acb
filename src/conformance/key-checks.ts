import {
  exportTerminalKey,
  GENERATION_MAX,
  generationOf,
  keyName,
  Purpose,
  Suite,
  type TerminalKey,
  terminalKeyFromBytes,
} from '../crypto/index.ts';
import { Command, hostWrapKey, Message, Refusal } from '../exchange/index.ts';
import {
  decodeKeyChangeAnswer,
  decodeMaintenanceStatus,
  encodeHotList,
  encodeKeyChange,
  encodeUseRequest,
  Result,
} from '../records/index.ts';
import { type Check, expect, LeftOut } from './check.ts';
import { read, resultIs } from './commands.ts';
import type { TerminalBench } from './terminal-bench.ts';

const section = 'keys-and-maintenance';

/** A new key of the next generation. @throws LeftOut behind the last */
function nextKey(bench: TerminalBench, purpose: Purpose): TerminalKey {
  const { n } = bench.key(purpose);
  if (generationOf(n) === GENERATION_MAX)
    throw new LeftOut(`the generations of purpose ${purpose} are used up: personalise another`);
  const made = keyName(purpose, bench.suite, generationOf(n) + 1);
  return terminalKeyFromBytes(made, bench.svpmsn, bench.random(bench.suite === Suite.aes256 ? 32 : 16));
}

/** 0x2F under `under`. `wrapped` may change what is sent. */
async function change(
  bench: TerminalBench,
  under: Purpose,
  key: TerminalKey,
  options: { readonly n?: number; readonly floor?: number; readonly wrapped?: (bytes: Uint8Array) => Uint8Array } = {},
) {
  const begun = await bench.begin(under, Command.keyChange);
  const { n = key.n, floor = generationOf(key.n), wrapped = (bytes) => bytes } = options;
  const wrappedKey = wrapped(
    bench.suite === Suite.tripleDesXo ? exportTerminalKey(key) : hostWrapKey(begun.session, key),
  );
  const answer = await bench.command(begun, encodeKeyChange({ n, floor, wrappedKey }));
  expect(answer !== undefined, 'a key set change is not answered');
  return read(decodeKeyChangeAnswer, answer, 'a key set change');
}

/** A command under this key that changes nothing. */
async function works(bench: TerminalBench, key: TerminalKey): Promise<void> {
  const [h, body] =
    key.purpose === Purpose.control
      ? [Command.hotList, encodeHotList({ epoch: 0 })]
      : [Command.useAndLog, encodeUseRequest({ totals: false, modeTable: false, policy: false, profiles: [] })];
  const answer = await bench.command(await bench.begin(key.purpose, h, key), body);
  expect(answer !== undefined, `a command under ${key.n.toString(16)} is not answered`);
}

async function ended(bench: TerminalBench, key: TerminalKey, h: Command): Promise<void> {
  const body = bench.random(bench.suite === Suite.tripleDesXo ? 24 : 16);
  await bench.refused(bench.frame(Message.first, h, key.n, body), Refusal.keyUnknown);
}

export const KEY_CHECKS: readonly Check<TerminalBench>[] = [
  {
    id: 'keys.status',
    title: 'The maintenance status names the keys that are held',
    rule: { section, text: 'M2, maintenance status' },
    run: async (bench) => {
      const { status } = await bench.begin(Purpose.maintenance, Command.keyChange);
      if (bench.suite === Suite.tripleDesXo) return;
      const told = read(decodeMaintenanceStatus, status, 'M1 of maintenance');
      expect(told.held === 15, `the status says that purposes ${told.held.toString(2)} are held, not all four`);
      for (const purpose of [Purpose.value, Purpose.control, Purpose.monitoring]) {
        const active = generationOf(bench.key(purpose).n);
        expect(
          told.keys[purpose]?.active === active,
          `the status names generation ${told.keys[purpose]?.active} of purpose ${purpose}, not ${active}`,
        );
      }
    },
  },
  ...([Purpose.control, Purpose.monitoring] as const).map((purpose): Check<TerminalBench> => {
    const name = purpose === Purpose.control ? 'control' : 'monitoring';
    return {
      id: `keys.${name}`,
      title: `A new key of ${name} waits, the old one stays good until it was used, and is ended then`,
      rule: { section, text: 'With the first right tag of an M3 under the new key its floor becomes the floor' },
      run: async (bench) => {
        const old = bench.key(purpose);
        const key = nextKey(bench, purpose);
        const answer = await change(bench, purpose, key);
        resultIs(answer.head, Result.done, 'After a new key');
        expect(answer.n === key.n && answer.floor === generationOf(key.n), 'the answer names another key or floor');
        await works(bench, old);
        await works(bench, key);
        bench.renew(key);
        await ended(bench, old, purpose === Purpose.control ? Command.hotList : Command.useAndLog);
        const below = await change(bench, purpose, key, { floor: generationOf(key.n) - 1 });
        resultIs(below.head, Result.belowFloor, 'After a floor that would fall');
      },
    };
  }),
  {
    id: 'keys.maintenance',
    title: 'Under maintenance a key of another purpose is renewed',
    rule: { section: 'h-the-command', text: "under maintenance any purpose's" },
    run: async (bench) => {
      const old = bench.key(Purpose.value);
      const key = nextKey(bench, Purpose.value);
      resultIs(
        (await change(bench, Purpose.maintenance, key)).head,
        Result.done,
        'After a new key of value under maintenance',
      );
      await bench.soothe();
      bench.renew(key);
      await bench.soothe();
      await ended(bench, old, Command.receiptQuery);
    },
  },
  {
    id: 'keys.purpose',
    title: 'Under another purpose than maintenance a key of another purpose is refused with result 6',
    rule: { section, text: 'the new key must be of the same purpose, else result 6' },
    run: async (bench) => {
      const answer = await change(bench, Purpose.control, nextKey(bench, Purpose.value));
      resultIs(answer.head, Result.refusedByPolicy, 'After a key of value under control');
    },
  },
  {
    id: 'keys.not-opened',
    title: 'A wrapped key of which a bit is wrong does not open',
    rule: { section, text: 'A key that does not open' },
    run: async (bench) => {
      if (bench.suite === Suite.tripleDesXo) return;
      const flipped = (bytes: Uint8Array) => bytes.map((byte, i) => (i === 3 ? byte ^ 1 : byte));
      const answer = await change(bench, Purpose.value, nextKey(bench, Purpose.value), { wrapped: flipped });
      resultIs(answer.head, Result.keyNotOpened, 'After a wrapped key that was damaged');
    },
  },
  {
    id: 'keys.body',
    title: 'A key set change with a floor above its generation, of suite 0 or of another length is not understood',
    rule: { section, text: 'not above the new generation' },
    run: async (bench) => {
      const key = nextKey(bench, Purpose.control);
      const bodies = [
        { floor: generationOf(key.n) + 1 },
        { n: key.n & 0xcf },
        { wrapped: (bytes: Uint8Array) => bytes.subarray(1) },
      ];
      for (const options of bodies) {
        resultIs(
          (await change(bench, Purpose.control, key, options)).head,
          Result.bodyNotUnderstood,
          'After a key set change that is none',
        );
      }
    },
  },
];
