import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeEnvelope, encodeEnvelope } from '../../src/backhaul/index.ts';
import { Suite } from '../../src/crypto/index.ts';
import {
  decodeFrame,
  decodeRefusal,
  decodeSeedTokens,
  decodeValueCommand,
  decodeValueReceipt,
  decodeValueStatus,
} from '../../src/exchange/index.ts';
import { Deframer, decodeLineFrame, encodeLineFrame, LineKind } from '../../src/line/index.ts';
import {
  DEFAULT_SUPPLY_POLICY,
  decodeAttention,
  decodeClockSet,
  decodeClockSlew,
  decodeControlStatus,
  decodeEvent,
  decodeEventAnswer,
  decodeEventRequest,
  decodeKeyChange,
  decodeMaintenanceStatus,
  decodeMonitoringStatus,
  decodePolicy,
  decodeRelayCommand,
  decodeSeedUse,
  decodeTotals,
  decodeUseAnswer,
  decodeUseRequest,
  decompressProfile,
  emptyDayProfile,
  emptyTotals,
  encodePolicy,
  encodeTotals,
  encodeUseAnswer,
} from '../../src/records/index.ts';
import { parseLoadCsv, seededRandom } from '../../src/simulation/index.ts';
import { compileTariff, DEFAULT_TARIFF, decodeModeTable, encodeModeTable } from '../../src/tariff/index.ts';
import { modemAddress, svpmsn, tokens, unixSeconds } from '../../src/units/index.ts';

/** Inputs to each decoder; half of them are drawn, half are a true encoding with a few bytes changed. */
const INPUTS = 1_000_000;
const ID = svpmsn(0x0a1b2c);

const table = compileTariff(DEFAULT_TARIFF, {
  supply: 1,
  version: 1,
  validFrom: unixSeconds(0),
  offsets: [{ from: unixSeconds(0), minutes: 540 }],
});
assert.ok(!('reason' in table));
const head = { result: 0, balance: tokens(5), clock: unixSeconds(1_800_000_000) } as const;
const info = {
  owed: tokens(0),
  flags: 0,
  tableVersion: 1,
  nextTableVersion: 0,
  policyVersion: 1,
  lastDay: 20_000,
  daysHeld: 3,
  nextEvent: 9,
};
const totals = emptyTotals(1, { day: 20_000, month: 600 });
const profile = emptyDayProfile(20_000, 1);
const useAnswer = encodeUseAnswer({
  head,
  info,
  totals: [totals],
  modeTable: encodeModeTable(table),
  policy: DEFAULT_SUPPLY_POLICY,
  profiles: [profile],
});
const frame = Uint8Array.from([0x11, 0x10, 0x20, 0x0a, 0x1b, 0x2c, 16, ...new Uint8Array(16)]);
const lineFrame = encodeLineFrame({
  kind: LineKind.request,
  address: modemAddress(7),
  sequence: 1,
  attentionWaiting: false,
  payload: frame,
});
const carry = encodeEnvelope({
  localUnit: 3,
  message: { type: 'carry', ticket: 1, svpmsn: ID, priority: 'value', frames: [frame, frame] },
});

/** Every decoder of bytes that come from outside; those with long bodies get their share of inputs, not fewer kinds. */
const DECODERS: Readonly<
  Record<string, { readonly decode: (bytes: Uint8Array) => unknown; readonly like: Uint8Array }>
> = {
  decodeFrame: { decode: decodeFrame, like: frame },
  decodeRefusal: { decode: refusalOf, like: Uint8Array.from([0x15, 0x10, 0x20, 0x0a, 0x1b, 0x2c, 1, 3]) },
  decodeValueStatus: { decode: decodeValueStatus, like: new Uint8Array(12) },
  decodeValueCommand: { decode: (b) => decodeValueCommand(Suite.aes128, 0x10, b), like: new Uint8Array(18).fill(1) },
  decodeValueCommandXo: { decode: (b) => decodeValueCommand(Suite.tripleDesXo, 0x10, b), like: new Uint8Array(16) },
  decodeValueReceipt: { decode: (b) => decodeValueReceipt(Suite.aes128, ID, b), like: new Uint8Array(35) },
  decodeValueReceiptXo: { decode: (b) => decodeValueReceipt(Suite.tripleDesXo, ID, b), like: new Uint8Array(32) },
  decodeSeedTokens: { decode: decodeSeedTokens, like: new Uint8Array(4) },
  decodeLineFrame: { decode: decodeLineFrame, like: lineFrame },
  deframer: { decode: deframe, like: lineFrame },
  decodeEnvelope: { decode: decodeEnvelope, like: carry },
  decodeModeTable: { decode: decodeModeTable, like: encodeModeTable(table) },
  decodeClockSet: { decode: decodeClockSet, like: new Uint8Array(6) },
  decodeClockSlew: { decode: decodeClockSlew, like: new Uint8Array(1) },
  decodeRelayCommand: { decode: decodeRelayCommand, like: new Uint8Array(2) },
  decodeKeyChange: { decode: decodeKeyChange, like: Uint8Array.from([0x20, 0, ...new Uint8Array(24)]) },
  decodePolicy: { decode: decodePolicy, like: encodePolicy(DEFAULT_SUPPLY_POLICY) },
  decodeUseRequest: { decode: decodeUseRequest, like: Uint8Array.from([7, 1, 0x4e, 0x20, 1]) },
  decodeUseAnswer: { decode: decodeUseAnswer, like: useAnswer },
  decodeSeedUse: { decode: decodeSeedUse, like: new Uint8Array(264) },
  decodeTotals: { decode: decodeTotals, like: encodeTotals(totals) },
  decodeEvent: { decode: decodeEvent, like: new Uint8Array(16).fill(1) },
  decodeEventRequest: { decode: decodeEventRequest, like: new Uint8Array(5).fill(1) },
  decodeEventAnswer: { decode: decodeEventAnswer, like: new Uint8Array(34) },
  decodeControlStatus: { decode: decodeControlStatus, like: new Uint8Array(18) },
  decodeMonitoringStatus: { decode: decodeMonitoringStatus, like: new Uint8Array(24) },
  decodeMaintenanceStatus: { decode: decodeMaintenanceStatus, like: new Uint8Array(11) },
  decodeAttention: { decode: decodeAttention, like: Uint8Array.from([0, 1, 0, 0, 0, 1]) },
  decompressProfile: { decode: decompressProfile, like: new Uint8Array(4) },
  parseLoadCsv: { decode: csv, like: new TextEncoder().encode('time,aggregate_w\n2024-01-01T00:00,12.5\n') },
};

for (const [name, { decode, like }] of Object.entries(DECODERS)) {
  test(`${name} takes any bytes without throwing`, () => {
    const random = seededRandom(name);
    let refused = 0;
    for (let i = 0; i < INPUTS; i++) {
      const input = i % 2 === 0 ? drawn(random, like.length) : changed(random, like);
      const value = decode(input);
      if (typeof value === 'object' && value !== null && 'reason' in value) refused += 1;
    }
    // A deframer passes over what is no frame; every other decoder says why.
    assert.ok(name === 'deframer' || refused > INPUTS / 10, `only ${refused} of ${INPUTS} were refused`);
  });
}

function drawn(random: ReturnType<typeof seededRandom>, around: number): Uint8Array {
  const bytes = new Uint8Array(random.below(Math.min(96, 2 * around + 8)));
  random.fill(bytes);
  return bytes;
}

function changed(random: ReturnType<typeof seededRandom>, like: Uint8Array): Uint8Array {
  const bytes = like.slice(0, random.chance(0.2) ? random.below(like.length + 1) : like.length);
  for (let n = random.below(4); n >= 0 && bytes.length > 0; n--) bytes[random.below(bytes.length)] = random.u32();
  return bytes;
}

function refusalOf(bytes: Uint8Array): unknown {
  const decoded = decodeFrame(bytes);
  return 'reason' in decoded ? decoded : decodeRefusal(decoded);
}

const deframer = new Deframer();
function deframe(bytes: Uint8Array): unknown {
  const frames: unknown[] = [];
  deframer.push(bytes, frames as never);
  assert.ok(deframer.heldBytes < 512, 'a deframer holds no more than one frame');
  return frames;
}

function csv(bytes: Uint8Array): unknown {
  return parseLoadCsv(new TextDecoder().decode(bytes), 'fuzz.csv');
}
