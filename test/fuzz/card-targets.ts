import { fromHex } from '../../src/bytes/index.ts';
import {
  AT,
  CSN,
  cardKey,
  dataOf,
  GAS,
  LoadExchange,
  loadedCard,
  MeterOnBench,
  meterKey,
  order,
  REGION,
  ticketOf,
} from '../../src/card/bench.testing.ts';
import { ISSUE, SALE, TERMINAL, walk } from '../../src/card/emv/bench.testing.ts';
import * as card from '../../src/card/index.ts';
import { BATCH, BLANK_CSN, blankCard, masterCard, masterOf, PIN } from '../../src/card/issuing/bench.testing.ts';
import { openCardKey, openPairKey, PairKey, sealCardKey, sealPairKey } from '../../src/crypto/index.ts';
import { hostFirst, ValueResult } from '../../src/exchange/index.ts';
import { tokens } from '../../src/units/index.ts';
import { bytesLike } from './inputs.ts';
import type { FuzzTarget } from './targets.ts';

const hand = loadedCard(1_000);
hand.send(card.selectPurse());
const firstFrame = hostFirst(new LoadExchange(hand, 1).session);
const loadOpening = card.loadCommand(firstFrame) as Uint8Array;
const head = new Uint8Array(26).fill(3);
const sealed = sealPairKey(meterKey(GAS), head, new PairKey(new Uint8Array(16)));
const status = {
  ...{ lastCounter: 1, creditedTotal: tokens(9), balance: tokens(5), debitCounter: 1, ticketVersion: 1 },
  pending: { meter: GAS, amount: tokens(4) },
};
const receipt = {
  ...status,
  ...{
    result: ValueResult.done,
    tookOff: undefined,
    counter: 1,
    txid: new Uint8Array(8),
    amount: tokens(9),
    report: undefined,
    clock: undefined,
    flags: undefined,
  },
} as const;
const pair = cardKey().pairKey(GAS);
const spender = loadedCard(1_000);
spender.send(card.selectPurse());
const meterNonce = new Uint8Array(16).fill(1);
const spent = (instruction: number, data: Uint8Array, p1: number) =>
  dataOf(spender.send(card.purseCommand(instruction, data, { p1, p2: REGION })));
const spendSecond = spent(card.PurseInstruction.open, card.spendFirst(GAS, meterNonce), card.OpenMode.spend);
const begun = { csn: CSN, region: REGION, meter: GAS, meterNonce };
const insertion = { ...begun, cardNonce: spendSecond.slice(0, 16) };
const debitRecord = spent(card.PurseInstruction.debit, card.encodeDebit(pair, insertion, tokens(4)), 0);
const report = card.sealMeterReport(
  cardKey().pairKey(GAS),
  { csn: CSN, region: REGION },
  {
    ...{
      meter: GAS,
      sequence: 9,
      time: AT,
      register: 700,
      balance: tokens(5),
      used: tokens(70),
      fromCards: tokens(75),
    },
    ...{ owed: tokens(0), flags: 1, debitCounter: 1, events: [{ kind: 48, minutesBefore: 3 }] },
  },
);
const commands = [order(card.CardOp.credit, 1, 9), order(card.CardOp.query, 0, 0, { ticket: ticketOf() })];

/** APDUs that the card knows, so that what is changed in them gets behind the first look. */
const APDUS = [
  ...[
    '00a404000af057415454505552534500',
    '00b0820000',
    '00b2015400',
    '00d6810001aa',
    '8058000200',
    '805a0002030a1b2d00',
    `805c00023f${'00'.repeat(63)}`,
  ],
  ...[`8050010213${'00'.repeat(19)}00`, `805200020c${'00'.repeat(12)}00`, `805600020c${'00'.repeat(12)}`],
  ...['00ca005a00', '0084000000', `0082000010${'00'.repeat(16)}`, `0088000010${'00'.repeat(16)}00`],
].map((hex) => fromHex(hex));

const passage = { ...masterOf(0), challenge: new Uint8Array(16), nonce: new Uint8Array(16) };
const chip = BATCH.chipKey(BLANK_CSN);
const sealedKey = sealCardKey(chip, passage, masterOf(0).cardKey(BLANK_CSN));
const counts = { n: passage.n, scope: 2, utility: 7, triesLeft: 3, given: 4, issued: 3 } as const;
const blank = blankCard();
blank.send(card.selectBlank());
const master = masterCard(0);
master.send(card.selectMaster());
const PIN_BYTES = card.encodePin(PIN) as Uint8Array;
const STORE = card.storeKeyCommand({ ...passage, sealed: sealedKey });
const MASTER_APDUS = [
  ...[card.selectMaster(), card.askMasterCounts(), card.askMasterLine(1), card.askChallenge()],
  ...[card.verifyPin(PIN_BYTES), card.changePinTo(PIN_BYTES, PIN_BYTES)],
  ...[card.deriveKey(BLANK_CSN, passage.challenge), card.confirmIssue(BLANK_CSN, passage.challenge)],
];

const target = <T>(
  inputs: { examples: readonly T[]; draw: FuzzTarget['draw'] },
  decode: (input: T) => unknown,
  more: Pick<FuzzTarget, 'saysNoReason' | 'fewer'> = {},
): FuzzTarget => ({ ...inputs, decode: decode as FuzzTarget['decode'], ...more });

const paid = walk(new card.EmvTestCard(ISSUE));
const { data: field55 = new Uint8Array(0) } = paid.asked ?? {};
const FCI = card.encodeTlv(
  0x6f,
  Uint8Array.of(...card.encodeTlv(0x84, card.TEST_APPLICATION), ...card.encodeTlv(0xa5, fromHex('8701019f38039f3501'))),
);
let sold = 0;

/** The nth response of a payment card that was good until then, and good ones after it. */
function toTerminal(bytes: Uint8Array): unknown {
  const program = new card.EmvTestCard(ISSUE).chip.begin();
  const { emv, step: first } = card.beginEmv(TERMINAL, SALE);
  let step: card.EmvStep = first;
  for (let truths = sold++ % paid.commands.length; step.type !== 'ended'; truths--) {
    if (step.type === 'authorise') step = card.emvAuthorised(emv, { type: 'unanswered' });
    else step = card.emvReceive(emv, truths === 0 ? bytes : program(step.command));
  }
  return { end: step.end };
}

const alike = (bytes: Uint8Array): card.CardSession => ({
  ...{ atr: new Uint8Array(0), removed: new Promise(() => undefined) },
  transmit: async (command) =>
    command[0] === 0 && command[1] !== card.Instruction.readRecord ? hand.send(command) : bytes,
  eject: async () => undefined,
});

let taken = 0;

/** The nth response of a card that was told the truth until then. */
function toMeter(bytes: Uint8Array): unknown {
  const { taking, command } = new MeterOnBench(GAS).begin();
  const truthful = loadedCard(1_000);
  let outcome: card.TakingOutcome = { type: 'send', command };
  for (let truths = taken++ % 6; outcome.type === 'send' || outcome.type === 'amount-wanted'; truths--) {
    if (outcome.type === 'amount-wanted') outcome = card.takingAmount(taking, tokens(1));
    if (outcome.type !== 'send') break;
    if (truths === 0) return card.takingReceive(taking, bytes);
    outcome = card.takingReceive(taking, truthful.send(outcome.command));
  }
  return outcome;
}

const receipts = [receipt, { ...receipt, report }, { ...receipt, tookOff: 'closed' as const }];

/** What the room `card` and its keys read from outside. */
export const CARD_TARGETS: Readonly<Record<string, FuzzTarget>> = {
  'crypto.openPairKey': target(bytesLike(sealed), (b) => openPairKey(meterKey(GAS), head, b)),
  'card.decodeCommandApdu': target(bytesLike(loadOpening, ...APDUS), card.decodeCommandApdu),
  'card.decodeResponseApdu': target(bytesLike(Uint8Array.of(0x90, 0)), card.decodeResponseApdu, { saysNoReason: true }),
  'card.decodeCardStatus': target(bytesLike(card.encodeCardStatus(status)), card.decodeCardStatus),
  'card.decodeCardCommand': target(bytesLike(...commands.map(card.encodeCardCommand)), card.decodeCardCommand),
  'card.decodeCardReceipt': target(bytesLike(...receipts.map(card.encodeCardReceipt)), card.decodeCardReceipt),
  'card.openSpendSecond': target(bytesLike(spendSecond), (b) => card.openSpendSecond(pair, begun, b), {
    saysNoReason: true,
  }),
  'card.openDebitRecord': target(bytesLike(debitRecord), (b) => card.openDebitRecord(pair, insertion, b), {
    saysNoReason: true,
  }),
  'card.openMeterReport': target(bytesLike(report), (b) => card.openMeterReport(cardKey(), b), { saysNoReason: true }),
  'card.decodeLoadResponse': target(bytesLike(Uint8Array.of(...firstFrame, 0x90, 0)), card.decodeLoadResponse),
  'card.decodeTicket': target(bytesLike(ticketOf()), card.decodeTicket),
  'card.decodeTlv': target(bytesLike(field55, FCI), card.decodeTlv),
  'card.decodeDol': target(bytesLike(fromHex('9f02069f03069f1a0295055f2a029a039c019f3704')), card.decodeDol),
  'card.emvReceive': target(bytesLike(FCI, Uint8Array.of(...FCI, 0x90, 0)), toTerminal, {
    saysNoReason: true,
    fewer: { inputs: 50_000, because: 'each is a sale of its own' },
  }),
  'bank of a payment card': target(
    bytesLike(field55),
    (data) => {
      const bank = new card.EmvIssuer(card.testIssuerKey());
      const { pan, sequence } = ISSUE;
      const verdict = bank.judge({ pan, sequence, amount: SALE.amount, currency: SALE.currency, data });
      return verdict.outcome === 'genuine' ? verdict : { reason: verdict.reason };
    },
    { fewer: { inputs: 100_000, because: 'each derives a key' } },
  ),
  'crypto.openCardKey': target(bytesLike(sealedKey), (b) => openCardKey(chip, passage, b)),
  'card.decodeSealedKey': target(
    bytesLike(card.encodeSealedKey({ ...passage, sealed: sealedKey })),
    card.decodeSealedKey,
  ),
  'card.decodeMasterCounts': target(bytesLike(card.encodeMasterCounts(counts)), card.decodeMasterCounts),
  'card.decodeMasterLogRow': target(
    bytesLike(card.encodeMasterLogRow({ number: 1, csn: BLANK_CSN, event: card.MasterEvent.issued })),
    card.decodeMasterLogRow,
  ),
  'card.decodeKeptLoad': target(bytesLike(new Uint8Array(17)), card.decodeKeptLoad),
  'card.decodeKeptDebit': target(bytesLike(new Uint8Array(11)), card.decodeKeptDebit),
  'card.decodeRegionStatus': target(bytesLike(new Uint8Array(32)), card.decodeRegionStatus),
  // A card that says its number, and answers all else alike, is read, or refused in a sentence.
  'card.readCard': target(
    bytesLike(Uint8Array.of(0x6a, 0x88), Uint8Array.of(0x65, 0x81), Uint8Array.of(...new Uint8Array(32), 0x90, 0)),
    (b) => card.readCard(alike(b)),
    { saysNoReason: true, fewer: { inputs: 100_000, because: 'each is asked for a whole card' } },
  ),
  'card.stepSubscriberCard': target(
    bytesLike(card.selectBlank(), card.askChallenge(), STORE, card.finishCommand()),
    (b) => blank.send(b),
    { saysNoReason: true },
  ),
  'card.stepMasterCard': target(bytesLike(...MASTER_APDUS), (b) => master.send(b), { saysNoReason: true }),
  'card.stepCard': target(bytesLike(loadOpening, ...APDUS), (b) => hand.send(b), { saysNoReason: true }),
  'card.takingReceive': target(bytesLike(Uint8Array.of(0x90, 0), Uint8Array.of(...ticketOf(), 0x90, 0)), toMeter, {
    saysNoReason: true,
    fewer: { inputs: 50_000, because: 'each is a card of its own' },
  }),
};

/** Exports with the name of a decoder that are none for bytes from outside. */
export const CARD_NOT_FUZZED: Readonly<Record<string, string>> = {
  'card.readRegion': 'one region of what readCard reads',
  'card.readLoadRow': 'reads the memory of a card, not what somebody sends',
  'card.openLoadSession': 'opens a session, no bytes',
  'card.openTicket': 'takes a ticket that was decoded; what is inside is openPairKey',
};
