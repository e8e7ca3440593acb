import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromHex, toHex } from '../../bytes/index.ts';
import { parseAtr } from '../index.ts';
import { ISSUE, walk } from './bench.testing.ts';
import { EmvTestCard, TEST_APPLICATION } from './index.ts';

const SALE_DATA = '00000000500000000000000004108000008000041026030200a1b2c3d4';
const SELECT = `00a4040009${toHex(TEST_APPLICATION)}00`;
const OPTIONS = '80a8000005830304102400';
const first = (p1 = '80') => `80ae${p1}001d${SALE_DATA}00`;
/** CDOL2 where the answer of the bank comes with it: 8 bytes, then the code. */
const second = (p1 = '40') => `80ae${p1}0027${'00'.repeat(8)}3030${SALE_DATA}00`;
const secondOwn = (p1 = '40') => `80ae${p1}001f3030${SALE_DATA}00`;
const AUTHENTICATE = `0082000008${'00'.repeat(8)}`;

/** The status words of a row of commands, to a card that was just reset. */
function statuses(commands: readonly string[], more: Partial<typeof ISSUE> = {}): string[] {
  const program = new EmvTestCard({ ...ISSUE, ...more }).chip.begin();
  return commands.map((command) => toHex(program(fromHex(command)).slice(-2)));
}

for (const { what, commands, status, more } of [
  { what: 'nothing before it is selected', commands: [OPTIONS], status: '6985' },
  { what: 'no cryptogram before a sale has begun', commands: [SELECT, first()], status: '6985' },
  { what: 'no second sale before it is selected again', commands: [SELECT, OPTIONS, OPTIONS], status: '6985' },
  { what: 'another sale when it is selected again', commands: [SELECT, OPTIONS, SELECT, OPTIONS], status: '9000' },
  { what: 'options without its wishes', commands: [SELECT, '80a80000028300'], status: '6a80' },
  { what: 'options of another template', commands: [SELECT, '80a80000058103041024'], status: '6a80' },
  { what: 'a first cryptogram', commands: [SELECT, OPTIONS, first()], status: '9000' },
  {
    what: 'a first cryptogram over too little',
    commands: [SELECT, OPTIONS, `80ae80001c${SALE_DATA.slice(2)}`],
    status: '6700',
  },
  { what: 'a cryptogram of a reserved kind', commands: [SELECT, OPTIONS, first('c0')], status: '6985' },
  { what: 'a cryptogram with more wishes', commands: [SELECT, OPTIONS, first('90')], status: '6985' },
  { what: 'a second after a decline', commands: [SELECT, OPTIONS, first('00'), second()], status: '6985' },
  { what: 'a second as long as the first', commands: [SELECT, OPTIONS, first(), first()], status: '6700' },
  { what: 'a second cryptogram', commands: [SELECT, OPTIONS, first(), second()], status: '9000' },
  { what: 'a third cryptogram', commands: [SELECT, OPTIONS, first(), second(), second()], status: '6985' },
  {
    what: 'its bank before a cryptogram',
    commands: [SELECT, OPTIONS, AUTHENTICATE],
    status: '6985',
    more: { authentication: 'own-command' },
  },
  {
    what: 'a bank that is none',
    commands: [SELECT, OPTIONS, first(), AUTHENTICATE],
    status: '6300',
    more: { authentication: 'own-command' },
  },
  {
    what: 'its bank twice',
    commands: [SELECT, OPTIONS, first(), AUTHENTICATE, AUTHENTICATE],
    status: '6985',
    more: { authentication: 'own-command' },
  },
  {
    what: 'its bank after the second cryptogram',
    commands: [SELECT, OPTIONS, first(), secondOwn(), AUTHENTICATE],
    status: '6985',
    more: { authentication: 'own-command' },
  },
  { what: 'its bank by a command that it has not', commands: [SELECT, OPTIONS, first(), AUTHENTICATE], status: '6985' },
  { what: 'its bank before a sale', commands: [SELECT, AUTHENTICATE], status: '6985' },
  { what: 'an instruction that it does not know', commands: [SELECT, '00ca9f3600'], status: '6d00' },
  { what: 'a class that it does not know', commands: ['a0a40000023f00'], status: '6e00' },
  { what: 'half a command', commands: ['00a404'], status: '6700' },
  { what: 'a file by its number', commands: ['00a40000023f00'], status: '6a82' },
  { what: 'the next application', commands: [`00a4040209${toHex(TEST_APPLICATION)}00`], status: '6a82' },
  { what: 'another application', commands: ['00a4040007a000000003101000'], status: '6a82' },
  { what: 'its application by the beginning of its name', commands: ['00a4040005f05741545400'], status: '9000' },
  { what: 'a record before anything is selected', commands: ['00b2011400'], status: '6a83' },
  { what: 'a record that it has not', commands: [SELECT, '00b2031400'], status: '6a83' },
  { what: 'a record by its identifier', commands: [SELECT, '00b2011000'], status: '6a83' },
] as const satisfies readonly {
  what: string;
  commands: readonly string[];
  status: string;
  more?: Partial<typeof ISSUE>;
}[]) {
  test(`asked for ${what}, the test card answers ${status}`, () => {
    assert.equal(statuses(commands, more).at(-1), status);
  });
}

test('a card without a directory says so, and one with a directory has one record', () => {
  const environment = `00a404000e${toHex(new TextEncoder().encode('1PAY.SYS.DDF01'))}00`;
  assert.deepEqual(statuses([environment], { hasDirectory: false }), ['6a82']);
  assert.deepEqual(statuses([environment, '00b2010c00', '00b2020c00']), ['9000', '9000', '6a83']);
});

test('its counter goes on from reset to reset, and a card that has counted to its end begins no sale', () => {
  const card = new EmvTestCard(ISSUE);
  const counterOf = (response: Uint8Array) => toHex(response.subarray(9, 11));
  const pay = () => {
    const program = card.chip.begin();
    for (const command of [SELECT, OPTIONS]) program(fromHex(command));
    return program(fromHex(first()));
  };
  assert.deepEqual([counterOf(pay()), counterOf(pay())], ['0001', '0002']);
  const worn = card.chip.begin();
  for (let counter = 2; counter < 0xffff; counter++) {
    worn(fromHex(SELECT));
    assert.equal(worn(fromHex(OPTIONS)).at(-2), 0x90, `${counter}`);
  }
  worn(fromHex(SELECT));
  assert.equal(toHex(worn(fromHex(OPTIONS))), '6985');
  // A terminal takes it for a card that has nothing for this sale.
  const { end } = walk(card);
  assert.equal(end.outcome === 'failed' && end.reason, 'no-application');
});

test('a first cryptogram is for the bank or a decline, never an approval', () => {
  for (const [p1, kind] of [
    ['80', 0x80],
    ['40', 0x80],
    ['00', 0x00],
  ] as const) {
    const program = new EmvTestCard({ ...ISSUE, format: 1 }).chip.begin();
    const [, , answer] = [SELECT, OPTIONS, first(p1)].map((command) => program(fromHex(command)));
    assert.equal(answer?.[2], kind);
  }
});

test('its answer to reset is one', () => {
  const atr = parseAtr(new EmvTestCard(ISSUE).chip.atr);
  assert.ok(!('reason' in atr), JSON.stringify(atr));
});
