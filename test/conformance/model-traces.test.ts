import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { resultsOf } from '../../models/proverif.ts';
import { judged, type SpinCheck } from '../../models/spin.ts';
import { type Fields, formatTraces, parseTraces, type Trace, type TraceStep } from '../../models/trace.ts';
import { amountOf, World } from '../../models/world.testing.ts';
import { BENCH_ID } from '../../src/meter/board.testing.ts';
import { levelsOf } from '../../src/meter/index.ts';

const root = join(import.meta.dirname, '../..');
const traces = parseTraces(readFileSync(join(root, 'models/traces.txt'), 'utf8'));
const ofValue = traces.filter(({ model }) => model === 'exactly-once');

const folder = mkdtempSync(join(tmpdir(), 'wattpurse-traces-'));
after(() => rmSync(folder, { recursive: true }));

/** The step of a wrong variant that the real host or the real meter does not follow. */
const REFUSED_AT: Readonly<Record<string, string>> = {
  WRONG_NO_TC_CHECK: 'cut',
  WRONG_NO_RECEIPTS: 'settle',
  WRONG_ROW_NOT_DURABLE: 'crash',
  WRONG_TWO_OUTSTANDING: 'begin',
  WRONG_TXID_NOT_COMPARED: 'fourth',
  WRONG_REFUND_BY_TIME_OUT: 'time-out',
  WRONG_VOID_TAKES_NEXT_TC: 'void',
  WRONG_NO_QUERY: 'void',
  WRONG_REFUND_BEFORE_QUERY: 'void',
  WRONG_NO_RECONCILING: 'restore',
  WRONG_SESSIONS_SIDE_BY_SIDE: 'side-third',
  WRONG_ANSWER_FIRST: 'fourth',
  WRONG_SLOT_IN_PLACE: 'cut',
  WRONG_NO_CHECK_SUM: 'cut',
  WRONG_RECEIPT_AFTER_SLOT: 'cut',
  WRONG_CHIP_FIRST: 'cut',
};

for (const trace of ofValue.filter(({ variant }) => variant.startsWith('WRONG_'))) {
  const at = REFUSED_AT[trace.variant];
  test(`${trace.variant}: the real machines part from the wrong model at "${at}", and nothing comes of it`, async () => {
    const { world, parted } = await replayed(trace);
    assert.equal(parted?.step.name, at, JSON.stringify(parted));
    await isHarmless(world);
  });
}

for (const trace of ofValue.filter(({ variant }) => /^(REACH|WANDER)_/.test(variant))) {
  test(`${trace.variant}: the real machines follow the model step by step, to the end`, async () => {
    const { world, parted } = await replayed(trace);
    assert.equal(parted, undefined, JSON.stringify(parted));
    await isHarmless(world);
  });
}

test('the traces that are read are those that were written, and every wrong variant of value has one', () => {
  assert.equal(formatTraces(traces), readFileSync(join(root, 'models/traces.txt'), 'utf8'));
  const text = readFileSync(join(root, 'models/exactly-once.pml'), 'utf8');
  const variants = new Set([...text.matchAll(/\b(?:WRONG|REACH)_[A-Z_]*[A-Z]\b/g)].map(([name]) => name));
  // Two hosts are two processes, and a trace of theirs is not replayed here.
  variants.delete('REACH_FROZEN');
  const found = new Set(ofValue.map(({ variant }) => variant.replace(/^WANDER_\d+$/, 'REACH_EVERYTHING')));
  assert.deepEqual([...found].sort(), [...variants].sort());
});

test('every step of the model stands in a function that exists', () => {
  const page = readFileSync(join(root, 'docs/internals/models.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `([^`|]+)` \| (.+?) \| `(src\/[^`|]+)` \|/gm)];
  assert.ok(rows.length > 20, `${rows.length} rows`);
  for (const [row, step = '', functions = '', path = ''] of rows) {
    const text = readFileSync(join(root, path), 'utf8');
    for (const [, name] of functions.matchAll(/`([A-Za-z.#]+)`/g)) {
      const declared = new RegExp(`(?:function|const|async) \\*?#?${name}\\b|^ {2,4}#?${name}(?:<.*>)?\\(`, 'm');
      assert.match(text, declared, row);
    }
    const models = ['exactly-once', 'card'].map((model) => readFileSync(join(root, `models/${model}.pml`), 'utf8'));
    const there = models.some((model) => model.includes(`@ ${step}`) || model.includes(`inline ${step}(`));
    assert.ok(there, `${step} is a step of no model`);
  }
});

/** Plays a trace. `parted`: the first step after which host and meter hold something else than the model says. */
async function replayed(trace: Trace): Promise<{
  readonly world: World;
  readonly parted: { readonly step: TraceStep; readonly seen: Fields; readonly differing: string[] } | undefined;
}> {
  const world = await World.begun(join(folder, trace.variant));
  let parted: Awaited<ReturnType<typeof replayed>>['parted'];
  const { steps } = trace;
  for (let i = 0; i < steps.length; i++) {
    const from = i;
    // The stages of a commit are one call of the meter, with the power cut after so many of them.
    while (steps[i + 1]?.name === 'commit') i++;
    const isCut = i > from && steps[i + 1]?.name === 'cut';
    const wrote = i - from;
    if (isCut || (steps[from]?.name.endsWith('third') && steps[i + 1]?.name === 'cut')) i++;
    else if (steps[i + 1]?.name === 'answer') i++;
    const step = steps[i] as TraceStep;
    await world.take(steps[from] as TraceStep, step.name === 'cut' && i > from ? wrote : undefined);
    const seen = await world.seen();
    const differing = Object.keys(step.seen).filter((key) => step.seen[key] !== seen[key]);
    if (differing.length > 0 || world.refusedStep) {
      parted ??= { step: world.refusedStep ? (steps[from] as TraceStep) : step, seen, differing };
    }
  }
  return { world, parted };
}

/** After healing: what was paid is stored or given back, never both; books, meter and receipts agree. */
async function isHarmless(world: World): Promise<void> {
  await world.settle();
  const { host, bench, paid } = world;
  let credited = world.foreignCredited;
  for (const order of paid) {
    const state = await world.stateOf(order);
    const applied = world.receiptsOf(order);
    assert.ok(state === 'stored' || state === 'refunded', `order ${order}: ${state}`);
    assert.equal(applied, state === 'stored' ? 1 : 0, `order ${order}: ${state}, and ${applied} receipts`);
    assert.ok(!(world.givenBack.has(order) && applied > 0), `order ${order} was given back once, and is in the meter`);
    credited += applied * amountOf(order);
  }
  const levels = levelsOf(bench.meter);
  assert.deepEqual([levels.frozen, levels.credited], [0, credited]);
  const books = await host.books();
  assert.deepEqual([books.balanced, books.inFlight], [true, 0n]);
  const view = await host.meter(BENCH_ID);
  assert.ok('purse' in view && view.purse.freeze === undefined);
}

const CHECK: SpinCheck = { model: 'exactly-once', variant: 'v', flags: [], expected: 'holds' };
const PRINTED = (errors: number, more = ''): string =>
  `${more}\nState-vector 108 byte, depth reached 133, errors: ${errors}\n   827310 states, stored\n`;

test('a search counts as proof only when it came to its end and found nothing', () => {
  const { states, depth, result, asExpected } = judged(CHECK, PRINTED(0), undefined);
  assert.deepEqual([states, depth, result, asExpected], [827_310, 133, 'holds', true]);
  for (const bad of [
    '',
    PRINTED(0, 'Warning: Search not completed'),
    PRINTED(0, 'error: max search depth too small'),
    PRINTED(0, 'pan: out of memory'),
    'State-vector 108 byte, depth reached 133, errors: 0\n',
    '   827310 states, stored\n',
    PRINTED(1),
  ]) {
    assert.equal(judged(CHECK, bad, undefined).asExpected, false, bad);
  }
});

test('a wrong variant counts as refuted only by the sentence that is expected of it', () => {
  const check: SpinCheck = { ...CHECK, expected: 'refuted', sentence: 'value was applied twice' };
  const trace = (sentence: string): Trace => ({ model: 'exactly-once', variant: 'v', sentence, steps: [] });
  const stopped = PRINTED(1, 'Warning: Search not completed');
  assert.equal(judged(check, stopped, trace('value was applied twice')).asExpected, true);
  assert.equal(judged(check, stopped, trace('an order is never settled')).asExpected, false);
  assert.equal(judged(check, stopped, undefined).asExpected, false);
  assert.equal(judged(check, PRINTED(0), undefined).asExpected, false);
});

test('what ProVerif says of each query is read, and what it cannot decide is neither true nor false', () => {
  const printed = 'RESULT not attacker(a) is true.\nRESULT e ==> f is false.\nRESULT g ==> h cannot be proved.\nVerif';
  assert.deepEqual(resultsOf(printed), ['true', 'false', 'undecided']);
});
