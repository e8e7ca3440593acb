import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeLoadResponse, loadCommand, selectPurse } from '../card/index.ts';
import { Command, decodeFrame, Message, Refusal, refusalFrame } from '../exchange/index.ts';
import { Region, svpmsn } from '../units/index.ts';
import type { CardPassed } from './card-pipe.ts';
import { CardRig, KIMS_CARD } from './card-rig.testing.ts';
import { sellToCard } from './card-sale.ts';
import { MemoryStore } from './memory.ts';
import { made, Rig } from './rig.testing.ts';
import type { HostFailure } from './types.ts';

const METER = svpmsn(1);

/** A gas company's desk, and the electricity host in whose meter its card is. */
async function between() {
  const gas = await CardRig.open();
  const sale = { csn: KIMS_CARD, region: Region.gas, orderId: 'one', amount: 300, source: 'cash' };
  await gas.do(async (tx, now) => made(await sellToCard(tx, sale, now)));
  const power = new Rig(new MemoryStore());
  const meter = await power.enrol(METER);
  const hand = gas.hand();
  hand.send(selectPurse());
  let isIn = true;
  meter.receive = (bytes) => {
    const frame = decodeFrame(bytes);
    assert.ok(!('reason' in frame) && frame.h === Command.addedValue);
    if (!isIn) return [refusalFrame(frame, Refusal.cardAbsent)];
    const answer = decodeLoadResponse(hand.send(loadCommand(frame.bytes) as Uint8Array));
    return 'frame' in answer ? [answer.frame] : [];
  };
  const pass = async (frame: Uint8Array): Promise<CardPassed | HostFailure> => {
    let passed: CardPassed | HostFailure | undefined;
    const told = power.host.passToCard(METER, frame).then((each) => {
      passed = each;
    });
    while (passed === undefined) {
      await power.pump();
      await new Promise(setImmediate);
    }
    await told;
    return passed;
  };
  const pull = () => {
    isIn = false;
  };
  return { gas, power, pass, pull };
}

test('a provider loads its card in the meter of another utility, which reads nothing of it', async () => {
  const { gas, pass } = await between();
  const begun = made(await gas.desk.begin({ csn: KIMS_CARD, region: Region.gas, route: METER }));
  const second = made(await pass(begun.frame));
  assert.ok(second.outcome === 'answered' && second.frame !== undefined);
  const third = made(await gas.desk.receive(begun.exchange, second.frame));
  assert.ok(third.type === 'send');
  const fourth = made(await pass(third.frame));
  assert.ok(fourth.frame !== undefined);
  const done = made(await gas.desk.receive(begun.exchange, fourth.frame));
  assert.ok(done.type === 'done' && done.receipt.balance === 300);
});

test('nothing but what is for the card in that meter is passed, and to no meter that is not here', async () => {
  const { gas, power } = await between();
  const reasonOf = async (meter: number, frame: Uint8Array) => {
    const passed = await power.host.passToCard(meter, frame);
    return 'reason' in passed ? passed.reason : passed.outcome;
  };
  const { frame } = made(await gas.desk.begin({ csn: KIMS_CARD, region: Region.gas, route: METER }));
  const changed = (at: number, to: number) => frame.map((byte, i) => (i === at ? to : byte));
  for (const wrong of [
    changed(1, Command.valueStore),
    changed(0, 0x10 | Message.second),
    changed(0, 0x10 | Message.attention),
    changed(5, 2),
    frame.subarray(1),
  ]) {
    assert.equal(await reasonOf(METER, wrong), 'command-wrong');
  }
  assert.equal(await reasonOf(2, changed(5, 2)), 'meter-unknown');
});

test('a meter without a card says so, and nobody waits for ever', async () => {
  const { gas, power, pass, pull } = await between();
  const { exchange, frame } = made(await gas.desk.begin({ csn: KIMS_CARD, region: Region.gas, route: METER }));
  pull();
  const refused = made(await pass(frame));
  assert.ok(refused.frame !== undefined);
  assert.deepEqual(made(await gas.desk.receive(exchange, refused.frame)), {
    type: 'refused',
    refusal: Refusal.cardAbsent,
  });
  const waits = power.host.passToCard(METER, frame);
  await new Promise(setImmediate);
  power.clock.ms += 60_000;
  await power.host.handle({ type: 'tick' });
  assert.deepEqual(await waits, { outcome: 'no-answer', frame: undefined });
});
