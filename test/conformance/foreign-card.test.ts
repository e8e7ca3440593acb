import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { InProcessSlot } from '../../src/adapters/in-process-card.ts';
import { concat, toHex } from '../../src/bytes/index.ts';
import {
  type CardProgram,
  PurseInstruction,
  personaliseCard,
  resetSubscriberCard,
  selectPurse,
  stepSubscriberCard,
} from '../../src/card/index.ts';
import { systemRandomness } from '../../src/cli/demo-keys.ts';
import { drawCardKeyList, readCardKeyList } from '../../src/cli/key-list.ts';
import { CARD_CHECKS, type CardKeys, testCard } from '../../src/conformance/index.ts';
import { Suite } from '../../src/crypto/index.ts';
import { csn, Region } from '../../src/units/index.ts';
import { lacks, Pcscd } from '../e2e/card/pcscd.ts';
import { sentenceStands } from './sections.testing.ts';

const MAIN = resolve(import.meta.dirname, '../../src/cli/main.ts');
const CSN = csn('04a1b2c3d4e5f6');
/** Checks that are made again for each region after the first. */
const OF_REGION = CARD_CHECKS.filter(({ id }) => /^(load|ticket|take|report)\./.test(id)).length;

function benchKeys(regions: readonly Region[] = [Region.gas], suite: Suite = Suite.aes128): CardKeys {
  const path = join(mkdtempSync(join(tmpdir(), 'wattpurse-card-')), 'keys');
  drawCardKeyList(path, CSN, regions, suite);
  return readCardKeyList(path);
}

/** What a wrong card does in place of the right one's answer: it has the right program, and its memory. */
type Wrong = (
  right: CardProgram,
  memory: Uint8Array,
  /** Another beginning of the same program, on whatever memory. */
  begin: (memory: Uint8Array) => CardProgram,
) => CardProgram;

/** A card with these keys in a slot; `wrong` lies between it and its contacts. */
function slotWith({ issuer, utility, regions }: CardKeys, wrong: Wrong = (right) => right): InProcessSlot {
  const kept = personaliseCard({ issuerKey: issuer, regions: regions.map((key) => ({ utility, key })) });
  const begin = (memory: Uint8Array): CardProgram => {
    const store = (address: number, bytes: Uint8Array) => memory.set(bytes, address);
    const program = resetSubscriberCard(memory, systemRandomness, { store });
    assert.ok(!('reason' in program));
    return (command) => {
      let answer = new Uint8Array(0);
      stepSubscriberCard(program, command, { store, respond: (bytes) => (answer = new Uint8Array(bytes)) });
      return answer;
    };
  };
  const slot = new InProcessSlot();
  slot.insert({ atr: new Uint8Array(0), begin: () => wrong(begin(kept), kept, begin) });
  return slot;
}

const tested = (keys: CardKeys, only: readonly string[] = [], wrong?: Wrong) =>
  testCard({ ...keys, slot: slotWith(keys, wrong), randomness: systemRandomness, only }, () => {});

const failures = (report: Awaited<ReturnType<typeof tested>>) =>
  report.checks.filter(({ outcome }) => outcome === 'failed').map(({ id, found }) => `${id}: ${found}`);

test('each check of a card names a sentence of the protocol that stands below the heading that it names', () => {
  sentenceStands(CARD_CHECKS);
});

test("the project's own card keeps every rule in both suites, with one region and with all, and again", async () => {
  for (const suite of [Suite.aes128, Suite.aes256]) {
    for (const regions of [[Region.electricity], Object.values(Region)]) {
      const keys = benchKeys(regions, suite);
      const slot = slotWith(keys);
      const checks = CARD_CHECKS.length + (regions.length - 1) * OF_REGION;
      for (let times = 0; times < 2; times++) {
        const report = await testCard({ ...keys, slot, randomness: systemRandomness, only: [] }, () => {});
        // Six regions share eight tickets: only the first can have some that give way to each other.
        const leftOut = regions.length === 1 ? 0 : regions.length - 1;
        assert.deepEqual(failures(report), []);
        assert.deepEqual([report.passed, report.leftOut], [checks - leftOut, leftOut]);
      }
    }
  }
});

const instructionOf = (command: Uint8Array): number => command[1] as number;
const isDone = (answer: Uint8Array): boolean => toHex(answer.slice(-2)) === '9000';

/** Answers some commands by itself, all others as the right card does. */
const instead =
  (answers: (command: Uint8Array, right: CardProgram) => Uint8Array | undefined): Wrong =>
  (right) =>
  (command) =>
    answers(command, right) ?? right(command);

const REFUSED = Uint8Array.of(0x69, 0x85);
const DONE = Uint8Array.of(0x90, 0x00);

/** Undoes what the command wrote, if it is one of those. */
const forgetting =
  (instruction: number): Wrong =>
  (_, memory, begin) => {
    let program = begin(memory);
    return (command) => {
      const before = memory.slice();
      const answer = program(command);
      if (instructionOf(command) !== instruction) return answer;
      memory.set(before);
      program = begin(memory);
      program(selectPurse());
      return answer;
    };
  };

/** One fault each, and the check that finds it. */
const BROKEN: readonly (readonly [string, Wrong, string])[] = [
  ['says done before it has stored a credit', forgetting(PurseInstruction.credit), 'load.credit'],
  ['gives its debit record and takes nothing from the balance', forgetting(PurseInstruction.debit), 'take.whole'],
  ['says done to ACK and keeps the record pending', forgetting(PurseInstruction.acknowledge), 'take.whole'],
  [
    'answers ACK without looking at its tag',
    instead((command, right) => {
      if (instructionOf(command) !== PurseInstruction.acknowledge) return undefined;
      const answer = right(command);
      return toHex(answer) === '6982' ? DONE : answer;
    }),
    'take.ack-wrong',
  ],
  [
    'draws one challenge for its whole life',
    (() => {
      let drawn: Uint8Array | undefined;
      return instead((command, right) => {
        if (instructionOf(command) !== 0x84) return undefined;
        const answer = right(command);
        if (isDone(answer)) drawn ??= answer;
        return isDone(answer) ? drawn : answer;
      });
    })(),
    'proof.once',
  ],
  [
    'takes any proof for the right one',
    instead((command) => (instructionOf(command) === 0x82 && command[4] === 0x10 ? DONE : undefined)),
    'proof.wrong',
  ],
  [
    'never tires of wrong proofs',
    (_, memory, begin) => {
      let program = begin(memory);
      return (command) => {
        const answer = program(command);
        if (toHex(answer) !== '6982' || instructionOf(command) !== 0x82) return answer;
        program = begin(memory);
        program(selectPurse());
        return answer;
      };
    },
    'proof.tries',
  ],
  [
    'does its own commands before it is selected',
    (right) => {
      right(selectPurse());
      return right;
    },
    'select.first',
  ],
  [
    'takes a part of the name for the name',
    instead((command, right) => (toHex(command.subarray(0, 5)) === '00a4040c05' ? right(selectPurse()) : undefined)),
    'select.unknown',
  ],
  [
    'takes every class for its own',
    instead((command, right) =>
      command[0] === 0xa0 ? right(concat(Uint8Array.of(0), command.subarray(1))) : undefined,
    ),
    'form.class',
  ],
  [
    'says 6F00 to an INS that it does not have',
    instead((command, right) => {
      const answer = right(command);
      return toHex(answer) === '6d00' ? Uint8Array.of(0x6f, 0x00) : answer;
    }),
    'form.instruction',
  ],
  [
    'draws a new M2 for the same M1',
    instead((command, right) => {
      if (instructionOf(command) !== PurseInstruction.open || command[2] !== 0) return undefined;
      right(selectPurse());
      return right(command);
    }),
    'load.m1-again',
  ],
  [
    'refuses the same M3 when it comes again',
    (() => {
      let last = '';
      return instead((command) => {
        if (instructionOf(command) !== PurseInstruction.credit) return undefined;
        const again = toHex(command) === last;
        last = toHex(command);
        return again ? REFUSED : undefined;
      });
    })(),
    'load.m3-again',
  ],
  [
    'holds one ticket alone',
    instead((command, right) => {
      if (instructionOf(command) !== PurseInstruction.ticket) return undefined;
      const answer = right(command);
      // Tickets of the second meter of the bench and of those behind it are forgotten.
      return (command[7] as number) > 1 ? Uint8Array.of(0x6a, 0x88) : answer;
    }),
    'ticket.taken',
  ],
  [
    'takes a report at any time',
    instead((command, right) => {
      if (instructionOf(command) !== PurseInstruction.report) return undefined;
      const answer = right(command);
      return toHex(answer) === '6985' ? DONE : answer;
    }),
    'report.between',
  ],
];

test('a card that is broken on purpose fails, and the rule that it breaks is named', async (t) => {
  const keys = benchKeys();
  for (const [what, wrong, check] of BROKEN) {
    await t.test(`one that ${what} fails ${check}`, async () => {
      const { checks } = await tested(keys, [check], wrong);
      const { rule } = CARD_CHECKS.find(({ id }) => id === check) ?? assert.fail(check);
      assert.deepEqual(
        checks.map(({ outcome, rule: told }) => ({ outcome, told })),
        [{ outcome: 'failed', told: rule }],
      );
      assert.match(checks[0]?.found ?? '', /\w/);
    });
  }
});

test('a card whose slot is empty fails by a sentence, and nothing is thrown', async () => {
  const { failed, checks } = await testCard(
    { ...benchKeys(), slot: new InProcessSlot(), randomness: systemRandomness, only: ['form.class'] },
    () => {},
  );
  assert.equal(failed, 1);
  assert.equal(checks[0]?.found, 'after its power came again: There is no card in the slot: insert one');
});

function command(...words: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...words], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

test('the command tests a card in its file, and says in one sentence what it cannot do', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wattpurse-card-'));
  const [keys, card] = [join(folder, 'keys'), join(folder, 'card')];
  const drawn = command('conformance', 'keys', keys, '--csn', CSN, '--region', 'water');
  assert.deepEqual({ status: drawn.status, stderr: drawn.stderr }, { status: 0, stderr: '' });
  assert.match(readFileSync(keys, 'utf8'), /^csn 04a1b2c3d4e5f6\nutility 65535\nkey 0 20 [0-9a-f]{32}\nkey 3 20 /);
  assert.equal(command('card', 'personalise', card, '--keys', keys).stdout, `${card} is card ${CSN}.\n`);
  const whole = command('conformance', '--card', card, '--keys', keys);
  assert.deepEqual({ status: whole.status, stderr: whole.stderr }, { status: 0, stderr: '' });
  assert.equal(whole.stdout.trim().split('\n').at(-1), `${CARD_CHECKS.length} checks passed, 0 failed.`);
  const told = JSON.parse(command('conformance', '--card', card, '--keys', keys, '--json', '--only', 'proof').stdout);
  assert.deepEqual({ subject: told.subject, failed: told.failed }, { subject: 'card', failed: 0 });

  // Other keys than the card has.
  const others = join(folder, 'others');
  command('conformance', 'keys', others, '--csn', CSN, '--region', 'water');
  const wrong = command('conformance', '--card', card, '--keys', others, '--only', 'proof.internal');
  assert.equal(wrong.status, 1);
  assert.match(
    wrong.stdout,
    /^FAIL region-3 proof\.internal: .+\n {5}the proof of key 0 is .+\n {5}docs\/protocol\.md#commands: "/,
  );

  const refused = (...words: string[]) => {
    const { status, stderr } = command('conformance', ...words);
    assert.deepEqual({ status, lines: stderr.trim().split('\n').length }, { status: 2, lines: 1 }, stderr);
    return stderr;
  };
  assert.match(refused('--card', card), /needs --keys/);
  assert.match(refused('--card', card, '--keys', MAIN), /Line 1 of/);
  assert.match(refused('--card', join(folder, 'none'), '--keys', keys), /no such file/);
  assert.match(
    refused('--card', card, '--keys', keys, '--only', 'line'),
    /groups are select, form, files, proof, load/,
  );
  assert.match(refused('tcp://127.0.0.1:0', '--card', card, '--keys', keys), /takes no "tcp:/);
  assert.match(refused('keys', join(folder, 'x'), '--csn', CSN, '--suite', '3des-xo'), /aes128 or aes256/);
  assert.match(refused('keys', join(folder, 'x'), '--csn', '04'), /14 lower-case hex digits/);
});

test('the same card behind PC/SC keeps every rule', { skip: lacks }, async (t) => {
  const pcscd = await Pcscd.start(t);
  const folder = mkdtempSync(join(tmpdir(), 'wattpurse-card-'));
  const [keys, card] = [join(folder, 'keys'), join(folder, 'card')];
  command('conformance', 'keys', keys, '--csn', CSN, '--region', 'gas');
  command('card', 'personalise', card, '--keys', keys);
  const served = pcscd.start(t, process.execPath, [MAIN, 'card', 'serve', card]);
  await served.said(`The card in ${card} lies in the reader; Ctrl-C takes it out.`);
  const said = await pcscd.run(process.execPath, [MAIN, 'conformance', '--card', 'reader:', '--keys', keys]);
  const lines = said.trim().split('\n');
  assert.deepEqual(
    lines.filter((line) => line.startsWith('FAIL')),
    [],
  );
  assert.match(lines.at(-1) ?? '', new RegExp(`^${CARD_CHECKS.length} checks passed, 0 failed\\.$`));
});
