import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MESSAGES } from '../../src/adapters/acquirer/messages.testing.ts';
import { parseBookVerifier } from '../../src/adapters/book-keys.ts';
import { readCsv } from '../../src/adapters/csv.ts';
import { readBankFile } from '../../src/adapters/direct-debit.ts';
import { CuttableDisk } from '../../src/adapters/disk.testing.ts';
import { eastronReading } from '../../src/adapters/eastron.ts';
import {
  decodeMessage,
  encodeMessage,
  frameMessage,
  MESSAGE_BYTES_MAX,
  MessageStream,
} from '../../src/adapters/iso8583.ts';
import { readPushResult, readReversalResult, readTransactions } from '../../src/adapters/mobile-money.ts';
import { JournalDamaged, NvmJournal, newJournalFile } from '../../src/adapters/nvm-journal.ts';
import { drawSubscriberKey, openReceipt, parseReceiptKeys, receiptSealer } from '../../src/adapters/receipt-jose.ts';
import { readStripeEvent } from '../../src/adapters/stripe.ts';
import { wholeAnswer } from '../../src/adapters/whole-answer.ts';
import { decodeEnvelope } from '../../src/backhaul/index.ts';
import { crc32, fromHex, parseBase45, parseBase64url, parseHex } from '../../src/bytes/index.ts';
import { vectorFile } from '../../src/cli/vectors-form.ts';
import {
  AesKey,
  ccmOpen,
  ccmSeal,
  keyName,
  openKeyRing,
  Purpose,
  SoftwareKeyStore,
  Suite,
  sealKeyRing,
  unwrapKey,
  wrapKey,
} from '../../src/crypto/index.ts';
import {
  attentionFrame,
  Command,
  decodeFrame,
  decodeRefusal,
  decodeSeedTokens,
  decodeValueCommand,
  decodeValueReceipt,
  decodeValueStatus,
  encodeValueCommand,
  encodeValueReceipt,
  hostFirst,
  openAttention,
  openHostSession,
} from '../../src/exchange/index.ts';
import { keyOf } from '../../src/exchange/sides.testing.ts';
import {
  IMPORT_KINDS,
  issueReceipts,
  MemoryStore,
  parseReceipt,
  parseReceiptQr,
  parseSignedReceipt,
  receiptJson,
  receiptQrText,
  withhold,
} from '../../src/host/index.ts';
import { cardTradeOf, drawnFrom, KNOWN_KEY, knownSigner, tradeOf } from '../../src/host/receipt.testing.ts';
import { Rig } from '../../src/host/rig.testing.ts';
import {
  createMasterLink,
  createSlaveLink,
  Deframer,
  decodeLineFrame,
  encodeLineFrame,
  LineKind,
  stepMasterLink,
  stepSlaveLink,
  tcp,
} from '../../src/line/index.ts';
import { keyOf as benchKeyOf, createBench } from '../../src/meter/board.testing.ts';
import { stepFrame } from '../../src/meter/index.ts';
import * as records from '../../src/records/index.ts';
import { parseLoadCsv, parseStrikes, type SeededRandom, seededRandom } from '../../src/simulation/index.ts';
import { compileTariff, DEFAULT_TARIFF, decodeModeTable } from '../../src/tariff/index.ts';
import { milliseconds, modemAddress, svpmsn, tokens, unixSeconds } from '../../src/units/index.ts';
import { CARD_NOT_FUZZED, CARD_TARGETS } from './card-targets.ts';
import { CONTACT_TARGETS } from './contact-targets.ts';
import { bytesLike, type Inputs, jsonLike, textLike } from './inputs.ts';
import { drawLife, livedByAreaUnit, livedByHost, livedByLocalUnit, QUIET_LIFE } from './machines.ts';
import { PHONE_TARGETS } from './phone-targets.ts';

/** One decoder, or machine that takes bytes, and what is thrown at it. */
export interface FuzzTarget {
  readonly examples: readonly unknown[];
  readonly draw: (random: SeededRandom) => unknown;
  /** Gives what the decoder gave; that it throws for no input is what the fuzzing shows. */
  readonly decode: (input: never) => unknown;
  /** A machine passes over what it cannot read and says no reason. */
  readonly saysNoReason?: true;
  /** How many inputs, where one costs too much for a million of them, and why it does. */
  readonly fewer?: { readonly inputs: number; readonly because: string };
}

const target = <T>(
  inputs: Inputs<T>,
  decode: (input: T) => unknown,
  more: Pick<FuzzTarget, 'saysNoReason' | 'fewer'> = {},
): FuzzTarget => ({ ...inputs, decode, ...more });

/** A machine that is told well-formed messages of extreme values: nothing throws, and no step goes on and on. */
const machine = (live: (life: typeof QUIET_LIFE) => unknown, inputs: number): FuzzTarget =>
  target({ examples: [QUIET_LIFE], draw: drawLife }, live, {
    saysNoReason: true,
    fewer: { inputs, because: 'each is minutes of a life' },
  });

const vectors = (name: string) => JSON.parse(readFileSync(join(import.meta.dirname, '../vectors', name), 'utf8'));
const ID = svpmsn(0x0a1b2c);

/** Two blocks of an SDM120: 26 registers from voltage on, and four of energies. 20 kWh were imported. */
const eastronRegisters = new Uint8Array(60);
new DataView(eastronRegisters.buffer).setFloat32(52, 20);

const published: { bodies: { codec: string; bytes: string }[]; profiles: { compressed: string }[] } =
  vectors('records.json');
const envelopes: { messages: { bytes: string }[] } = vectors('backhaul.json');
const tables: { tables: { hex: string }[] } = vectors('tariff.json');
const lineFrames: { frames: { bytes: string }[] } = vectors('line.json');
const valueStore: string = readFileSync(join(import.meta.dirname, '../vectors/value-store.json'), 'utf8');

/** `decodeClockSet` and its like: every body of a command or record, each from its published examples. */
function recordTargets(): [string, FuzzTarget][] {
  const codecs = [...new Set(published.bodies.map(({ codec }) => codec))];
  return codecs.map((codec) => {
    const name = `decode${codec.charAt(0).toUpperCase()}${codec.slice(1)}`;
    const decode = (records as unknown as Record<string, (bytes: Uint8Array) => unknown>)[name];
    assert.ok(decode, `records has ${name}`);
    const examples = published.bodies.filter((body) => body.codec === codec).map(({ bytes }) => fromHex(bytes));
    return [`records.${name}`, target(bytesLike(...examples), decode)];
  });
}

const TABLES = [
  'id,name,contact\r\nkim,"Kim, ""A""",\'+49 30\r\n',
  'number,subscriber,local_unit,modem_address,suite,supplies,tariff\n0a1b2c,kim,1,7,aes128,2,\n',
  'name,valid_from,definition\nhome,2026-03-01T00:00:00Z,"{""unitCharge"":5,""bands"":[],""otherwise"":100}"\n',
];
const importing = new Rig(new MemoryStore());
const importAct = {
  ...{ at: milliseconds(0), by: 'fuzz', role: 'system-manager' as const, action: 'import' },
  ...{ subject: '', detail: '', request: '' },
};

/** As each kind; refused where it is good as none. */
async function imported(text: string): Promise<object> {
  const table = readCsv(new TextEncoder().encode(text));
  if ('reason' in table) return table;
  await importing.store.transaction((tx) => tx.putSubscriber({ id: 'kim', name: 'Kim, "A"', contact: '+49 30' }));
  for (const kind of IMPORT_KINDS) {
    const report = await importing.host.importTable({ kind, table, dryRun: true }, importAct);
    if ('faults' in report && report.faults.length === 0) return report;
  }
  return { reason: 'good as none' };
}

const frame = Uint8Array.from([0x11, 0x10, 0x20, 0x0a, 0x1b, 0x2c, 16, ...new Uint8Array(16).fill(7)]);
const order = { op: 1, counter: 1, txid: new Uint8Array(8).fill(3), amount: tokens(9) } as const;
const receipt = {
  result: 0,
  counter: 1,
  txid: order.txid,
  amount: tokens(9),
  balance: tokens(9),
  creditedTotal: tokens(9),
  clock: unixSeconds(1_800_000_000),
  flags: 0,
} as const;
const monitoring = keyOf(keyName(Purpose.monitoring, Suite.aes128, 0));
const aesKey = new AesKey(new Uint8Array(16).fill(5));
const nonce = new Uint8Array(13);
const store = new SoftwareKeyStore(
  { utility: 1, keys: new Map([[keyName(Purpose.value, Suite.aes128, 0), new Uint8Array(16).fill(9)]]) },
  seededRandom('keys'),
);
const KEYRING_COST_LEAST = 10;
const keyRing = await sealKeyRing(store, 'open it', seededRandom('salt'), KEYRING_COST_LEAST);
const issue = {
  supply: 1,
  version: 1,
  validFrom: unixSeconds(0),
  offsets: [{ from: unixSeconds(0), minutes: 540 }],
} as const;
const bench = createBench();
const firstFrameTo = (purpose: typeof Purpose.value | typeof Purpose.monitoring): Uint8Array =>
  hostFirst(
    openHostSession(benchKeyOf(purpose), purpose === 0 ? Command.valueStore : Command.events, seededRandom(purpose)),
  );
const LOAD_CSV = [
  'time,aggregate_w\n2024-01-01T00:00,12.5\n2024-01-01T00:01,\n2024-01-01T00:02,1e2\n2024-01-01T00:04,0\n2024-01-01T00:05,1\n',
  'unix_ts,V,P\n1333263600,120,433\n1333263660,121,432\n1333263720,121,0\n',
];

const acquirerMessages = MESSAGES.map(encodeMessage);
const BANK_FILES = [
  '<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt><OrgnlPmtInfAndSts><OrgnlPmtInfId>1</OrgnlPmtInfId><PmtInfSts>PART</PmtInfSts><TxInfAndSts><OrgnlEndToEndId>WP20260302000001</OrgnlEndToEndId><TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>AM04</Cd></Rsn></StsRsnInf><OrgnlTxRef><Amt><InstdAmt Ccy="EUR">1.05</InstdAmt></Amt></OrgnlTxRef></TxInfAndSts></OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>',
  '<b:Document xmlns:b="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"><b:BkToCstmrDbtCdtNtfctn><b:Ntfctn><b:Ntry><b:Amt Ccy="EUR">1</b:Amt><b:CdtDbtInd>CRDT</b:CdtDbtInd><b:Sts><b:Cd>BOOK</b:Cd></b:Sts><b:NtryDtls><b:TxDtls><b:Refs><b:EndToEndId><![CDATA[a]]>&amp;</b:EndToEndId></b:Refs></b:TxDtls></b:NtryDtls></b:Ntry></b:Ntfctn></b:BkToCstmrDbtCdtNtfctn></b:Document>',
];
const receipts = await issueReceipts([tradeOf(1), tradeOf(2), cardTradeOf(3)], knownSigner(), drawnFrom('fuzz'));
const withheld = receipts.map((signed) => withhold(signed, 'payment'));
const publishedKeys = JSON.stringify({ keys: [{ kty: 'OKP', crv: 'Ed25519', x: KNOWN_KEY.x, kid: 'known' }] });
const subscriber = await drawSubscriberKey('fuzz');
const sealed = await receiptSealer.seal('a receipt', subscriber.published);
assert.ok(typeof sealed === 'string');

/** Whether what it reads comes from a card, or goes to one: these are fuzzed beside the others, not after them. */
export const isOfCards = (name: string): boolean => name in CARD_TARGETS || name in CONTACT_TARGETS;

const A_WHOLE_FILE = { fewer: { inputs: 200_000, because: 'each is a file of many values' } };

/** `room.function` covers that export of the room's border; a name without a dot is a way in that is no function of one. */
export const FUZZ_TARGETS: Readonly<Record<string, FuzzTarget>> = {
  ...CARD_TARGETS,
  ...PHONE_TARGETS,
  'bytes.parseHex': target(textLike('00ff10', 'ABCD'), parseHex),
  'bytes.parseBase64url': target(textLike('', 'Zg', 'Zm9vYmFy', '-_-_'), parseBase64url),
  'bytes.parseBase45': target(textLike('', 'BB8', '%69 VD92EX0', 'QED8WEX0'), parseBase45),
  'crypto.unwrapKey': target(bytesLike(wrapKey(aesKey, new Uint8Array(16)), wrapKey(aesKey, new Uint8Array(32))), (b) =>
    unwrapKey(aesKey, b),
  ),
  'crypto.ccmOpen': target(bytesLike(ccmSeal(aesKey, nonce, [frame], frame)), (b) =>
    ccmOpen(aesKey, nonce, [frame], b),
  ),
  'crypto.openKeyRing': target(bytesLike(keyRing), (b) => openKeyRing(b, 'open it', seededRandom(1))),
  'keyring with its check sum put right': target(
    { examples: [keyRing], draw: keyRingWithItsCheckSum },
    (b: Uint8Array) => openKeyRing(b, 'open it', seededRandom(1)),
    { fewer: { inputs: 5_000, because: 'scrypt is made to be slow: more than 1 ms for each at its lowest cost' } },
  ),
  'exchange.decodeFrame': target(bytesLike(frame), decodeFrame),
  'exchange.decodeRefusal': target(
    bytesLike(fromHex('151020' + '0a1b2c' + '01' + '03'), fromHex('151020' + '0a1b2c' + '02' + '0801')),
    ofFrame(decodeRefusal),
  ),
  'exchange.openAttention': target(
    bytesLike(attentionFrame(monitoring, Uint8Array.of(0, 1, 0, 0, 0, 1))),
    ofFrame((attention) => openAttention(monitoring, attention)),
  ),
  'exchange.decodeSeedTokens': target(bytesLike(new Uint8Array(4)), decodeSeedTokens),
  'exchange.decodeValueStatus': target(bytesLike(new Uint8Array(12)), decodeValueStatus),
  'exchange.decodeValueCommand': target(bytesLike(encodeValueCommand(Suite.aes128, order)), (b) =>
    decodeValueCommand(Suite.aes128, Command.valueStore, b),
  ),
  'value command of 3des-xo': target(bytesLike(encodeValueCommand(Suite.tripleDesXo, order)), (b) =>
    decodeValueCommand(Suite.tripleDesXo, Command.valueStore, b),
  ),
  'exchange.decodeValueReceipt': target(bytesLike(encodeValueReceipt(Suite.aes128, ID, receipt)), (b) =>
    decodeValueReceipt(Suite.aes128, ID, b),
  ),
  'value receipt of 3des-xo': target(bytesLike(encodeValueReceipt(Suite.tripleDesXo, ID, receipt)), (b) =>
    decodeValueReceipt(Suite.tripleDesXo, ID, b),
  ),
  'line.decodeLineFrame': target(bytesLike(...lineFrames.frames.map(({ bytes }) => fromHex(bytes))), decodeLineFrame),
  'line deframer': target(bytesLike(...lineFrames.frames.map(({ bytes }) => fromHex(bytes))), deframed, {
    saysNoReason: true,
  }),
  'line.stepSlaveLink': target(bytesLike(frame, Uint8Array.of(2), Uint8Array.of(2, 0x12, 0x34)), toSlave, {
    saysNoReason: true,
  }),
  'line.stepMasterLink': target(bytesLike(frame), toMaster, { saysNoReason: true }),
  'meter.stepFrame': target(
    bytesLike(firstFrameTo(Purpose.value), firstFrameTo(Purpose.monitoring), frame),
    (b) => stepFrame(bench.meter, b, now++, bench.out),
    { saysNoReason: true },
  ),
  'backhaul.decodeEnvelope': target(
    bytesLike(...envelopes.messages.map(({ bytes }) => fromHex(bytes))),
    decodeEnvelope,
  ),
  'adapters.decodeMessage': target(bytesLike(...acquirerMessages), decodeMessage),
  'adapters.wholeAnswer': target(
    bytesLike(Uint8Array.of(0x90, 0), Uint8Array.of(0x6c, 2), Uint8Array.of(1, 0x61, 2)),
    (first) => {
      const answers = [first];
      return wholeAnswer(async () => answers.pop() ?? Uint8Array.of(0x90, 0), Uint8Array.of(0x80, 0x58, 0, 2, 0));
    },
    { saysNoReason: true },
  ),
  'adapters.readBankFile': target(textLike(...BANK_FILES), (text) => readBankFile(new TextEncoder().encode(text))),
  'adapters.eastronReading': target(bytesLike(eastronRegisters), (bytes) =>
    eastronReading('sdm120', [bytes.subarray(0, 52), bytes.subarray(52)]),
  ),
  'adapters.NvmJournal': target(
    bytesLike(newJournalFile(new Uint8Array(8), new Uint8Array(100))),
    (bytes) => {
      try {
        return new NvmJournal(new CuttableDisk(bytes), 100).memory.bytes.length;
      } catch (error) {
        if (error instanceof JournalDamaged) return { reason: error.message };
        throw error;
      }
    },
    { fewer: { inputs: 5_000, because: 'each is a file of half a megabyte' } },
  ),
  'adapters.readPushResult': target(
    textLike('{"Body":{"stkCallback":{"CheckoutRequestID":"ws_CO_1","ResultCode":1032}}}'),
    readPushResult,
  ),
  'mobile money, values of its callbacks': target(
    jsonLike({
      Body: {
        stkCallback: {
          ...{ CheckoutRequestID: 'ws_CO_1', ResultCode: 0 },
          CallbackMetadata: { Item: [{ Name: 'Amount', Value: 5 }, { Name: 'Balance' }] },
        },
      },
    }),
    (json) => readPushResult(JSON.stringify(json)),
    { saysNoReason: true },
  ),
  'adapters.readReversalResult': target(
    textLike('{"Result":{"ResultCode":0,"ResultDesc":"Done"}}'),
    readReversalResult,
  ),
  'adapters.readTransactions': target(
    jsonLike({ Response: [[{ transactionId: 'LGR7OWQX0R', billreference: 'WP0FTU000123', amount: '5.00' }]] }),
    readTransactions,
    { saysNoReason: true },
  ),
  'adapters.readStripeEvent': target(
    jsonLike({
      type: 'charge.dispute.created',
      data: { object: { id: 'dp_1', payment_intent: 'pi_1', status: 'lost' } },
    }),
    readStripeEvent,
    { saysNoReason: true },
  ),
  'adapters.readCsv': target(bytesLike(...TABLES.map((text) => new TextEncoder().encode(text))), readCsv, {
    saysNoReason: true,
  }),
  'table that is imported': target(textLike(...TABLES), imported, {
    fewer: { inputs: 20_000, because: 'each is a transaction' },
  }),
  'acquirer stream': target(bytesLike(...acquirerMessages.map(frameMessage)), streamed, { saysNoReason: true }),
  'concentrator.LocalUnit': machine(livedByLocalUnit, 60_000),
  'concentrator.AreaUnit': machine(livedByAreaUnit, 200_000),
  'host.parseReceipt': target(textLike(receiptJson(tradeOf(1)), receiptJson(cardTradeOf(1))), parseReceipt),
  'receipt, its values': target(
    jsonLike(...[tradeOf(1), cardTradeOf(1)].map((each) => JSON.parse(receiptJson(each)))),
    (json) => parseReceipt(JSON.stringify(json)),
  ),
  'host.parseSignedReceipt': target(
    textLike(...[...receipts, ...withheld].map(({ text }) => text)),
    parseSignedReceipt,
  ),
  'host.parseReceiptQr': target(textLike(...[...receipts, ...withheld].map(receiptQrText)), parseReceiptQr),
  'adapters.parseReceiptKeys': target(textLike(publishedKeys), parseReceiptKeys, {
    fewer: { inputs: 100_000, because: 'each key is imported into the engine' },
  }),
  'adapters.parseBookVerifier': target(textLike(publishedKeys), parseBookVerifier, {
    saysNoReason: true,
    fewer: { inputs: 100_000, because: 'each key is imported into the engine' },
  }),
  'adapters.openReceipt': target(textLike(sealed), (text) => openReceipt(text, subscriber.secret), {
    fewer: { inputs: 20_000, because: 'each takes an agreement of keys' },
  }),
  'host.createHost': machine(livedByHost, 100_000),
  'tariff.decodeModeTable': target(bytesLike(...tables.tables.map(({ hex }) => fromHex(hex))), decodeModeTable),
  'tariff.compileTariff': target(jsonLike(DEFAULT_TARIFF), (json) => compileTariff(json as never, issue)),
  ...Object.fromEntries(recordTargets()),
  'records.decompressProfile': target(
    bytesLike(...published.profiles.map(({ compressed }) => fromHex(compressed))),
    records.decompressProfile,
  ),
  'simulation.parseStrikes': target(textLike('power-cut#17,host-killed#3-5', 'frame-lost#1'), parseStrikes),
  'simulation.parseLoadCsv': target(textLike(...LOAD_CSV), (text) => parseLoadCsv(text, 'fuzz.csv')),
  'vector file, its text': target(textLike(valueStore), refusedVectors, A_WHOLE_FILE),
  'vector file, its values': target(
    jsonLike(JSON.parse(valueStore)),
    (json) => refusedVectors(JSON.stringify(json)),
    A_WHOLE_FILE,
  ),
  ...CONTACT_TARGETS,
};

/** Exports of a border with the name of a decoder that are none for bytes or text from outside. */
export const NOT_FUZZED: Readonly<Record<string, string>> = {
  'adapters.keepOpen': 'keeps a serial port open; what comes over it goes to the line',
  'adapters.openDiskFile': 'opens a file, no bytes; what is in it is NvmJournal',
  'adapters.readEastron': 'asks a device; what it says is eastronReading',
  'bytes.fromHex': 'for hex that stands in the code: it throws for anything else, and parseHex takes what comes',
  'crypto.terminalKeyFromBytes': 'makes a key of bytes that a SAM or a key store keeps; another length is a bug',
  'crypto.keyNameFromByte': 'every byte is a key name; anything else is a bug',
  'exchange.openHostSession': 'opens a session, no bytes',
  'exchange.hostReceive': 'fuzzed in each of its states by exchange-fuzz',
  'exchange.terminalReceive': 'fuzzed in each of its states by exchange-fuzz',
  'exchange.terminalUnwrapKey': 'the body of an authentic command; what is inside is unwrapKey',
  ...CARD_NOT_FUZZED,
  'storage.openBookFile': 'opens a database, no bytes',
  'storage.openBookServer': 'opens a database, no bytes',
  'storage.openPostgresStore': 'opens a database, no bytes',
  'storage.openSqliteStore': 'opens a folder, no bytes',
};

/** A key ring changed behind its magic, version and cost, under a check sum that fits: only the passphrase can tell. */
function keyRingWithItsCheckSum(random: SeededRandom): Uint8Array {
  const bytes = keyRing.slice();
  for (let n = random.below(4); n >= 0; n--) bytes[6 + random.below(bytes.length - 10)] = random.u32();
  new DataView(bytes.buffer).setUint32(bytes.length - 4, crc32(bytes, 0, bytes.length - 4));
  return bytes;
}

function ofFrame(read: (decoded: Exclude<ReturnType<typeof decodeFrame>, { reason: string }>) => unknown) {
  return (bytes: Uint8Array): unknown => {
    const decoded = decodeFrame(bytes);
    return 'reason' in decoded ? decoded : read(decoded);
  };
}

const deframer = new Deframer();
function deframed(bytes: Uint8Array): unknown {
  const frames: unknown[] = [];
  deframer.push(bytes, frames as never);
  assert.ok(deframer.heldBytes < 512, 'a deframer holds no more than one frame');
  return frames;
}

let stream = new MessageStream();
function streamed(bytes: Uint8Array): unknown {
  const read = stream.push(bytes);
  if ('reason' in read) {
    stream = new MessageStream();
    return read;
  }
  for (const each of read) assert.ok(each.length <= MESSAGE_BYTES_MAX);
  return read.map(decodeMessage);
}

const ADDRESS = modemAddress(7);
const DOWN = [LineKind.request, LineKind.nextPart, LineKind.attentionRequest, LineKind.slotOpen, LineKind.rollCall];
const UP = [
  LineKind.answer,
  LineKind.answerMore,
  LineKind.acknowledge,
  LineKind.working,
  LineKind.bid,
  LineKind.attention,
];
let now = 0;

/** The payload in a frame of each kind that bears it, so that the modem gets behind the check sum; then the bare bytes. */
function toSlave(payload: Uint8Array): unknown {
  const slave = createSlaveLink({ carrier: tcp(), address: ADDRESS, random: seededRandom(1) });
  const out: unknown[] = [];
  for (const bytes of [...framesOf(DOWN, payload), payload]) {
    stepSlaveLink(slave, { type: 'bytes', now: milliseconds(now++), bytes }, out as never);
  }
  return out;
}

function toMaster(payload: Uint8Array): unknown {
  const master = createMasterLink(tcp());
  const out: unknown[] = [];
  const request = { type: 'request', address: ADDRESS, payload: frame } as const;
  for (const bytes of [...framesOf(UP, payload), payload]) {
    if (master.state.name === 'idle') stepMasterLink(master, { ...request, now: milliseconds(now++) }, out as never);
    stepMasterLink(master, { type: 'bytes', now: milliseconds(now++), bytes }, out as never);
  }
  return out;
}

function framesOf(kinds: readonly LineKind[], payload: Uint8Array): Uint8Array[] {
  return kinds.flatMap((kind) => {
    for (const bytes of [payload, new Uint8Array(0)]) {
      try {
        return [encodeLineFrame({ kind, address: ADDRESS, sequence: 0, attentionWaiting: false, payload: bytes })];
      } catch (error) {
        // This kind bears no payload, or no such one.
        assert.ok(error instanceof RangeError);
      }
    }
    return [];
  });
}

function refusedVectors(text: string): unknown {
  const read = vectorFile(text);
  return 'sentence' in read ? { reason: read.sentence } : read;
}
