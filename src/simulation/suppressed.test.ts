import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Suite } from '../crypto/index.ts';
import { FAULT_KINDS, type FaultKind, type Strike } from './faults.ts';
import { type SimulationOptions, simulate } from './simulate.ts';
import { simulatedMemory } from './simulated-store.ts';

const OPTIONS: SimulationOptions = {
  seed: 14,
  transfers: Number.POSITIVE_INFINITY,
  minutes: 20,
  // One fewer than it takes for somebody to have a card.
  meters: 7,
  localUnits: 1,
  hosts: 1,
  suite: Suite.aes128,
  openStore: () => simulatedMemory(),
};

interface Told {
  readonly strikes: readonly Strike[];
  /** Each with its instant. */
  readonly lines: readonly string[];
}

async function lived(options: SimulationOptions): Promise<Told> {
  const strikes: Strike[] = [];
  const lines: string[] = [];
  const { violations } = await simulate({
    ...options,
    trace: (line) => lines.push(line),
    onStrike: (strike) => strikes.push(strike),
  });
  assert.deepEqual(violations, []);
  return { strikes, lines };
}

const ofKinds = (...kinds: readonly FaultKind[]) => ({
  ...OPTIONS,
  without: new Set(FAULT_KINDS.filter((kind) => !kinds.includes(kind))),
});
const strikesIn = ({ lines }: Told) => lines.filter((line) => line.includes(' fault: '));

test('a strike that stays away leaves a life that goes on the same with every other strike at its instant', async () => {
  const options = ofKinds(
    'transaction-repeated',
    'frame-lost',
    'frame-doubled',
    'message-lost',
    'message-delayed',
    'local-unit-restarted',
    'power-failed',
    'power-cut',
    'store-full',
    'payment-doubled',
  );
  const all = await lived(options);
  const isRepeated = (line: string) => line.includes(' fault: transaction-repeated#');
  const repeated = all.lines.filter(isRepeated);
  assert.ok(repeated.length > 20, `${repeated.length} transactions were repeated`);
  const only = all.strikes.filter(({ kind, number }) => kind !== 'transaction-repeated' || number % 2 === 0);
  const some = await lived({ ...OPTIONS, only });
  assert.ok(some.lines.filter(isRepeated).length < repeated.length);
  assert.deepEqual(
    some.lines.filter((line) => !isRepeated(line)),
    all.lines.filter((line) => !isRepeated(line)),
  );
});

test('what befalls a meter in its minute stands in the seed, whatever else came and stayed away', async () => {
  const options = ofKinds(
    'power-failed',
    'power-cut',
    'power-cut-before-minute',
    'clock-jumped',
    'monitoring-stolen',
    'local-unit-restarted',
    'local-unit-parted',
    'address-taken',
    'frame-lost',
  );
  const life = { seed: 257, meters: 12, localUnits: 2, minutes: 40 };
  const all = await lived({ ...options, ...life });
  // Whether a frame is lost is drawn with each frame that comes, and what is said changes with every strike.
  const inMinutes = (told: Told) => strikesIn(told).filter((line) => !line.includes('fault: frame-lost#'));
  for (const away of ['power-failed', 'frame-lost'] as const) {
    const some = await lived({ ...OPTIONS, ...life, only: all.strikes.filter(({ kind }) => kind !== away) });
    const expected = inMinutes(all).filter((line) => !line.includes(`fault: ${away}#`));
    assert.ok(expected.length > 5, `${expected.length} strikes`);
    const came = new Set(inMinutes(some));
    assert.deepEqual(
      [...came].filter((line) => !expected.includes(line)),
      [],
      `without ${away} a strike came at another instant`,
    );
    // A meter that is dark has nothing that a cut could hit.
    const missed = expected.filter((line) => !came.has(line) && !/power-cut#|clock-jumped#/.test(line));
    assert.deepEqual(missed, [], `without ${away} a strike did not come`);
  }
});
