import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, test } from 'node:test';
import { drawSubscriberKey, receiptSealer } from '../adapters/receipt-jose.ts';
import { issueReceipts, receiptQrText, type SignedReceipt, withhold } from '../host/index.ts';
import { cardTradeOf, drawnFrom, KNOWN_KEY, KNOWN_KID, knownSigner, tradeOf } from '../host/receipt.testing.ts';
import { receipt as command } from './receipt-command.ts';
import { WrongUse } from './usage.ts';

const MAIN = resolve(import.meta.dirname, 'main.ts');
const folder = mkdtempSync(join(tmpdir(), 'wattpurse-receipt-'));
after(() => rmSync(folder, { recursive: true }));

interface Said {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

const run = (...args: readonly string[]): Said => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, 'receipt', ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { code: status, out: stdout, err: stderr };
};

const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return name;
};

const issued = await issueReceipts([tradeOf(1), tradeOf(2), tradeOf(3)], knownSigner(), drawnFrom('cli'));
const receipt = issued[1] as SignedReceipt;
const { kty, crv, x } = KNOWN_KEY;
const publicKey = { kty, crv, x, kid: KNOWN_KID };
const keys = file('keys.json', JSON.stringify({ keys: [publicKey] }));
const whole = file('receipt.txt', `${receipt.text}\n`);

const refusesWith = (code: number, sentence: RegExp, { code: ended, out, err }: Said): void => {
  assert.match(err, sentence);
  assert.equal(err.trim().split('\n').length, 1, err);
  assert.deepEqual({ code: ended, out }, { code, out: '' });
};

test('a receipt is proved off line, on one page that says what it says', () => {
  const { code, out, err } = run('verify', whole, '--keys', keys);
  assert.deepEqual({ code, err }, { code: 0, err: '' });
  assert.equal(
    out,
    `Proved: key "2026-1" of keys.json signed this receipt, as number 2 of 3 signed together, and nothing in it was changed.
Nothing is withheld.

Receipt, 한빛에너지, Registration 123-45-67890

  Receipt number          2026-00000002
  Replaces receipt        2026-S0000002
  Issued                  2026-03-02 09:05:15 +09:00
  State                   Stored in the meter

Order
  Order number            web-7f3a90c2-2
  Ordered                 2026-03-02 09:05:11 +09:00
  Meter                   0a1b2c
  Value for energy        25,002 tokens
  Stored                  2026-03-02 09:05:15 +09:00
  Meter transaction       17

  Energy                                                    25,002
  Fixed charge                                               2,000
  Tax (VAT 10 %)                                             3,000
  Arrears                                                    2,500
  Fee (Kiosk)                                                  500
  Total                                                 KRW 33,002

Payment
  Paid by                 Card
  Number                  **** 1234
  Approval number         30412277
  Paid on                 2026-03-02 09:05:11 +09:00
`,
  );
});

test('a sale to a card is proved like any other, and a changed card is found', async () => {
  const [sale] = await issueReceipts([cardTradeOf(1)], knownSigner(), drawnFrom('card'));
  const text = (sale as SignedReceipt).text;
  const { code, out } = run('verify', file('card.txt', text), '--keys', keys);
  assert.equal(code, 0);
  assert.match(out, /^Proved: /);
  assert.match(out, /^ {2}Value card {14}04a1b2c3d4e5f6$/m);
  assert.match(out, /^ {2}Total {49}KRW 11,001$/m);
  const [jws, path, head, order = '', payment] = text.split('~');
  const other = Buffer.from(Buffer.from(order, 'base64url').toString().replace('04a1b2c3d4e5f6', '04a1b2c3d4e5f7'));
  const changed = file('card-changed.txt', [jws, path, head, other.toString('base64url'), payment].join('~'));
  refusesWith(1, /The order is not the one that was signed/, run('verify', changed, '--keys', keys));
});

test('what is withheld is named, and the rest is proved', () => {
  const path = file('withheld.txt', withhold(receipt, 'payment').text);
  const { code, out } = run('verify', path, '--keys', keys);
  assert.equal(code, 0);
  assert.match(out, /^Withheld: the payment\.$/m);
  assert.doesNotMatch(out, /30412277/);
  const both = file('head.txt', withhold(withhold(receipt, 'payment'), 'order').text);
  assert.match(run('verify', both, '--keys', keys).out, /^Withheld: the order and the payment\.$/m);
});

test('the text of its code, its paper and its seal lead to the same receipt', async () => {
  const subscriber = await drawSubscriberKey('kim');
  const secret = file('kim.json', subscriber.secret);
  const sealed = file('sealed.txt', (await receiptSealer.seal(receipt.text, subscriber.published)) as string);
  const code = file('code.txt', `${receiptQrText(receipt)}\r\n`);
  const expected = run('verify', whole, '--keys', keys, '--json', '--pdf', 'paper.pdf', '--language', 'ko');
  assert.equal(expected.code, 0, expected.err);
  assert.deepEqual(JSON.parse(expected.out).receipt.head.total, '33002');
  const { proved, kid, index, size } = JSON.parse(expected.out) as Record<string, unknown>;
  assert.deepEqual([proved, kid, index, size], [true, '2026-1', 1, 3]);
  for (const args of [[code], ['paper.pdf'], [sealed, '--open', secret]]) {
    assert.deepEqual(run('verify', ...args, '--keys', keys, '--json'), expected, args.join(' '));
  }
  assert.match(run('verify', 'paper.pdf', '--keys', keys).out, /^What is drawn in the PDF proves nothing: /m);
  refusesWith(2, /^The receipt sealed\.txt is sealed: name .* with --open\.$/m, run('verify', sealed, '--keys', keys));
  const other = file('other.json', (await drawSubscriberKey('lee')).secret);
  refusesWith(1, /cannot be opened/, run('verify', sealed, '--keys', keys, '--open', other));
});

test('what a receipt says is shown without a key, and is said not to be proved', () => {
  const [header = '', payload = '', ...rest] = receipt.text.split('.');
  const forged = [header, payload, rest.join('.').replace(/^.{8}/, 'AAAAAAAA')].join('.');
  const path = file('forged.txt', forged);
  const { code, out } = run('show', path);
  assert.equal(code, 0);
  assert.match(out, /^Not verified: this is what forged\.txt says, and anybody could have written it\.$/m);
  assert.match(out, /Total {49}KRW 33,002/);
  assert.equal(JSON.parse(run('show', path, '--json').out).proved, false);
  refusesWith(1, /was not signed by the published key "2026-1"/, run('verify', path, '--keys', keys));
});

test('a receipt that is not true ends with one sentence and exit code 1, and nothing is printed', () => {
  const [jws, path, head, order, payment] = receipt.text.split('~');
  const [, , , , other] = (issued[0] as SignedReceipt).text.split('~');
  const mixed = file('mixed.txt', [jws, path, head, order, other].join('~'));
  refusesWith(
    1,
    /^mixed\.txt: The payment is not the one that was signed/,
    run('verify', mixed, '--keys', keys, '--pdf', 'mixed.pdf'),
  );
  assert.throws(() => readFileSync(join(folder, 'mixed.pdf')));
  const foreign = file('foreign.json', JSON.stringify({ keys: [{ ...publicKey, kid: '2025-1' }] }));
  refusesWith(1, /Key "2026-1" is not among the published keys/, run('verify', whole, '--keys', foreign));
  const expired = file('expired.json', JSON.stringify({ keys: [{ ...publicKey, exp: 1_700_000_000 }] }));
  refusesWith(1, /was issued after its key "2026-1" had expired/, run('verify', whole, '--keys', expired));
  const noLine = file('group.txt', [jws, 'AAAAAA', head, order, payment].join('~'));
  refusesWith(1, /not the one that was signed in this place/, run('show', noLine));
});

for (const [args, sentence] of [
  [[], /^receipt has two verbs: /],
  [['prove', whole], /^receipt has two verbs: /],
  [['verify', whole], /^receipt verify needs the published keys: name their file with --keys\./],
  [['verify', '--keys', keys], /^receipt verify takes one file: /],
  [['show', whole, whole], /^receipt show takes one file: /],
  [['show', whole, '--keys', keys], /^The option --keys is not for this: "wattpurse help receipt" says/],
  [['verify', whole, '--kees', keys], /^There is no option --kees: --keys was probably meant/],
  [['verify', whole, '--keys', keys, '--language', 'de'], /^--language is en or ko, not "de"\./],
  [['verify', 'absent.txt', '--keys', keys], /^The receipt file absent\.txt cannot be read \(there is no such file\)/],
  [['verify', whole, '--keys', 'absent.json'], /^The key file absent\.json cannot be read/],
  [['verify', whole, '--keys', whole], /^receipt\.txt: The file of published keys is no JWKS/],
  [['verify', keys, '--keys', keys], /^keys\.json: This is no signed receipt/],
  [['show', file('empty.pdf', '%PDF-1.7\n')], /^In the PDF empty\.pdf no receipt can be found/],
] as const) {
  test(`receipt ${args.join(' ')} is wrong use, in one sentence`, async () => {
    const inFolder = args.map((word) => (/\.(txt|json|pdf)$/.test(word) ? join(folder, word) : word));
    await assert.rejects(command(inFolder), (error) => {
      assert.ok(error instanceof WrongUse);
      assert.match(error.message.replaceAll(`${folder}/`, ''), sentence);
      return !error.message.includes('\n');
    });
  });
}

test('a paper that cannot be written ends with one sentence', () => {
  const said = run('verify', whole, '--keys', keys, '--pdf', 'absent/paper.pdf');
  refusesWith(
    1,
    /^absent\/paper\.pdf cannot be written \(ENOENT\): make room, or name another file with --pdf\./,
    said,
  );
});
