import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { generate } from '../../../test/vectors/generate-card-issuing.ts';
import { fromHex, toHex } from '../../bytes/index.ts';
import {
  CardMaster,
  ChipBatchKey,
  exportCardKey,
  exportChipKey,
  hasPurpose,
  type KeyName,
  keyNameFromByte,
  Purpose,
} from '../../crypto/index.ts';
import { csn, type Randomness, Region } from '../../units/index.ts';
import {
  BLANK_AID,
  CARD_NVM_BYTES,
  MASTER_AID,
  makeBlankCard,
  personaliseMasterCard,
  resetMasterCard,
  resetSubscriberCard,
  stepMasterCard,
  stepSubscriberCard,
} from '../index.ts';
import { regionHeadAt, slotAt, ticketRowAt } from '../layout.ts';
import { HeldCard } from './bench.testing.ts';

type Hex = Readonly<Record<string, string>>;
interface Master {
  readonly scope: Region | 0;
  readonly csn: string;
  readonly KH: string;
  readonly KC: string;
  readonly challenge: string;
  readonly nonce: string;
  readonly masterChallenge: string;
  readonly memory: string;
  readonly memoryAfter: string;
  readonly apdus: Hex;
}
interface Suite {
  readonly suite: string;
  readonly n: number;
  readonly KM: string;
  readonly KX: string;
  readonly masters: readonly Master[];
  readonly makerBlock: string;
  readonly issued: Hex;
  readonly apdus: Hex;
}

const file: {
  csn: string;
  utility: number;
  pin: string;
  blankAid: string;
  masterAid: string;
  suites: readonly Suite[];
} = JSON.parse(readFileSync(join(import.meta.dirname, '../../../test/vectors/card-issuing.json'), 'utf8'));

const id = csn(file.csn);

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

/** Zeros, and these parts at their places. */
function memoryOf(...parts: readonly (readonly [at: number, hex: string | undefined])[]): string {
  const memory = new Uint8Array(CARD_NVM_BYTES);
  for (const [at, hex] of parts) memory.set(fromHex(hex as string), at);
  return toHex(memory);
}

const blankOf = ({ makerBlock }: Suite): string => memoryOf([ticketRowAt(0), makerBlock]);
const issuedOf = ({ issued: { head, regionHead, slot } }: Suite): string =>
  memoryOf([0, head], [regionHeadAt(Region.gas), regionHead], [slotAt(Region.gas, 0), slot]);

test('the published file is what its generator computes, without a line of the cards', () => {
  assert.deepEqual(JSON.parse(JSON.stringify(generate())), file);
  assert.deepEqual([toHex(BLANK_AID), toHex(MASTER_AID)], [file.blankAid, file.masterAid]);
});

for (const suite of file.suites) {
  const batch = new ChipBatchKey(fromHex(suite.KM));
  const masterOf = ({ scope, KH }: Master) => new CardMaster(nameOf(suite.n), scope, file.utility, fromHex(KH));

  test(`${suite.suite}: chip, master cards and keys are made as the file has them`, () => {
    assert.equal(toHex(exportChipKey(batch.chipKey(id))), suite.KX);
    assert.equal(toHex(makeBlankCard(batch.chipKey(id))), blankOf(suite));
    for (const master of suite.masters) {
      assert.equal(toHex(exportCardKey(masterOf(master).cardKey(id))), master.KC);
      const memory = personaliseMasterCard({ csn: csn(master.csn), master: masterOf(master), batch, pin: file.pin });
      assert.equal(toHex(memory), master.memory);
    }
  });

  for (const master of suite.masters) {
    test(`${suite.suite}: the master card of scope ${master.scope} alone says what the file has`, () => {
      const randomness = giving(master.nonce, master.masterChallenge);
      const held = new HeldCard(fromHex(master.memory), (bytes) => resetMasterCard(bytes, randomness), stepMasterCard);
      const { apdus } = master;
      for (const [command, answer] of [
        [apdus.select, '9000'],
        [apdus.counts, apdus.counted],
        [apdus.verify, '9000'],
        [apdus.derive, apdus.derived],
        ['0084000000', `${master.masterChallenge}9000`],
        [apdus.confirm, '9000'],
      ]) {
        assert.equal(toHex(held.send(fromHex(command as string))), answer, command);
      }
      assert.equal(toHex(held.memory), master.memoryAfter);
    });
  }

  test(`${suite.suite}: the blank card alone takes its keys, becomes a purse card and proves them, as the file has it`, () => {
    const randomness = giving(...suite.masters.map(({ challenge }) => challenge));
    const held = new HeldCard(
      fromHex(blankOf(suite)),
      (bytes, out) => resetSubscriberCard(bytes, randomness, out),
      stepSubscriberCard,
    );
    const say = (command: string | undefined, answer: string | undefined) =>
      assert.equal(toHex(held.send(fromHex(command as string))), answer, command);
    say(suite.apdus.select, '9000');
    for (const { challenge, apdus } of suite.masters) {
      say('0084000000', `${challenge}9000`);
      say(apdus.store, '9000');
    }
    say(suite.apdus.finish, '9000');
    assert.equal(toHex(held.memory), issuedOf(suite));
    say(suite.apdus.selectPurse, '9000');
    for (const { apdus } of suite.masters) say(apdus.prove, apdus.proved);
  });
}
