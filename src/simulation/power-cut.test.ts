import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryStore } from '../host/index.ts';
import { blankMemory, inspectPurse } from '../meter/index.ts';
import { type CutByte, CuttableNvm, PowerCut, Supply } from '../meter/power-cut.testing.ts';
import { EventKind, RelayReason } from '../records/index.ts';
import { type House, tell, type Utility } from './index.ts';
import { BEGINS_MS, HOUR_MS, keptMemories, MINUTE_MS, openSmall } from './small-utility.testing.ts';

/** From one cut to the next: no divisor of any record's length. */
const STEP_BYTES = 31;

/** Two meters that soon have nothing left, on memories that stop being written when the supply's bytes are used up. */
function cuttable() {
  const supply = new Supply();
  const memoryOf = keptMemories(() => {
    const { nvm, sam, svm } = blankMemory();
    const cut = ({ bytes }: { readonly bytes: Uint8Array }) => new CuttableNvm(bytes, supply);
    return { nvm: cut(nvm), sam: cut(sam), svm: cut(svm) };
  });
  const store = new MemoryStore();
  const open = (startMs: number, onCutOff: () => void = () => undefined) =>
    openSmall({
      meters: 2,
      localUnits: 1,
      outages: false,
      firstSale: { from: 2, to: 4 },
      store,
      memoryOf,
      startMs,
      onHappening: ({ what }) => {
        if (what === 'cut-off') onCutOff();
      },
    });
  return { supply, open };
}

/** The minute that ends with the first relay opening, and the bytes that are written in it and the one after. */
async function firstCutOff(): Promise<{ readonly before: number; readonly bytes: number }> {
  const { supply, open } = cuttable();
  let isCut = false;
  const utility = await open(BEGINS_MS, () => {
    isCut = true;
  });
  for (let at = BEGINS_MS + MINUTE_MS; ; at += MINUTE_MS) {
    const { written } = supply;
    // Just before the full minute, at which all that a house does is done.
    await utility.runUntil(at - 1);
    const before = supply.written;
    await utility.runUntil(at + MINUTE_MS);
    if (isCut) return { before: at - 1, bytes: supply.written - before };
    assert.ok(at < BEGINS_MS + 12 * HOUR_MS && supply.written > written, 'somebody is cut off within half a day');
  }
}

/** Lives up to there, loses the power so many bytes later, and goes on with what the memories and the store have. */
async function cutAndGoOn(before: number, bytesLeft: number, cutByte: CutByte): Promise<Utility> {
  const { supply, open } = cuttable();
  const first = await open(BEGINS_MS);
  await first.runUntil(before);
  supply.bytesLeft = bytesLeft;
  supply.cutByte = cutByte;
  await assert.rejects(first.runUntil(before + 2 * MINUTE_MS), PowerCut);
  supply.bytesLeft = Number.POSITIVE_INFINITY;
  return open(await first.host.instantReserved());
}

function relayIsConsistent({ meter, memory, relayOpen, balance }: House): void {
  const [supply] = meter.supplies;
  assert.equal((meter.kept.latchesOpen & 1) !== 0, relayOpen, 'the latch is where its reasons say');
  assert.equal(meter.kept.reasons[0], supply?.relay.reasons, 'the reasons are kept');
  const isCut = ((supply?.relay.reasons ?? 0) & RelayReason.noCredit) !== 0;
  assert.ok(!isCut || balance === 0, 'nobody is cut who has credit');
  assert.ok(isCut || balance > 0 || meter.owed < meter.policy.emergencyCredit, 'nobody has supply without it');
  const held = inspectPurse(memory);
  assert.equal(held.frozen, 0);
}

/** An event that the cut tore is one that never was; none is told twice, and the last one is how the relay is. */
async function eventsAreConsistent({ host }: Utility, { svpmsn, relayOpen }: House): Promise<void> {
  const events = (await host.events({ svpmsn, limit: 1_000 })).reverse();
  const moves = events.flatMap(({ kind }) =>
    kind === EventKind.relayOpened || kind === EventKind.relayClosed ? kind : [],
  );
  moves.forEach((kind, i) => {
    assert.notEqual(kind, moves[i - 1], `the relay moves to and fro: ${moves}`);
  });
  if (moves.length > 0) assert.equal(moves.at(-1) === EventKind.relayOpened, relayOpen);
}

test('a power cut at any byte around a cut-off leaves relay, events and books in agreement', async (context) => {
  const { before, bytes } = await firstCutOff();
  const cuts: CutByte[] = ['old', 'garbage'];
  let points = 0;
  let reconnections = 0;
  for (let bytesLeft = 0; bytesLeft < bytes; bytesLeft += STEP_BYTES) {
    const utility = await cutAndGoOn(before, bytesLeft, cuts[points++ % cuts.length] as CutByte);
    utility.houses.forEach(relayIsConsistent);
    await utility.runUntil(utility.time.now + 2 * HOUR_MS);
    utility.houses.forEach(relayIsConsistent);
    const { findings } = await tell(utility);
    assert.deepEqual(findings, [], `${bytesLeft} bytes after ${new Date(before).toISOString()}`);
    for (const house of utility.houses) await eventsAreConsistent(utility, house);
    reconnections += utility.counts.reconnections;
  }
  context.diagnostic(`${points} cuts in ${bytes} bytes`);
  assert.ok(points > 12);
  assert.ok(reconnections >= points, 'whoever was cut has bought and is supplied again');
});
