import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { generate } from '../../test/vectors/generate-card.ts';
import { fromHex, toHex } from '../bytes/index.ts';
import {
  deriveCardKey,
  deriveTerminalKey,
  exportCardKey,
  hasPurpose,
  type KeyName,
  keyNameFromByte,
  Purpose,
} from '../crypto/index.ts';
import { hostCommand, hostFirst, hostReceive, ValueResult } from '../exchange/index.ts';
import { csn, type Randomness, type Region, svpmsn, tokens, unixSeconds } from '../units/index.ts';
import { CardInHand } from './bench.testing.ts';
import {
  beginTaking,
  type CardOp,
  decodeCardCommand,
  decodeCardReceipt,
  decodeCardStatus,
  decodeLoadResponse,
  decodeTicket,
  encodeCardCommand,
  encodeCardReceipt,
  encodeCardStatus,
  encodeTicket,
  externalTag,
  internalTag,
  issueTicket,
  loadCommand,
  mutualTags,
  type OwnReport,
  openLoadSession,
  openMeterReport,
  openTicket,
  PURSE_AID,
  personaliseCard,
  selectPurse,
  type TakingOutcome,
  takingAmount,
  takingReceive,
  takingReport,
  takingStored,
} from './index.ts';
import { decodeSlot, encodeSlot } from './slot.ts';

type Hex = Readonly<Record<string, string>>;
interface LoadVector {
  readonly name: string;
  readonly op: number;
  readonly counter: number;
  readonly amount: number;
  /** What the card handed to the meter before, without an acknowledgement. */
  readonly handedBefore?: number;
  readonly Nh: string;
  readonly Nm: string;
  readonly status: string;
  readonly command: string;
  readonly answer: string;
  readonly first: string;
  readonly third: string;
  readonly apdus: Hex;
}
interface Insertion {
  readonly name: string;
  readonly balance: number;
  readonly debitCounter: number;
  readonly pendingAmount: number;
  readonly asked: number;
  readonly record: { readonly debitCounter: number; readonly amount: number };
  readonly meterNonce: string;
  readonly cardNonce: string;
  readonly apdus: Hex;
  readonly report: Omit<OwnReport, 'time'> & { readonly time: number; readonly bytes: string };
  /** M4 with the report behind it. */
  readonly receipt: string;
}
interface Suite {
  readonly suite: string;
  readonly n: number;
  readonly keys: Hex;
  readonly tickets: readonly { version: number; limit: number; expiry: number; epoch: number; bytes: string }[];
  readonly loads: readonly LoadVector[];
  readonly insertions: readonly Insertion[];
  readonly authentications: readonly {
    reference: number;
    challenge: string;
    cardChallenge: string;
    internal: string;
    external: string;
    mutualOutside: string;
    mutualCard: string;
  }[];
}
interface Slot {
  readonly name: string;
  readonly type: 'valid' | 'torn' | 'damaged';
  readonly bytes: string;
  readonly sequence: number;
  readonly loadCounter: number;
  readonly loaded: number;
  readonly balance: number;
  readonly debitCounter: number;
  readonly pending?: { meter: string; amount: number };
  readonly ticketVersion: number;
}

const file: {
  csn: string;
  region: Region;
  utility: number;
  route: string;
  meter: string;
  aid: string;
  suites: readonly Suite[];
  slots: readonly Slot[];
} = JSON.parse(readFileSync(join(import.meta.dirname, '../../test/vectors/card.json'), 'utf8'));

const id = csn(file.csn);
const route = svpmsn(Number.parseInt(file.route, 16));
const meter = svpmsn(Number.parseInt(file.meter, 16));

/** Randomness that gives these bytes, one after the other. */
function giving(...hex: readonly string[]): Randomness {
  const given = hex.map(fromHex);
  return { fill: (bytes) => bytes.set(given.shift() as Uint8Array) };
}

function nameOf(n: number): KeyName<typeof Purpose.value> {
  const name = keyNameFromByte(n);
  assert.ok(hasPurpose(name, Purpose.value));
  return name;
}

const keysOf = ({ n, keys }: Suite) => ({
  card: deriveCardKey(fromHex(keys.KH as string), nameOf(n), id, file.region, file.utility),
  issuer: deriveCardKey(fromHex(keys.issuerKH as string), nameOf(n), id, 0, file.utility),
  kt: deriveTerminalKey(fromHex(keys.meterKH as string), nameOf(n), meter, file.utility),
});

/** The card of the file, new, with draws of its own. */
function cardOf(suite: Suite, randomness: Randomness): CardInHand {
  const { card, issuer } = keysOf(suite);
  const hand = new CardInHand(personaliseCard({ issuerKey: issuer, regions: [{ utility: file.utility, key: card }] }));
  hand.card = { ...hand.card, randomness };
  hand.send(selectPurse());
  return hand;
}

test('the published file is what its generator computes, without a line of the card', () => {
  assert.deepEqual(JSON.parse(JSON.stringify(generate())), file);
  assert.equal(toHex(PURSE_AID), file.aid);
});

for (const suite of file.suites) {
  const { card, issuer, kt } = keysOf(suite);

  test(`${suite.suite}: the card’s keys are those of the file`, () => {
    assert.equal(toHex(exportCardKey(card)), suite.keys.KC);
    assert.equal(toHex(exportCardKey(issuer)), suite.keys.issuerKC);
    assert.equal(`${card}`, `value ${suite.suite} generation 0 of card ${id}, region ${file.region}`);
    assert.match(`${issuer}`, /, its issuer$/);
  });

  for (const { version, limit, expiry, epoch, bytes } of suite.tickets) {
    test(`${suite.suite}: ticket ${version} is issued and opened as the file has it`, () => {
      const terms = { version, limit: tokens(limit), expiry: unixSeconds(expiry), epoch };
      assert.equal(toHex(encodeTicket(issueTicket(card, kt, terms))), bytes);
      const ticket = decodeTicket(fromHex(bytes));
      assert.ok(!('reason' in ticket) && openTicket(kt, ticket) !== undefined);
      assert.deepEqual([ticket.csn, ticket.region, ticket.meter, ticket.n], [id, file.region, meter, suite.n]);
    });
  }

  test(`${suite.suite}: the card alone answers every load of the file, in its order, as the file has it`, () => {
    const hand = cardOf(suite, giving(...suite.loads.map(({ Nm }) => Nm)));
    const region = hand.card.regions.get(file.region);
    for (const { name, apdus, first, third, handedBefore } of suite.loads) {
      assert.ok(region?.purse !== undefined);
      if (handedBefore !== undefined) {
        const { balance, debitCounter } = region.purse;
        const pending = { meter, counter: debitCounter + 1, amount: tokens(handedBefore) };
        const left = tokens(balance - handedBefore);
        region.purse = { ...region.purse, balance: left, debitCounter: pending.counter, pending };
      }
      assert.equal(toHex(loadCommand(fromHex(first)) as Uint8Array), apdus.open);
      assert.equal(toHex(loadCommand(fromHex(third)) as Uint8Array), apdus.credit);
      assert.equal(toHex(hand.send(fromHex(apdus.open as string))), apdus.opened, name);
      assert.equal(toHex(hand.send(fromHex(apdus.credit as string))), apdus.credited, name);
    }
  });

  test(`${suite.suite}: the loads of the file have each result that a card has, and what was taken off before`, () => {
    const told = suite.loads.map(({ answer }) => {
      const receipt = decodeCardReceipt(fromHex(answer));
      assert.ok(!('reason' in receipt));
      const { result, tookOff, counter, amount } = receipt;
      return { code: fromHex(answer)[0] as number, result, tookOff, counter, amount };
    });
    assert.deepEqual([...new Set(told.map(({ code }) => code))].sort(byNumber), [0, 1, 2, 3, 4, 18, 19]);
    assert.deepEqual(
      told.flatMap(({ result, tookOff, counter, amount }) => (tookOff ? [[result, tookOff, counter, amount]] : [])),
      [
        [ValueResult.alreadyDone, 'closed', 5, 5_000],
        [ValueResult.alreadyDone, 'released', 4, 0],
        [ValueResult.alreadyDone, 'released', 7, 300],
        [ValueResult.alreadyDone, 'closed', 5, 5_000],
      ],
    );
  });

  for (const load of suite.loads) {
    test(`${suite.suite}: the host alone says and understands ${load.name}`, () => {
      const session = openLoadSession(card, route, giving(load.Nh));
      assert.equal(toHex(hostFirst(session)), load.first);
      const status = hostReceive(session, frameIn(load.apdus.opened as string));
      assert.ok(status.type === 'status');
      const decoded = decodeCardStatus(status.status);
      assert.ok(!('reason' in decoded));
      assert.equal(toHex(encodeCardStatus(decoded)), load.status);
      const command = decodeCardCommand(fromHex(load.command));
      assert.ok(!('reason' in command));
      const { op, counter, amount } = load;
      assert.deepEqual([command.op, command.counter, command.amount], [op as CardOp, counter, amount]);
      assert.equal(toHex(encodeCardCommand(command)), load.command);
      assert.deepEqual(hostCommand(session, fromHex(load.command)).map(toHex), [load.third]);
      const answer = hostReceive(session, frameIn(load.apdus.credited as string));
      assert.ok(answer.type === 'answer');
      const receipt = decodeCardReceipt(answer.answer);
      assert.ok(!('reason' in receipt));
      assert.equal(toHex(encodeCardReceipt(receipt)), load.answer);
    });
  }

  for (const insertion of suite.insertions) {
    test(`${suite.suite}: the card alone answers ${insertion.name} as the file has it`, () => {
      const hand = cardOf(suite, giving(insertion.cardNonce));
      const region = hand.card.regions.get(file.region);
      assert.ok(region?.purse !== undefined);
      const { balance, debitCounter, pendingAmount, apdus } = insertion;
      const pending = pendingAmount === 0 ? undefined : { meter, counter: debitCounter, amount: tokens(pendingAmount) };
      region.purse = { ...region.purse, balance: tokens(balance), debitCounter, pending };
      for (const [command, answer] of [
        ['open', 'opened'],
        ['debit', 'debited'],
        ['acknowledge', 'acknowledged'],
        ['report', 'reported'],
      ] as const) {
        assert.equal(toHex(hand.send(fromHex(apdus[command] as string))), apdus[answer], command);
      }
      assert.equal(region.purse.pending, undefined);
      assert.equal(region.purse.balance, balance - insertion.asked);
    });

    test(`${suite.suite}: the meter alone says and understands ${insertion.name}`, () => {
      const { apdus, record } = insertion;
      const ticket = suite.tickets[0]?.bytes as string;
      const { taking } = beginTaking({
        ...{ svpmsn: meter, region: file.region, now: unixSeconds(0), epoch: 3, room: tokens(1_000_000) },
        ...{ rowOf: () => undefined, pairOf: (each) => openTicket(kt, each), randomness: giving(insertion.meterNonce) },
      });
      const hear = (hex: string): TakingOutcome => takingReceive(taking, fromHex(hex));
      hear('9000');
      assert.equal(commandOf(hear(`${ticket}9000`)), apdus.open);
      let outcome = hear(apdus.opened as string);
      if (outcome.type === 'amount-wanted') outcome = takingAmount(taking, tokens(insertion.asked));
      assert.equal(commandOf(outcome), apdus.debit);
      outcome = hear(apdus.debited as string);
      assert.ok(outcome.type === 'store-credit');
      assert.deepEqual([outcome.row.debitCounter, outcome.amount], [record.debitCounter, record.amount]);
      assert.equal(commandOf(takingStored(taking)), apdus.acknowledge);
      assert.deepEqual(hear(apdus.acknowledged as string), { type: 'report-wanted' });
      const { sequence, register, balance, used, fromCards, owed, flags, events } = insertion.report;
      const said = { sequence, register, balance, used, fromCards, owed, flags, events };
      const time = unixSeconds(insertion.report.time);
      assert.equal(commandOf(takingReport(taking, { ...said, time })), apdus.report);
      assert.deepEqual(hear(apdus.reported as string), { type: 'done', credited: record.amount });
    });

    test(`${suite.suite}: the provider alone understands the report after ${insertion.name}, out of a receipt`, () => {
      const { receipt, report, record } = insertion;
      const decoded = decodeCardReceipt(fromHex(receipt));
      assert.ok(!('reason' in decoded) && decoded.report !== undefined);
      assert.equal(toHex(encodeCardReceipt(decoded)), receipt);
      assert.equal(toHex(decoded.report), report.bytes);
      const { bytes: _, context: __, key: ___, ...said } = report as unknown as Record<string, unknown>;
      assert.deepEqual(openMeterReport(card, decoded.report), { ...said, meter, debitCounter: record.debitCounter });
    });
  }

  for (const { reference, challenge, cardChallenge, ...tags } of suite.authentications) {
    test(`${suite.suite}: the proofs of key ${reference} are those of the file`, () => {
      const key = reference === 0 ? issuer : card;
      const [outside, own] = [fromHex(challenge), fromHex(cardChallenge)];
      assert.equal(toHex(internalTag(key, outside)), tags.internal);
      assert.equal(toHex(externalTag(key, own)), tags.external);
      const mutual = mutualTags(key, own, outside);
      assert.deepEqual([toHex(mutual.outside), toHex(mutual.card)], [tags.mutualOutside, tags.mutualCard]);
    });
  }
}

for (const { name, type, bytes, ...slot } of file.slots) {
  test(`a slot ${name} is read as the file says: ${type}`, () => {
    const reading = decodeSlot(fromHex(bytes));
    assert.equal(reading.type, type);
    if (reading.type !== 'valid') return;
    const { sequence, loadCounter, loaded, balance, debitCounter, ticketVersion } = reading.state;
    const { pending, ...rest } = slot;
    assert.deepEqual({ sequence, loadCounter, loaded, balance, debitCounter, ticketVersion }, rest);
    const { pending: found } = reading.state;
    assert.deepEqual(
      found && { meter: found.meter, amount: found.amount },
      pending && { meter: Number.parseInt(pending.meter, 16), amount: pending.amount },
    );
    if (!name.includes('cut')) assert.equal(toHex(encodeSlot(reading.state)), bytes);
  });
}

const byNumber = (a: number, b: number): number => a - b;

const frameIn = (response: string): Uint8Array => {
  const answer = decodeLoadResponse(fromHex(response));
  assert.ok('frame' in answer);
  return answer.frame;
};

function commandOf(outcome: TakingOutcome): string {
  assert.ok(outcome.type === 'send', outcome.type);
  return toHex(outcome.command);
}
