import assert from 'node:assert/strict';
import { test } from 'node:test';
import { concat, fromHex, toHex } from '../../bytes/index.ts';
import type { CardProgram } from '../ports.ts';
import { encodeTlv } from '../tlv.ts';
import { ISSUE, TERMINAL, walk } from './bench.testing.ts';
import { type EmvApplication, type EmvEnd, EmvTestCard } from './index.ts';

const OK = fromHex('9000');
const ENVIRONMENT = '315041592e5359532e4444463031';
const [ONE, TWO, OTHER, LONGER] = ['f0aa000001', 'f0aa000002', 'f0bb000001', 'f0aa00000177'];

const application = (aid: string, isPartial = false): EmvApplication => ({
  ...{ aid: fromHex(aid), isPartial, version: 1, denial: new Uint8Array(5) },
});

const fci = (name: string, ...proprietary: Uint8Array[]) =>
  encodeTlv(0x6f, concat(encodeTlv(0x84, fromHex(name)), encodeTlv(0xa5, concat(...proprietary))));
const entry = (name: string, priority?: number) =>
  encodeTlv(
    0x61,
    concat(
      encodeTlv(0x4f, fromHex(name)),
      priority === undefined ? new Uint8Array(0) : encodeTlv(0x87, Uint8Array.of(priority)),
    ),
  );
const directory = fci(ENVIRONMENT, encodeTlv(0x88, Uint8Array.of(1)));
const record = (...entries: Uint8Array[]) => encodeTlv(0x70, concat(...entries));

/** What a card answers to a SELECT by name, to one for the next of that name (`+`), and to records of the directory (1, 2…). */
type Script = Readonly<Record<string, Uint8Array | string>>;

/** Answers as the script says, a file that is not there otherwise, and remembers what it was asked. */
function scripted(script: Script): { program: CardProgram; asked: string[] } {
  const asked: string[] = [];
  const program: CardProgram = (command) => {
    const [, instruction, p1 = 0, p2] = command;
    if (instruction === 0xa8) {
      asked.push('options');
      return fromHex((script.options as string | undefined) ?? '6985');
    }
    const name = toHex(command.subarray(5, -1));
    const key = instruction === 0xb2 ? String(p1) : p2 === 2 ? `${name}+` : name;
    asked.push(key === ENVIRONMENT ? 'environment' : key);
    const answer = script[key] ?? (instruction === 0xb2 ? '6a83' : '6a82');
    return typeof answer === 'string' ? fromHex(answer) : concat(answer, OK);
  };
  return { program, asked };
}

const card = new EmvTestCard(ISSUE);

function selecting(script: Script, applications: readonly EmvApplication[]): { asked: string[]; end: EmvEnd } {
  const { program, asked } = scripted(script);
  const { end } = walk(card, { program, terminal: { ...TERMINAL, applications } });
  return { asked, end };
}
const reasonOf = (end: EmvEnd) => (end.outcome === 'failed' ? end.reason : end.outcome);

test('what the directory names is selected in the order of its priorities, and that without one is last', () => {
  const { asked, end } = selecting(
    {
      [ENVIRONMENT]: directory,
      1: record(entry(OTHER), entry(TWO, 2)),
      2: record(entry(ONE, 1)),
      [ONE]: fci(ONE),
      [TWO]: fci(TWO),
      [OTHER]: fci(OTHER),
    },
    [application(ONE), application(TWO), application(OTHER)],
  );
  assert.deepEqual(asked, ['environment', '1', '2', '3', ONE, 'options', TWO, 'options', OTHER, 'options']);
  // None of them wants to be used for this sale (6985), so there is none.
  assert.equal(reasonOf(end), 'no-application');
});

test('an application that the terminal does not take, or only with the consent of its holder, is passed over', () => {
  const { asked } = selecting(
    { [ENVIRONMENT]: directory, 1: record(entry(TWO, 1), entry(ONE, 0x81), entry(LONGER, 3)), [LONGER]: fci(LONGER) },
    [application(ONE), application(LONGER)],
  );
  assert.deepEqual(asked, ['environment', '1', '2', LONGER, 'options']);
});

test('a name that only begins like one that is known is taken where that is allowed, and not elsewhere', () => {
  const script = { [ENVIRONMENT]: directory, 1: record(entry(LONGER, 1)), [LONGER]: fci(LONGER) };
  assert.ok(selecting(script, [application(ONE, true)]).asked.includes('options'));
  assert.ok(!selecting(script, [application(ONE, false)]).asked.includes('options'));
  assert.ok(!selecting(script, [application(TWO, true)]).asked.includes('options'));
});

for (const { what, environment } of [
  { what: 'no directory', environment: '6a82' },
  { what: 'a blocked directory', environment: '6283' },
  { what: 'a directory that names no file', environment: fci(ENVIRONMENT) },
  {
    what: 'a directory in a file that there cannot be',
    environment: fci(ENVIRONMENT, encodeTlv(0x88, Uint8Array.of(11))),
  },
  { what: 'a directory that is no TLV', environment: fromHex('6f7f') },
]) {
  test(`on a card with ${what} each name is tried`, () => {
    const { asked } = selecting({ [ENVIRONMENT]: environment, [TWO]: fci(TWO) }, [application(ONE), application(TWO)]);
    assert.deepEqual(asked, ['environment', ONE, TWO, TWO, 'options']);
  });
}

for (const { what, first } of [
  { what: 'cannot be read', first: '6a80' },
  { what: 'is no TLV', first: fromHex('70ff') },
  { what: 'is no record of applications', first: encodeTlv(0x77, entry(ONE, 1)) },
]) {
  test(`a directory of which a record ${what} is none, and each name is tried`, () => {
    const script = { [ENVIRONMENT]: directory, 1: first, [ONE]: fci(ONE) };
    assert.deepEqual(selecting(script, [application(ONE)]).asked, ['environment', '1', ONE, ONE, 'options']);
  });
}

test('a directory with nothing that the terminal takes leads to its own list, and ends when that has nothing either', () => {
  const { asked, end } = selecting({ [ENVIRONMENT]: directory, 1: record(entry(OTHER, 1)) }, [application(ONE)]);
  assert.deepEqual(asked, ['environment', '1', '2', ONE]);
  assert.deepEqual(end, {
    ...{ outcome: 'failed', reason: 'no-application', status: undefined, reverse: false },
    sentence: 'This terminal takes no card of this kind: use another one.',
  });
});

test('an entry of a directory that has no name is passed over, and so is a file that does not tell its name', () => {
  const nameless = encodeTlv(0x61, encodeTlv(0x87, Uint8Array.of(1)));
  const script = { [ENVIRONMENT]: directory, 1: record(nameless, entry(ONE, 1)), [ONE]: fci(ONE) };
  assert.ok(selecting(script, [application(ONE)]).asked.includes('options'));
  const untold = { [ONE]: encodeTlv(0x6f, new Uint8Array(0)), [TWO]: fci(TWO) };
  assert.deepEqual(selecting(untold, [application(ONE), application(TWO)]).asked, [
    ...['environment', ONE, TWO, TWO, 'options'],
  ]);
});

test('a directory without end is read to a bound', () => {
  const script = Object.fromEntries(Array.from({ length: 255 }, (_, i) => [i + 1, record(entry(OTHER, 1))]));
  const { asked } = selecting({ ...script, [ENVIRONMENT]: directory }, [application(ONE)]);
  assert.equal(asked.filter((key) => /^\d{1,3}$/.test(key)).length, 32);
});

test('of a name that several applications begin with all are found, and the search has an end', () => {
  const [first, second] = [`${ONE}01`, `${ONE}02`];
  const script = {
    [ONE]: fci(first, encodeTlv(0x87, Uint8Array.of(2))),
    [`${ONE}+`]: fci(second, encodeTlv(0x87, Uint8Array.of(1))),
    [first]: fci(first),
    [second]: fci(second),
  };
  const { asked } = selecting(script, [application(ONE, true)]);
  // The card of this script answers each "next" with the same one; a card that goes on like that is left.
  assert.equal(asked.filter((key) => key === `${ONE}+`).length, 15);
  assert.deepEqual(asked.slice(-4), [second, 'options', first, 'options']);
});

test('an application that is blocked is no candidate, and the one behind it is', () => {
  const blocked = concat(fci(`${ONE}01`), fromHex('6283'));
  const { asked } = selecting({ [ONE]: toHex(blocked), [`${ONE}+`]: fci(`${ONE}02`), [`${ONE}02`]: fci(`${ONE}02`) }, [
    application(ONE, true),
  ]);
  assert.ok(!asked.includes(`${ONE}01`));
  assert.ok(asked.includes(`${ONE}02`));
});

test('a card that knows no SELECT is blocked', () => {
  for (const script of [{ [ENVIRONMENT]: '6a81' }, { [ONE]: '6a81' }]) {
    const { end } = selecting(script, [application(ONE)]);
    assert.deepEqual(
      [reasonOf(end), end.outcome === 'failed' && end.sentence],
      ['card-blocked', 'The card is blocked: ask its bank.'],
    );
  }
  // Of the second name it says only that there is none such.
  assert.equal(reasonOf(selecting({ [TWO]: '6a81' }, [application(ONE), application(TWO)]).end), 'no-application');
});

test('an application that can be found but not selected makes room for the next', () => {
  const script = { [ENVIRONMENT]: directory, 1: record(entry(ONE, 1), entry(TWO, 2)), [TWO]: fci(TWO) };
  assert.deepEqual(selecting(script, [application(ONE), application(TWO)]).asked, [
    ...['environment', '1', '2', ONE, TWO, 'options'],
  ]);
});

test('what is selected must be what was asked for, and its list of wishes one that can be read', () => {
  const listed = { [ENVIRONMENT]: directory, 1: record(entry(ONE, 1)) };
  for (const answer of [fci(TWO), fromHex('6fff'), new Uint8Array(0), fci(ONE, encodeTlv(0x9f38, fromHex('9f')))]) {
    const { asked, end } = selecting({ ...listed, [ONE]: answer }, [application(ONE)]);
    assert.deepEqual([reasonOf(end), asked.includes('options')], ['card-unintelligible', false], toHex(answer));
  }
});

test('names that are too short or too long for an application are none', () => {
  for (const length of [4, 17]) {
    const name = 'f0'.repeat(length);
    const { end } = selecting({ [ENVIRONMENT]: directory, 1: record(entry(name, 1)) }, [
      application('f0f0f0f0f0', true),
    ]);
    assert.equal(reasonOf(end), 'no-application');
  }
});
