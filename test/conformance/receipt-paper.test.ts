import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { qrCode } from '../../src/adapters/qr-code.ts';
import { receiptPdf } from '../../src/adapters/receipt-pdf.ts';
import {
  issueReceipts,
  parseReceiptQr,
  receiptQrText,
  receiptSheet,
  type SignedReceipt,
  type WholeReceipt,
  withhold,
} from '../../src/host/index.ts';
import { drawnFrom, knownSigner, tradeOf } from '../../src/host/receipt.testing.ts';
import type { Language } from '../../src/words/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'wattpurse-paper-'));
after(() => rmSync(folder, { recursive: true }));

const GROUP = 1_000;

async function signed(trade: WholeReceipt, size = GROUP): Promise<SignedReceipt> {
  const receipts = await issueReceipts(Array(size).fill(trade), knownSigner(), drawnFrom('paper'));
  return receipts[size >> 1] as SignedReceipt;
}

const printed = (receipt: SignedReceipt, language: Language) =>
  receiptPdf({
    sheet: receiptSheet(receipt.claims, language),
    language,
    issuedAt: receipt.claims.head.issuedAt,
    text: receipt.text,
    qrText: receiptQrText(receipt),
    kid: receipt.kid,
  });

async function saved(receipt: SignedReceipt, language: Language): Promise<string> {
  const pdf = await printed(receipt, language);
  if ('reason' in pdf) assert.fail(pdf.sentence);
  const path = join(folder, `${language}.pdf`);
  writeFileSync(path, pdf);
  return path;
}

const english: WholeReceipt = {
  ...tradeOf(7),
  head: { ...tradeOf(7).head, utility: { name: 'Hanbit Energy Ltd.', registration: '123-45-67890' } },
};

const has = (program: string, flag: string): boolean => spawnSync(program, [flag]).error === undefined;
const needsPoppler = has('pdftotext', '-v') ? false : 'needs the Debian package poppler-utils';
const needsZbar = needsPoppler || (has('zbarimg', '--version') ? false : 'needs the Debian package zbar-tools');

function output(program: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return stdout;
}

/** Each line of the page with single blanks. */
const linesOf = (path: string): string[] =>
  output('pdftotext', '-layout', path, '-')
    .split('\n')
    .map((line) => line.trim().replace(/\s+/g, ' '));

test('the paper of a receipt says every fact and each line of its own, in English', {
  skip: needsPoppler,
}, async () => {
  const lines = linesOf(await saved(await signed(english), 'en'));
  for (const line of [
    'Receipt',
    'Hanbit Energy Ltd.',
    'Registration 123-45-67890',
    'Receipt number 2026-00000007',
    'Replaces receipt 2026-S0000007',
    'Issued 2026-03-02 09:05:15 +09:00',
    'State Stored in the meter',
    'Order number web-7f3a90c2-7',
    'Meter 0a1b2c',
    'Value for energy 25,007 tokens',
    'Meter transaction 17',
    'Energy 25,007',
    'Fixed charge 2,000',
    'Tax (VAT 10 %) 3,000',
    'Arrears 2,500',
    'Fee (Kiosk) 500',
    'Total KRW 33,007',
    'Paid by Card',
    'Number **** 1234',
    'Approval number 30412277',
    'Paid on 2026-03-02 09:05:11 +09:00',
  ]) {
    assert.ok(lines.includes(line), `${line} is not among\n${lines.join('\n')}`);
  }
});

test('the same in Korean, with the font in the file', { skip: needsPoppler }, async () => {
  const path = await saved(await signed(tradeOf(7)), 'ko');
  const lines = linesOf(path);
  for (const line of [
    '영수증',
    '한빛에너지',
    '상태 계량기에 저장됨',
    '전력 25,007',
    '세금 (VAT 10 %) 3,000',
    '합계 KRW 33,007',
  ]) {
    assert.ok(lines.includes(line), `${line} is not among\n${lines.join('\n')}`);
  }
  const fonts = output('pdffonts', path).split('\n').slice(2).filter(Boolean);
  assert.ok(fonts.length === 2 && fonts.every((line) => /NanumGothic.* yes yes yes /.test(line)), fonts.join('\n'));
  assert.ok(readFileSync(path).length < 100_000, 'no more of the font than is drawn');
});

test('amounts end at one edge, and all is on one page', { skip: needsPoppler }, async () => {
  const path = await saved(await signed(english), 'en');
  const boxes = output('pdftotext', '-bbox', path, '-');
  assert.equal(boxes.match(/<page /g)?.length, 1);
  const edges = ['25,007', '2,000', '3,000', '2,500', '500', '33,007'].map((amount) => {
    const found = boxes.matchAll(new RegExp(`xMax="([\\d.]+)" yMax="[\\d.]+">${amount}<`, 'g'));
    return Math.max(...[...found].map(([, edge]) => Number(edge)));
  });
  assert.ok(Math.max(...edges) - Math.min(...edges) < 0.5, `the amounts end at ${edges}`);
});

test('what is withheld is not on the paper, and said to be', { skip: needsPoppler }, async () => {
  const receipt = await signed(english);
  const withoutPayment = linesOf(await saved(withhold(receipt, 'payment'), 'en')).join('\n');
  assert.match(withoutPayment, /The payment is not shown/);
  assert.doesNotMatch(withoutPayment, /30412277|1234/);
  assert.match(withoutPayment, /Total KRW 33,007/);
  const withoutOrder = linesOf(await saved(withhold(receipt, 'order'), 'en')).join('\n');
  assert.match(withoutOrder, /The order is not shown/);
  assert.doesNotMatch(withoutOrder, /0a1b2c|web-|25,007/);
  assert.match(withoutOrder, /Total KRW 33,007/);
});

for (const size of [1, 64, 1_000]) {
  test(`the code on the paper of one of ${size} receipts is read from its picture`, { skip: needsZbar }, async () => {
    const receipt = await signed(english, size);
    const path = await saved(receipt, 'en');
    output('pdftoppm', '-r', '150', '-png', '-singlefile', path, path);
    const code = output('zbarimg', '-q', '--raw', `${path}.png`).replace(/\n$/, '');
    assert.deepEqual(parseReceiptQr(code), receipt);
  });
}

test('the signed receipt is attached to the paper, whole', { skip: needsPoppler }, async () => {
  const receipt = await signed(english);
  const path = await saved(receipt, 'en');
  const attached = join(folder, 'receipt.txt');
  output('pdfdetach', '-savefile', 'receipt.txt', '-o', attached, path);
  assert.equal(readFileSync(attached, 'utf8'), receipt.text);
  assert.ok(readFileSync(path).includes(receipt.text), 'it can be found without a reader of PDF');
});

test('the same receipt always gives the same paper', async () => {
  const receipt = await signed(tradeOf(7));
  assert.deepEqual(await printed(receipt, 'ko'), await printed(receipt, 'ko'));
});

const named = (name: string): Promise<SignedReceipt> =>
  signed({ ...english, head: { ...english.head, utility: { name, registration: undefined } } }, 1);

test('a name is printed in letters of one font, or refused with the letter that no font has', async () => {
  for (const [name, letter] of [
    ['한빛 Energy', undefined],
    ['Stadtwerke Köln', undefined],
    ['Eléctrica Ñandú', undefined],
    ['Łódź', 'Ł \\(U\\+0141\\)'],
    ['ЭнергоСбыт', 'Э \\(U\\+042D\\)'],
    ['한빛 Énergie', 'É \\(U\\+00C9\\)'],
    ['Power 💡', '💡 \\(U\\+1F4A1\\)'],
  ] as const) {
    for (const language of ['en', 'ko'] as const) {
      const pdf = await printed(await named(name), language);
      const sentence = 'reason' in pdf ? pdf.sentence : 'printed';
      assert.match(sentence, letter === undefined ? /^printed$/ : new RegExp(`has the ${letter} of "${name}"`), name);
    }
  }
});

test('the code of a receipt has no more modules than paper bears, however large the group', async () => {
  for (const [size, version] of [
    [1, 14],
    [64, 18],
    [1_000, 20],
    [8_192, 22],
  ] as const) {
    const code = qrCode(receiptQrText(await signed(english, size)), 40);
    assert.ok(code?.correction === 'M' && code.version <= version, `${size}: version ${code?.version}`);
    assert.equal(code.size, 17 + 4 * code.version);
  }
});

test('a receipt that is too long for a code says so and is attached all the same', { skip: needsPoppler }, async () => {
  // Texts that have nothing in common, so that nothing is left to deflate.
  const label = (i: number) => Buffer.from(drawn(30, i)).toString('base64url');
  const lines = Array.from({ length: 16 }, (_, i) => ({ kind: 'fee' as const, amount: 1, label: label(i) }));
  const trade = tradeOf(7);
  const receipt = await signed({
    head: { ...english.head, total: 16 },
    order: { ...trade.order, lines, id: Buffer.from(drawn(90, 99)).toString('base64url') },
    payment: { ...trade.payment, paid: 16 },
  });
  assert.equal(qrCode(receiptQrText(receipt), 24), undefined);
  const path = await saved(receipt, 'en');
  assert.match(linesOf(path).join(' '), /too long for a code\. It is attached/);
  assert.ok(readFileSync(path).includes(receipt.text));
});

function drawn(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length);
  drawnFrom(`label ${seed}`).fill(bytes);
  return bytes;
}

test('a text that no code holds has none', () => {
  assert.equal(qrCode('A'.repeat(4_297), 40), undefined);
  assert.equal(qrCode('A'.repeat(4_296), 40)?.correction, 'L');
  assert.equal(qrCode('A'.repeat(3_391), 40)?.correction, 'M');
  assert.equal(qrCode('A'.repeat(400), 10), undefined);
});
