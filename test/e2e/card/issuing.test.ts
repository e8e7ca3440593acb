import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { askedByEach } from './foreign.ts';
import { lacks, Pcscd } from './pcscd.ts';

const MAIN = new URL('../../../src/cli/main.ts', import.meta.url).pathname;
const CSN = '04b1b2b3b4b5b6';
const AID = 'f0574154545055525345';
/** To a new card with a region of gas, and what it answers. */
const EXCHANGES: readonly (readonly [command: string, answer: string])[] = [
  ['00a4000c023f00', '9000'],
  ['8058000200', '6985'],
  ['00b09e0000', `61174f0a${AID}50095761747470757273659000`],
  [`00a404000a${AID}00`, `6f2282013883025750840a${AID}a50d5a07${CSN}c10201029000`],
  ['00ca005a00', `${CSN}9000`],
  ['8058000200', `000120${'00'.repeat(29)}9000`],
  ['8058000300', '6a88'],
  ['00b2015400', '6a83'],
  ['00d6810001aa', '6982'],
  [`805200020c${'00'.repeat(12)}00`, '6985'],
  ['8099000000', '6d00'],
  ['a0a40000023f00', '6e00'],
];
const [BLANK_SLOT, MASTER_SLOT] = ['Virtual PCD 00 00', 'Virtual PCD 00 01'];

test('a card is issued in one reader by a master card in another, read through PC/SC, and kept in its file', {
  skip: lacks,
}, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'wattpurse-issuing-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const at = (name: string) => join(folder, name);
  const pcscd = await Pcscd.start(t);
  const variables = ['WATTPURSE_PIN=4711', 'WATTPURSE_PASSPHRASE=a passphrase of a test'];
  const card = (...args: readonly string[]) =>
    pcscd.run('env', [...variables, process.execPath, MAIN, 'card', ...args]);

  await pcscd.run('env', [...variables, process.execPath, MAIN, 'manager', 'boss', '--data', at('host')]);
  await card('chips', at('chips.json'));
  await card('blank', at('blank.card'), '--chips', at('chips.json'), '--csn', CSN);
  for (const scope of ['issuer', 'gas']) {
    await card('master', at(`${scope}.card`), '--chips', at('chips.json'), '--scope', scope, '--data', at('host'));
  }
  for (const [name, port] of [
    ['blank.card', '35963'],
    ['issuer.card', '35964'],
  ] as const) {
    const serving = pcscd.start(t, process.execPath, [MAIN, 'card', 'serve', at(name), '--port', port]);
    await serving.said(`The card in ${at(name)} lies in the reader; Ctrl-C takes it out.`);
  }
  assert.match(await card('read', '--reader', MASTER_SLOT), /^Master card [0-9a-f]{14}, the issuer’s, /);
  assert.equal(
    await card('issue', '--reader', BLANK_SLOT, '--master', `reader:${MASTER_SLOT}`, '--master', at('gas.card')),
    `Card ${CSN} is issued: gas of utility 1.\n`,
  );
  const read = await card('read', '--reader', BLANK_SLOT);
  assert.match(read, new RegExp(`^Card ${CSN}\n {2}gas {9}0 tokens; 0 ever loaded; utility 1, `));
  // Readers that know nothing of Wattpurse drive the same card, and each is told the same.
  const told = EXCHANGES.map(([, answer]) => answer);
  const asked = await askedByEach(
    pcscd,
    EXCHANGES.map(([command]) => command),
  );
  assert.deepEqual(asked, { 'opensc-tool': told, scriptor: told, pyscard: told });
  // What was written while it lay in the reader is in the file, of which a copy is another card in another place.
  mkdirSync(dirname(at('copy/x')));
  copyFileSync(at('blank.card'), at('copy/blank.card'));
  assert.equal(await card('read', '--card', at('copy/blank.card')), read);
});
