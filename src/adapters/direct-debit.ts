import type { PaymentRequest } from '../host/index.ts';
import { U32_MAX } from '../units/index.ts';
import { readXml, writeXml, type XmlElement, type XmlFailure, type XmlPart } from './direct-debit/xml.ts';

/*
 * Direct debit in euro by files: collections go out as pain.008.001.08, what became of them comes back as pain.002 and
 * camt.054. Every collection has an end-to-end id, which names its payment and returns in every file about it.
 */

/** ISO 4217 numeric, and its letters: nothing else is collected in SEPA. */
const EURO = 978;
const EURO_LETTERS = 'EUR';

export const COLLECTIONS_MAX = 10_000;
/** The identification of a message is at most 35 characters; that of a part of it has two more than the batch. */
const BATCH_ID_MAX = 33;
const NAME_MAX = 70;
const TEXT_MAX = 140;
const MANDATE_MAX = 35;

/** FRST before the first of many, RCUR for the following, FNAL for the last, OOFF for one alone. */
export const SEQUENCES = ['FRST', 'RCUR', 'FNAL', 'OOFF'] as const;

export interface Account {
  /** At most 70 characters. */
  readonly name: string;
  /** Without spaces. */
  readonly iban: string;
  readonly bic?: string;
}

export interface Mandate {
  /** At most 35 characters of SEPA. */
  readonly reference: string;
  /** YYYY-MM-DD. */
  readonly signedOn: string;
  readonly debtor: Account;
  readonly sequence: (typeof SEQUENCES)[number];
}

export interface Collection {
  readonly payment: PaymentRequest;
  readonly mandate: Mandate;
  /** What the payer reads, at most 140 characters. */
  readonly text: string;
}

export interface Batch {
  /** At most 33 characters of SEPA; a bank takes an id once. */
  readonly id: string;
  /** Unix milliseconds. */
  readonly createdAt: number;
  /** YYYY-MM-DD. */
  readonly collectOn: string;
  readonly creditor: Account & { readonly schemeId: string };
  readonly collections: readonly Collection[];
}

export interface BatchFailure {
  readonly reason:
    | 'count-wrong'
    | 'id-unfit'
    | 'name-unfit'
    | 'text-unfit'
    | 'iban-wrong'
    | 'bic-wrong'
    | 'scheme-id-wrong'
    | 'date-wrong'
    | 'amount-wrong'
    | 'currency-wrong'
    | 'payment-twice';
  /** Of its collections, from 0, where one is to blame. */
  readonly collection?: number;
  /** Never with the number of an account. */
  readonly sentence: string;
}

/** What a bank says: of one collection, or of a batch or a part of it as a whole. */
export type BankNotice =
  | {
      readonly about: 'collection';
      readonly endToEndId: string;
      /** `collected` money is there, and may still be `returned` for weeks. */
      readonly outcome: 'accepted' | 'pending' | 'rejected' | 'collected' | 'returned';
      /** Of a rejection or return: AM04 is a lack of funds, MD06 a refund that the payer asked for. */
      readonly reason?: string;
      /** Cents, where the file names them. */
      readonly amount?: number;
    }
  | {
      readonly about: 'batch';
      /** The batch's, or the batch's with a point and the number of a part. */
      readonly id: string;
      readonly outcome: 'accepted' | 'accepted-in-part' | 'pending' | 'rejected';
      readonly reason?: string;
    };

export interface BankFileFailure {
  readonly reason: XmlFailure['reason'] | 'kind-unknown' | 'status-unknown' | 'id-missing' | 'amount-wrong';
  readonly sentence: string;
}

/** `WP20260302000123`: day (UTC) and trace, which no other payment of a port has. */
export function endToEndIdOf({ at, trace }: Pick<PaymentRequest, 'at' | 'trace'>): string {
  return `WP${new Date(at).toISOString().slice(0, 10).replaceAll('-', '')}${String(trace).padStart(6, '0')}`;
}

/** Which payment an end-to-end id names; `undefined` for one that is not ours. */
export function paymentOfEndToEndId(id: string): { readonly day: string; readonly trace: number } | undefined {
  const [, year, month, day, trace] = /^WP(\d{4})(\d\d)(\d\d)(\d{6})$/.exec(id) ?? [];
  const date = `${year}-${month}-${day}`;
  return isDate(date) && Number(trace) > 0 ? { day: date, trace: Number(trace) } : undefined;
}

/** The file for the bank, pain.008.001.08 in UTF-8, whole or not at all. */
export function writeCollections(batch: Batch): string | BatchFailure {
  const wrong = failureOfBatch(batch);
  if (wrong !== undefined) return wrong;
  const parts = SEQUENCES.map((sequence) => ({
    sequence,
    collections: batch.collections.filter(({ mandate }) => mandate.sequence === sequence),
  })).filter(({ collections }) => collections.length > 0);
  const header: XmlPart = [
    'GrpHdr',
    [
      ['MsgId', batch.id],
      ['CreDtTm', `${new Date(batch.createdAt).toISOString().slice(0, 19)}Z`],
      ...countAndSum(batch.collections),
      ['InitgPty', [['Nm', batch.creditor.name]]],
    ],
  ];
  const informations = parts.map(({ sequence, collections }, n) => paymentInformation(batch, sequence, collections, n));
  const namespace = 'urn:iso:std:iso:20022:tech:xsd:pain.008.001.08';
  const document: XmlPart = ['Document', [['CstmrDrctDbtInitn', [header, ...informations]]], { xmlns: namespace }];
  return `<?xml version="1.0" encoding="UTF-8"?>\n${writeXml(document)}\n`;
}

/** A pain.002 or camt.054, whole or not at all. What is none of a direct debit's business in it is passed over. */
export function readBankFile(bytes: Uint8Array): BankNotice[] | BankFileFailure {
  const root = readXml(bytes);
  if ('reason' in root) return { reason: root.reason, sentence: `The bank's file cannot be read. ${root.sentence}` };
  const kind = /^urn:iso:std:iso:20022:tech:xsd:(pain\.002|camt\.054)\.001\.\d\d$/.exec(root.namespace)?.[1];
  if (root.name !== 'Document' || kind === undefined) {
    return {
      reason: 'kind-unknown',
      sentence: "The bank's file is neither a pain.002 nor a camt.054: look what it is.",
    };
  }
  const notices: BankNotice[] = [];
  const failed = kind === 'pain.002' ? readStatusReport(root, notices) : readNotification(root, notices);
  return failed ?? notices;
}

function paymentInformation(batch: Batch, sequence: string, collections: readonly Collection[], n: number): XmlPart {
  const { creditor } = batch;
  const type: XmlPart[] = [
    ['SvcLvl', [['Cd', 'SEPA']]],
    ['LclInstrm', [['Cd', 'CORE']]],
    ['SeqTp', sequence],
  ];
  const scheme: XmlPart[] = [
    ['Id', creditor.schemeId],
    ['SchmeNm', [['Prtry', 'SEPA']]],
  ];
  return [
    'PmtInf',
    [
      ['PmtInfId', `${batch.id}.${n}`],
      ['PmtMtd', 'DD'],
      ['BtchBookg', 'false'],
      ...countAndSum(collections),
      ['PmtTpInf', type],
      ['ReqdColltnDt', batch.collectOn],
      ['Cdtr', [['Nm', creditor.name]]],
      ['CdtrAcct', [['Id', [['IBAN', creditor.iban]]]]],
      agent('CdtrAgt', creditor),
      ['ChrgBr', 'SLEV'],
      ['CdtrSchmeId', [['Id', [['PrvtId', [['Othr', scheme]]]]]]],
      ...collections.map(transaction),
    ],
  ];
}

function transaction({ payment, mandate, text }: Collection): XmlPart {
  const { debtor } = mandate;
  const mandateParts: XmlPart[] = [
    ['MndtId', mandate.reference],
    ['DtOfSgntr', mandate.signedOn],
    ['AmdmntInd', 'false'],
  ];
  return [
    'DrctDbtTxInf',
    [
      ['PmtId', [['EndToEndId', endToEndIdOf(payment)]]],
      ['InstdAmt', decimal(BigInt(payment.amount)), { Ccy: EURO_LETTERS }],
      ['DrctDbtTx', [['MndtRltdInf', mandateParts]]],
      agent('DbtrAgt', debtor),
      ['Dbtr', [['Nm', debtor.name]]],
      ['DbtrAcct', [['Id', [['IBAN', debtor.iban]]]]],
      ['RmtInf', [['Ustrd', text]]],
    ],
  ];
}

const agent = (name: string, { bic }: Account): XmlPart => [
  name,
  [['FinInstnId', bic === undefined ? [['Othr', [['Id', 'NOTPROVIDED']]]] : [['BICFI', bic]]]],
];

const countAndSum = (collections: readonly Collection[]): XmlPart[] => [
  ['NbOfTxs', String(collections.length)],
  ['CtrlSum', decimal(collections.reduce((sum, { payment }) => sum + BigInt(payment.amount), 0n))],
];

/** Cents as euros. */
const decimal = (cents: bigint): string => `${cents / 100n}.${String(cents % 100n).padStart(2, '0')}`;

function failureOfBatch(batch: Batch): BatchFailure | undefined {
  const { creditor, collections } = batch;
  const failure = (reason: BatchFailure['reason'], sentence: string): BatchFailure => ({ reason, sentence });
  if (collections.length === 0 || collections.length > COLLECTIONS_MAX) {
    return failure('count-wrong', `A batch has 1 to ${COLLECTIONS_MAX} collections, not ${collections.length}.`);
  }
  if (!isId(batch.id, BATCH_ID_MAX)) return failure('id-unfit', `The id of a batch is ${idRule(BATCH_ID_MAX)}.`);
  if (!isDate(batch.collectOn)) return failure('date-wrong', 'The day of collection is no date: write YYYY-MM-DD.');
  if (!isSchemeId(creditor.schemeId)) {
    return failure('scheme-id-wrong', 'The creditor identifier is none, its check digits say: look it up.');
  }
  const wrong = failureOfAccount(creditor);
  if (wrong !== undefined) return failure(wrong.reason, `The creditor's ${wrong.what}.`);
  const seen = new Set<string>();
  for (const [collection, { payment, mandate, text }] of collections.entries()) {
    const failed = (reason: BatchFailure['reason'], what: string): BatchFailure => ({
      reason,
      collection,
      sentence: `Collection ${collection + 1} of ${collections.length}: ${what}.`,
    });
    if (payment.currency !== EURO) return failed('currency-wrong', 'direct debit is in euro (978)');
    if (!(Number.isSafeInteger(payment.amount) && payment.amount >= 1 && payment.amount <= U32_MAX)) {
      return failed('amount-wrong', `the amount is from 1 to ${U32_MAX} cents`);
    }
    if (!isId(mandate.reference, MANDATE_MAX))
      return failed('id-unfit', `the mandate's reference is ${idRule(MANDATE_MAX)}`);
    if (!isDate(mandate.signedOn)) return failed('date-wrong', 'the day of the mandate is no date: write YYYY-MM-DD');
    const account = failureOfAccount(mandate.debtor);
    if (account !== undefined) return failed(account.reason, `the payer's ${account.what}`);
    if (!isText(text, TEXT_MAX)) return failed('text-unfit', `its text is 1 to ${TEXT_MAX} printable characters`);
    const id = endToEndIdOf(payment);
    if (seen.has(id)) return failed('payment-twice', `its payment ${id} is there already`);
    seen.add(id);
  }
  return undefined;
}

function failureOfAccount({ name, iban, bic }: Account): { reason: BatchFailure['reason']; what: string } | undefined {
  if (!isText(name, NAME_MAX)) return { reason: 'name-unfit', what: `name is 1 to ${NAME_MAX} printable characters` };
  if (!isIban(iban)) return { reason: 'iban-wrong', what: 'IBAN is none, its check digits say: look it up' };
  if (bic !== undefined && !/^[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?$/.test(bic)) {
    return { reason: 'bic-wrong', what: 'BIC has 8 or 11 letters and digits' };
  }
  return undefined;
}

/** ISO 13616. */
const isIban = (iban: string): boolean =>
  /^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(iban) && remainder97(iban.slice(4) + iban.slice(0, 4)) === 1;

/** EPC262-08: the business code, three characters after the check digits, is not covered by them. */
const isSchemeId = (id: string): boolean =>
  /^[A-Z]{2}\d{2}[A-Z0-9]{3}[A-Z0-9]{1,28}$/.test(id) && remainder97(id.slice(7) + id.slice(0, 4)) === 1;

/** ISO 7064, MOD 97-10: letters are 10 to 35. */
function remainder97(text: string): number {
  let rest = 0;
  for (const digit of [...text].flatMap((character) => [...String(Number.parseInt(character, 36))])) {
    rest = (10 * rest + Number(digit)) % 97;
  }
  return rest;
}

/** EPC217-08: the characters that every bank takes; no slash at an end, no two of them. */
const isId = (id: string, most: number): boolean =>
  id.length <= most && /^[A-Za-z0-9?:().,'+ /-]+$/.test(id) && !/^\/|\/$|\/\/|^ | $/.test(id);
const idRule = (most: number): string => `1 to ${most} letters, digits and /-?:().,'+ and spaces, as SEPA has them`;

const isText = (text: string, most: number): boolean =>
  [...text].length <= most && text.trim() === text && /^[^\p{C}\p{Zl}\p{Zp}]+$/u.test(text);

const isDate = (text: string): boolean =>
  /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)) && new Date(text).toISOString().startsWith(text);

/** ISO 20022, status of a payment: what it comes to here. */
const STATUSES: Readonly<Record<string, 'accepted' | 'accepted-in-part' | 'pending' | 'rejected'>> = {
  ACCC: 'accepted',
  ACCP: 'accepted',
  ACSC: 'accepted',
  ACSP: 'accepted',
  ACTC: 'accepted',
  ACWC: 'accepted',
  PART: 'accepted-in-part',
  PDNG: 'pending',
  RCVD: 'pending',
  RJCT: 'rejected',
};

/** pain.002: three levels, each of which may have a status and a reason; the one without says nothing. */
function readStatusReport(root: XmlElement, notices: BankNotice[]): BankFileFailure | undefined {
  for (const group of below(root, 'CstmrPmtStsRpt', 'OrgnlGrpInfAndSts')) {
    const failed = readStatus(group, { id: 'OrgnlMsgId', status: 'GrpSts', about: 'batch' }, notices);
    if (failed !== undefined) return failed;
  }
  for (const part of below(root, 'CstmrPmtStsRpt', 'OrgnlPmtInfAndSts')) {
    const failed = readStatus(part, { id: 'OrgnlPmtInfId', status: 'PmtInfSts', about: 'batch' }, notices);
    if (failed !== undefined) return failed;
    for (const one of below(part, 'TxInfAndSts')) {
      const wrong = readStatus(one, { id: 'OrgnlEndToEndId', status: 'TxSts', about: 'collection' }, notices);
      if (wrong !== undefined) return wrong;
    }
  }
  return undefined;
}

function readStatus(
  element: XmlElement,
  { id: idName, status: statusName, about }: { id: string; status: string; about: BankNotice['about'] },
  notices: BankNotice[],
): BankFileFailure | undefined {
  const status = textBelow(element, statusName);
  if (status === undefined) return undefined;
  const outcome = Object.hasOwn(STATUSES, status) ? STATUSES[status] : undefined;
  if (outcome === undefined || (about === 'collection' && outcome === 'accepted-in-part')) {
    return {
      reason: 'status-unknown',
      sentence: `The bank's file has a ${statusName} that is not known here: ask the bank.`,
    };
  }
  const id = textBelow(element, idName);
  if (id === undefined || id === '') {
    return {
      reason: 'id-missing',
      sentence: `The bank's file has a ${statusName} without its ${idName}: ask the bank.`,
    };
  }
  const reason = reasonOf(element, 'StsRsnInf');
  if (about === 'batch') {
    notices.push({ about, id, outcome, ...reason });
    return undefined;
  }
  const amount = amountOf(below(element, 'OrgnlTxRef', 'Amt', 'InstdAmt')[0]);
  if (amount !== undefined && typeof amount !== 'number') return amount;
  if (outcome === 'accepted-in-part') return undefined;
  notices.push({ about, endToEndId: id, outcome, ...reason, ...(amount === undefined ? {} : { amount }) });
  return undefined;
}

/** camt.054: booked entries with their transactions. A collection comes in, and what is returned goes out again. */
function readNotification(root: XmlElement, notices: BankNotice[]): BankFileFailure | undefined {
  for (const entry of below(root, 'BkToCstmrDbtCdtNtfctn', 'Ntfctn', 'Ntry')) {
    // Its text in older editions, a code below it in newer ones.
    const booked = textBelow(entry, 'Sts', 'Cd') ?? textBelow(entry, 'Sts');
    if (booked !== 'BOOK') continue;
    const all = below(entry, 'NtryDtls', 'TxDtls');
    for (const one of all) {
      const endToEndId = textBelow(one, 'Refs', 'EndToEndId');
      if (endToEndId === undefined || endToEndId === '' || endToEndId === 'NOTPROVIDED') continue;
      const direction = textBelow(one, 'CdtDbtInd') ?? textBelow(entry, 'CdtDbtInd');
      const isReversal = textBelow(entry, 'RvslInd') === 'true' || below(one, 'RtrInf').length > 0;
      if (direction !== (isReversal ? 'DBIT' : 'CRDT')) continue;
      // What was instructed: charges for a return are not part of it.
      const [amount] = [
        below(one, 'AmtDtls', 'InstdAmt', 'Amt'),
        below(one, 'AmtDtls', 'TxAmt', 'Amt'),
        below(one, 'Amt'),
        all.length === 1 ? below(entry, 'Amt') : [],
      ].flat();
      const cents = amountOf(amount);
      if (cents !== undefined && typeof cents !== 'number') return cents;
      notices.push({
        about: 'collection',
        endToEndId,
        outcome: isReversal ? 'returned' : 'collected',
        ...reasonOf(one, 'RtrInf'),
        ...(cents === undefined ? {} : { amount: cents }),
      });
    }
  }
  return undefined;
}

/** All elements on a path of names. */
const below = (element: XmlElement, ...path: readonly string[]): XmlElement[] =>
  path.reduce(
    (found, name) => found.flatMap(({ children }) => children.filter((child) => child.name === name)),
    [element],
  );

const textBelow = (element: XmlElement, ...path: readonly string[]): string | undefined =>
  below(element, ...path)[0]?.text;

/** The first reason, a code of ISO or one of the bank's own. */
function reasonOf(element: XmlElement, name: string): { readonly reason?: string } {
  const reason = textBelow(element, name, 'Rsn', 'Cd') ?? textBelow(element, name, 'Rsn', 'Prtry');
  return reason === undefined ? {} : { reason };
}

/** Cents of an amount in euro; `undefined` where there is none. */
function amountOf(element: XmlElement | undefined): number | BankFileFailure | undefined {
  if (element === undefined) return undefined;
  const [, euros, cents = ''] = /^(\d{1,9})(?:\.(\d{0,2})0*)?$/.exec(element.text) ?? [];
  if (euros === undefined || element.attributes.get('Ccy') !== EURO_LETTERS) {
    return {
      reason: 'amount-wrong',
      sentence: "The bank's file has an amount that is none in euro and cents: ask the bank.",
    };
  }
  return 100 * Number(euros) + Number(cents.padEnd(2, '0'));
}
