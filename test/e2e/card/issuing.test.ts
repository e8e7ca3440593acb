import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { lacks, Pcscd } from './pcscd.ts';

const MAIN = new URL('../../../src/cli/main.ts', import.meta.url).pathname;
const CSN = '04b1b2b3b4b5b6';
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
  // A foreign reader selects the purse and asks for its number.
  const select = '00:a4:04:0c:0a:f0:57:41:54:54:50:55:52:53:45';
  const foreign = await pcscd.run('opensc-tool', ['-r', '0', '-s', select, '-s', '00:ca:00:5a:07']);
  assert.match(foreign, /04 B1 B2 B3 B4 B5 B6/);
  // What was written while it lay in the reader is in the file, of which a copy is another card in another place.
  mkdirSync(dirname(at('copy/x')));
  copyFileSync(at('blank.card'), at('copy/blank.card'));
  assert.equal(await card('read', '--card', at('copy/blank.card')), read);
});
