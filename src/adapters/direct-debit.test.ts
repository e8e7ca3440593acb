import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import * as sepa from 'sepa';
import type { PaymentRequest } from '../host/index.ts';
import { milliseconds } from '../units/index.ts';
import { readXml, writeXml, type XmlElement, type XmlPart } from './direct-debit/xml.ts';
import {
  type Batch,
  COLLECTIONS_MAX,
  type Collection,
  endToEndIdOf,
  paymentOfEndToEndId,
  readBankFile,
  SEQUENCES,
  writeCollections,
} from './direct-debit.ts';

const AT = Date.UTC(2026, 2, 2, 4, 11, 9);
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const payment = (trace: number, amount: number, currency = 978): PaymentRequest => ({
  id: `p${trace}`,
  trace,
  at: milliseconds(AT),
  amount,
  currency,
});

const collection = (trace: number, change: Partial<Collection['mandate']> = {}, amount = 5023): Collection => ({
  payment: payment(trace, amount),
  mandate: {
    reference: 'M-2026/1',
    signedOn: '2026-02-01',
    debtor: { name: 'Mädchen & Söhne <Strom>', iban: 'DE89370400440532013000', bic: 'COBADEFFXXX' },
    sequence: 'RCUR',
    ...change,
  },
  text: 'Strom für Zähler 0a1b2c',
});

const batch = (change: Partial<Batch> = {}): Batch => ({
  id: 'WP-20260302-1',
  createdAt: AT,
  collectOn: '2026-03-05',
  creditor: { name: 'Wattpurse', iban: 'DE87123456781234567890', schemeId: 'DE98ZZZ09999999999' },
  collections: [collection(1), collection(2, { sequence: 'FRST' }), collection(3, {}, 4_294_967_295)],
  ...change,
});

const written = (wanted: Batch): XmlElement => {
  const file = writeCollections(wanted);
  assert.ok(typeof file === 'string', JSON.stringify(file));
  const root = readXml(bytes(file));
  assert.ok(!('reason' in root), JSON.stringify(root));
  return root;
};

/** Names and texts, without what the other writer says besides, and without an empty schema location. */
const shape = ({ name, text, children, attributes }: XmlElement): unknown => ({
  name,
  text: name === 'CreDtTm' ? '' : text,
  ...(attributes.has('Ccy') ? { currency: attributes.get('Ccy') } : {}),
  children: children.filter((child) => child.name !== 'InstrId').map(shape),
});

test('a file of collections is, element for element, what sepa writes', () => {
  const wanted = batch();
  const document = new sepa.Document('pain.008.001.08');
  document.grpHdr.id = wanted.id;
  document.grpHdr.created = new Date(AT);
  document.grpHdr.initiatorName = wanted.creditor.name;
  // Its dates are those of the machine's own zone.
  const local = (date: string) => new Date(`${date}T12:00:00`);
  for (const sequence of ['FRST', 'RCUR']) {
    const information = document.createPaymentInfo();
    Object.assign(information, {
      collectionDate: local(wanted.collectOn),
      creditorName: wanted.creditor.name,
      creditorIBAN: wanted.creditor.iban,
      creditorId: wanted.creditor.schemeId,
      sequenceType: sequence,
    });
    document.addPaymentInfo(information);
    for (const { payment: paid, mandate, text } of wanted.collections) {
      if (mandate.sequence !== sequence) continue;
      const transaction = information.createTransaction();
      Object.assign(transaction, {
        end2endId: endToEndIdOf(paid),
        amount: paid.amount / 100,
        mandateId: mandate.reference,
        mandateSignatureDate: local(mandate.signedOn),
        debtorName: mandate.debtor.name,
        debtorIBAN: mandate.debtor.iban,
        debtorBIC: mandate.debtor.bic,
        remittanceInfo: text,
      });
      information.addTransaction(transaction);
    }
  }
  const foreign = readXml(bytes(document.toString()));
  assert.ok(!('reason' in foreign));
  assert.equal(foreign.namespace, 'urn:iso:std:iso:20022:tech:xsd:pain.008.001.08');
  assert.equal(written(wanted).namespace, foreign.namespace);
  assert.deepEqual(shape(written(wanted)), shape(foreign));
});

test('cents are never lost, however many are summed', () => {
  const amounts = [1, 10, 99, 100, 4_294_967_295];
  const collections = Array.from({ length: COLLECTIONS_MAX }, (_, n) => collection(n + 1, {}, amounts[n % 5]));
  const file = writeCollections(batch({ collections }));
  assert.ok(typeof file === 'string');
  // 2,000 times 0.01 + 0.10 + 0.99 + 1.00 + 42,949,672.95.
  assert.equal(file.match(/<CtrlSum>85899350100\.00<\/CtrlSum>/g)?.length, 2);
  for (const text of ['>0.01<', '>0.10<', '>0.99<', '>1.00<', '>42949672.95<']) assert.ok(file.includes(text), text);
});

for (const { what, change, reason, collection: index } of [
  { what: 'without a collection', change: { collections: [] }, reason: 'count-wrong' },
  {
    what: 'of too many collections',
    change: { collections: Array.from({ length: COLLECTIONS_MAX + 1 }, (_, n) => collection(n + 1)) },
    reason: 'count-wrong',
  },
  { what: 'with a long id', change: { id: 'x'.repeat(34) }, reason: 'id-unfit' },
  { what: 'with an id that ends in a slash', change: { id: 'a/' }, reason: 'id-unfit' },
  { what: 'on a day that there is not', change: { collectOn: '2026-02-30' }, reason: 'date-wrong' },
  {
    what: 'of a creditor with a wrong check digit',
    change: { creditor: { ...batch().creditor, schemeId: 'DE97ZZZ09999999999' } },
    reason: 'scheme-id-wrong',
  },
  {
    what: 'to an account with a wrong check digit',
    change: { creditor: { ...batch().creditor, iban: 'DE88123456781234567890' } },
    reason: 'iban-wrong',
  },
  {
    what: 'from an account with a wrong check digit',
    change: { collections: [collection(1), collection(2, { debtor: { name: 'A', iban: 'DE89370400440532013001' } })] },
    reason: 'iban-wrong',
    collection: 1,
  },
  {
    what: 'with a BIC of nine letters',
    change: { collections: [collection(1, { debtor: { ...collection(1).mandate.debtor, bic: 'COBADEFFX' } })] },
    reason: 'bic-wrong',
    collection: 0,
  },
  {
    what: 'from nobody',
    change: { collections: [collection(1, { debtor: { ...collection(1).mandate.debtor, name: '' } })] },
    reason: 'name-unfit',
    collection: 0,
  },
  {
    what: 'in won',
    change: { collections: [{ ...collection(1), payment: payment(1, 5000, 410) }] },
    reason: 'currency-wrong',
    collection: 0,
  },
  { what: 'of nothing', change: { collections: [collection(1, {}, 0)] }, reason: 'amount-wrong', collection: 0 },
  {
    what: 'with a control character in its text',
    change: { collections: [{ ...collection(1), text: 'a\nb' }] },
    reason: 'text-unfit',
    collection: 0,
  },
  {
    what: 'with a mandate that SEPA cannot write',
    change: { collections: [collection(1, { reference: 'M_1' })] },
    reason: 'id-unfit',
    collection: 0,
  },
  {
    what: 'with a mandate of a day that there is not',
    change: { collections: [collection(1, { signedOn: '1.2.2026' })] },
    reason: 'date-wrong',
    collection: 0,
  },
  {
    what: 'with a payment twice',
    change: { collections: [collection(1), collection(1)] },
    reason: 'payment-twice',
    collection: 1,
  },
] as const) {
  test(`a batch ${what} is refused, and no file is written`, () => {
    const refused = writeCollections(batch(change as Partial<Batch>));
    assert.ok(typeof refused !== 'string');
    assert.deepEqual({ reason: refused.reason, collection: refused.collection }, { reason, collection: index });
    assert.match(refused.sentence, /^[A-Z][^\n]*\.$/);
    assert.doesNotMatch(refused.sentence, /DE\d\d/);
  });
}

test('an end-to-end id names day and trace, and what is none of ours names nothing', () => {
  fc.assert(
    fc.property(fc.nat({ max: 4_000_000_000_000 }), fc.integer({ min: 1, max: 999_999 }), (at, trace) => {
      const id = endToEndIdOf({ at: milliseconds(at), trace });
      assert.deepEqual(paymentOfEndToEndId(id), { day: new Date(at).toISOString().slice(0, 10), trace });
    }),
  );
  for (const id of [
    '',
    'NOTPROVIDED',
    'WP20260230000001',
    'WP20260302000000',
    'WP2026030200001',
    'xWP20260302000001',
  ]) {
    assert.equal(paymentOfEndToEndId(id), undefined, id);
  }
});

const statusReport = (content: string, namespace = 'pain.002.001.10') =>
  bytes(
    `<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:${namespace}"><CstmrPmtStsRpt>` +
      `<GrpHdr><MsgId>BANK1</MsgId><CreDtTm>2026-03-03T00:00:00Z</CreDtTm></GrpHdr>${content}</CstmrPmtStsRpt></Document>`,
  );
const original = (status: string) =>
  `<OrgnlGrpInfAndSts><OrgnlMsgId>WP-20260302-1</OrgnlMsgId><OrgnlMsgNmId>pain.008.001.08</OrgnlMsgNmId>${status}</OrgnlGrpInfAndSts>`;

test('a status report tells of the batch, of its parts and of single collections', () => {
  const report = statusReport(
    `${original('<GrpSts>PART</GrpSts>')}<OrgnlPmtInfAndSts><OrgnlPmtInfId>WP-20260302-1.0</OrgnlPmtInfId>
    <TxInfAndSts><OrgnlInstrId>x</OrgnlInstrId><OrgnlEndToEndId>WP20260302000001</OrgnlEndToEndId><TxSts>RJCT</TxSts>
      <StsRsnInf><Rsn><Cd>AC04</Cd></Rsn></StsRsnInf>
      <OrgnlTxRef><Amt><InstdAmt Ccy="EUR">50.23</InstdAmt></Amt></OrgnlTxRef></TxInfAndSts>
    <TxInfAndSts><OrgnlEndToEndId>WP20260302000002</OrgnlEndToEndId><TxSts>ACSP</TxSts></TxInfAndSts>
    <TxInfAndSts><OrgnlEndToEndId>WP20260302000003</OrgnlEndToEndId><TxSts>PDNG</TxSts></TxInfAndSts></OrgnlPmtInfAndSts>
    <OrgnlPmtInfAndSts><OrgnlPmtInfId>WP-20260302-1.1</OrgnlPmtInfId><PmtInfSts>RJCT</PmtInfSts>
      <StsRsnInf><Rsn><Prtry>LATE</Prtry></Rsn></StsRsnInf></OrgnlPmtInfAndSts>`,
  );
  assert.deepEqual(readBankFile(report), [
    { about: 'batch', id: 'WP-20260302-1', outcome: 'accepted-in-part' },
    { about: 'collection', endToEndId: 'WP20260302000001', outcome: 'rejected', reason: 'AC04', amount: 5023 },
    { about: 'collection', endToEndId: 'WP20260302000002', outcome: 'accepted' },
    { about: 'collection', endToEndId: 'WP20260302000003', outcome: 'pending' },
    { about: 'batch', id: 'WP-20260302-1.1', outcome: 'rejected', reason: 'LATE' },
  ]);
  const refused = statusReport(
    original('<GrpSts>RJCT</GrpSts><StsRsnInf><Rsn><Cd>FF01</Cd></Rsn></StsRsnInf>'),
    'pain.002.001.03',
  );
  assert.deepEqual(readBankFile(refused), [
    { about: 'batch', id: 'WP-20260302-1', outcome: 'rejected', reason: 'FF01' },
  ]);
});

const notification = (entries: string, namespace = 'camt.054.001.08') =>
  bytes(
    `<b:Document xmlns:b="urn:iso:std:iso:20022:tech:xsd:${namespace}"><b:BkToCstmrDbtCdtNtfctn><b:Ntfctn>${entries}` +
      '</b:Ntfctn></b:BkToCstmrDbtCdtNtfctn></b:Document>',
  );
interface EntryOf {
  readonly amount?: string;
  readonly direction: 'CRDT' | 'DBIT';
  readonly status?: string;
  readonly reversal?: boolean;
  readonly transactions: readonly string[];
}
const entry = ({ amount = '50.23', direction, status = '<b:Cd>BOOK</b:Cd>', reversal, transactions }: EntryOf) =>
  `<b:Ntry><b:Amt Ccy="EUR">${amount}</b:Amt><b:CdtDbtInd>${direction}</b:CdtDbtInd>` +
  `${reversal === undefined ? '' : `<b:RvslInd>${reversal}</b:RvslInd>`}<b:Sts>${status}</b:Sts><b:NtryDtls>` +
  `${transactions.map((each) => `<b:TxDtls>${each}</b:TxDtls>`).join('')}</b:NtryDtls></b:Ntry>`;
const refs = (id: string) => `<b:Refs><b:EndToEndId>${id}</b:EndToEndId></b:Refs>`;
const RETURNED = '<b:RtrInf><b:Rsn><b:Cd>MD06</b:Cd></b:Rsn></b:RtrInf>';

test('a notification tells what was collected and what was returned, in old editions and new', () => {
  const entries = [
    entry({ direction: 'CRDT', transactions: [refs('WP20260302000001')] }),
    // In one booking; each has its own amount.
    entry({
      direction: 'CRDT',
      amount: '3.00',
      transactions: [
        `${refs('WP20260302000002')}<b:Amt Ccy="EUR">1.00</b:Amt>`,
        `${refs('WP20260302000003')}<b:AmtDtls><b:TxAmt><b:Amt Ccy="EUR">2</b:Amt></b:TxAmt></b:AmtDtls>`,
      ],
    }),
    // A return costs 3.50, which is not part of what was collected.
    entry({
      direction: 'DBIT',
      amount: '53.73',
      transactions: [
        `${refs('WP20260302000001')}<b:AmtDtls><b:InstdAmt><b:Amt Ccy="EUR">50.23</b:Amt></b:InstdAmt></b:AmtDtls>${RETURNED}`,
      ],
    }),
    entry({ direction: 'DBIT', reversal: true, status: 'BOOK', transactions: [refs('WP20260302000002')] }),
  ].join('');
  const expected = [
    { about: 'collection', endToEndId: 'WP20260302000001', outcome: 'collected', amount: 5023 },
    { about: 'collection', endToEndId: 'WP20260302000002', outcome: 'collected', amount: 100 },
    { about: 'collection', endToEndId: 'WP20260302000003', outcome: 'collected', amount: 200 },
    { about: 'collection', endToEndId: 'WP20260302000001', outcome: 'returned', reason: 'MD06', amount: 5023 },
    { about: 'collection', endToEndId: 'WP20260302000002', outcome: 'returned', amount: 5023 },
  ];
  for (const edition of ['camt.054.001.02', 'camt.054.001.08']) {
    assert.deepEqual(readBankFile(notification(entries, edition)), expected);
  }
});

test('what is not booked, has no end-to-end id, or is another business is passed over', () => {
  const entries = [
    entry({ direction: 'CRDT', status: 'PDNG', transactions: [refs('WP20260302000001')] }),
    entry({ direction: 'CRDT', status: '<b:Cd>INFO</b:Cd>', transactions: [refs('WP20260302000001')] }),
    entry({ direction: 'CRDT', transactions: [refs('NOTPROVIDED'), ''] }),
    // A transfer that the utility made, and one of those that came back to it.
    entry({ direction: 'DBIT', transactions: [refs('WP20260302000001')] }),
    entry({ direction: 'CRDT', reversal: true, transactions: [refs('WP20260302000001')] }),
  ].join('');
  assert.deepEqual(readBankFile(notification(entries)), []);
});

for (const { what, file, reason } of [
  { what: 'nothing', file: bytes(''), reason: 'malformed' },
  { what: 'what is no XML', file: bytes('a;b;c\n1;2;3'), reason: 'malformed' },
  { what: 'a file that was cut', file: statusReport(original('')).subarray(0, 250), reason: 'malformed' },
  { what: 'two documents in one', file: bytes('<a/><a/>'), reason: 'malformed' },
  { what: 'an entity that nobody named', file: bytes('<a>&b;</a>'), reason: 'malformed' },
  {
    what: 'an entity with the name of what every object has',
    file: bytes('<a>&constructor;</a>'),
    reason: 'malformed',
  },
  { what: 'a bare ampersand', file: bytes('<a>b & c</a>'), reason: 'malformed' },
  { what: 'a prefix without a namespace', file: bytes('<b:a/>'), reason: 'malformed' },
  { what: 'an attribute twice', file: bytes('<a b="1" b="2"/>'), reason: 'malformed' },
  { what: 'elements that cross', file: bytes('<a><b></a></b>'), reason: 'malformed' },
  {
    what: 'a document type that names a file',
    file: bytes('<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'),
    reason: 'doctype',
  },
  { what: 'elements without end', file: bytes('<a>'.repeat(65)), reason: 'too-deep' },
  {
    what: 'another encoding',
    file: bytes('<?xml version="1.0" encoding="ISO-8859-1"?><a/>'),
    reason: 'encoding-wrong',
  },
  { what: 'bytes that are no text', file: Uint8Array.of(0x3c, 0x61, 0xff, 0x3e), reason: 'encoding-wrong' },
  { what: 'a statement', file: notification('', 'camt.053.001.08'), reason: 'kind-unknown' },
  { what: 'a document without a namespace', file: bytes('<Document/>'), reason: 'kind-unknown' },
  {
    what: 'a status that nobody knows',
    file: statusReport(original('<GrpSts>GOOD</GrpSts>')),
    reason: 'status-unknown',
  },
  {
    what: 'a status of nothing',
    file: statusReport(
      '<OrgnlPmtInfAndSts><OrgnlPmtInfId>a</OrgnlPmtInfId><TxInfAndSts><TxSts>RJCT</TxSts></TxInfAndSts></OrgnlPmtInfAndSts>',
    ),
    reason: 'id-missing',
  },
  {
    what: 'an amount with three decimals',
    file: notification(entry({ direction: 'CRDT', amount: '1.001', transactions: [refs('a')] })),
    reason: 'amount-wrong',
  },
]) {
  test(`${what} is no file of a bank, and is refused in one sentence`, () => {
    const refused = readBankFile(file);
    assert.ok('reason' in refused, JSON.stringify(refused));
    assert.equal(refused.reason, reason);
    assert.match(refused.sentence, /^The bank's file [^\n]*\.$/);
  });
}

test('a file of many megabytes of one thing is read or refused as any other', () => {
  const long = 4_000_000;
  for (const [document, reason] of [
    [`<a><!--${'-x'.repeat(long)}--></a>`, undefined],
    [`<a><!--${'x'.repeat(long)}`, 'malformed'],
    [`<a><![CDATA[${'x'.repeat(long)}]]></a>`, undefined],
    [`<a b="${'x'.repeat(long)}"/>`, undefined],
    [`<a${' b="1"'.repeat(long / 6)}`, 'malformed'],
    [`<a ${Array.from({ length: 65 }, (_, n) => `b${n}="1"`).join(' ')}/>`, 'malformed'],
    [`<a>${'&'.repeat(long)}</a>`, 'malformed'],
    [`<a${' '.repeat(long)}`, 'malformed'],
    [`<a>${'<b/>'.repeat(long / 10)}</a>`, undefined],
    ['x'.repeat(33 * 1024 * 1024), 'too-long'],
  ] as const) {
    const read = readXml(bytes(document));
    assert.equal('reason' in read ? read.reason : undefined, reason, document.slice(0, 20));
  }
});

const name = fc.stringMatching(/^[A-Za-z_][\w.-]{0,6}$/);
const text = fc
  .string({ unit: fc.constantFrom('a', ' ', '<', '>', '&', '"', "'", 'ä', '전', ']]>', '--') })
  .map((value) => value.trim());
const { part } = fc.letrec<{ part: XmlPart }>((tie) => ({
  part: fc.tuple(
    name,
    fc.oneof({ maxDepth: 4 }, text, fc.array(tie('part') as fc.Arbitrary<XmlPart>, { minLength: 1, maxLength: 4 })),
    fc.dictionary(
      name.filter((key) => key !== 'xmlns'),
      text,
      { maxKeys: 2, noNullPrototype: true },
    ),
  ) as fc.Arbitrary<XmlPart>,
}));

const asPart = ({ name: own, text: said, children, attributes }: XmlElement): XmlPart => [
  own,
  children.length > 0 ? children.map(asPart) : said,
  Object.fromEntries(attributes),
];

test('any document is read as it was written', () => {
  fc.assert(
    fc.property(part, (wanted) => {
      const read = readXml(bytes(writeXml(wanted)));
      assert.ok(!('reason' in read), JSON.stringify(read));
      assert.deepEqual(asPart(read), wanted);
    }),
    { numRuns: 500 },
  );
});

test('comments, processing instructions and CDATA are read as XML says', () => {
  const read = readXml(
    bytes(
      '\ufeff<?xml version="1.0"?><!-- a -->\n<a b = \'&#228;&#xe4;\'><?x y?>1<!-- < -->2<![CDATA[<&]]></a>\n<!-- z -->',
    ),
  );
  assert.ok(!('reason' in read), JSON.stringify(read));
  assert.deepEqual(asPart(read), ['a', '12<&', { b: 'ää' }]);
});

test('sequences are parts of a batch, and each has its own sum', () => {
  const collections = SEQUENCES.map((sequence, n) => collection(n + 1, { sequence }, 100 * (n + 1)));
  const parts = written(batch({ collections })).children[0]?.children.filter((child) => child.name === 'PmtInf') ?? [];
  const said = parts.map(({ children }) => Object.fromEntries(children.map((child) => [child.name, child.text])));
  assert.deepEqual(
    said.map(({ PmtInfId, CtrlSum }) => [PmtInfId, CtrlSum]),
    ['1.00', '2.00', '3.00', '4.00'].map((sum, n) => [`WP-20260302-1.${n}`, sum]),
  );
});
