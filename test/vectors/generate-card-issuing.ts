/**
 * Prints `card-issuing.json`: a blank card, its issuer's and a provider's master card, every command between them and
 * what all three memories hold, computed with node:crypto alone, without a line of the project's own card or keys.
 * `node test/vectors/generate-card-issuing.ts`
 */
import { crc32 as zlibCrc32 } from 'node:zlib';
import { type Bytes, cat, ccm, cmac, draw, inHex, kdf, u32, zeros } from './primitives.ts';

const CSN = Buffer.from('04b1b2b3b4b5b6', 'hex');
const UTILITY = 0x0102;
const PIN = '4711';
const BLANK_AID = Buffer.from('f057415454424c414e4b', 'hex');
const MASTER_AID = Buffer.from('f0574154544d4153544552', 'hex');
const PURSE_AID = Buffer.from('f0574154545055525345', 'hex');

const SUITES = [
  { suite: 'aes128', n: 0x20, bytes: 16 },
  { suite: 'aes256', n: 0x30, bytes: 32 },
] as const;
const MASTERS = [
  { scope: 0, csn: Buffer.from('04c1c2c3c4c5c6', 'hex') },
  { scope: 2, csn: Buffer.from('04c1c2c3c4c5c7', 'hex') },
] as const;

const u16 = (value: number): Bytes => Buffer.of(value >> 8, value & 0xff);
const crc32 = (data: Bytes): Bytes => u32(zlibCrc32(data));
/** CRC-16/X-25 */
function crc16(data: Bytes): Bytes {
  let crc = 0xffff;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x8408 : crc >>> 1;
  }
  return u16(crc ^ 0xffff);
}
const padded = (data: Bytes, size: number): Bytes => cat(data, zeros(size - data.length));
const pinBytes = (pin: string): Bytes => cat(Buffer.from(pin), Buffer.alloc(8 - pin.length, 0xff));
const apdu = (head: number[], data: Bytes, le = false): Bytes =>
  cat(head, data.length === 0 ? [] : [data.length], data, le ? [0] : []);
const done = (data: Bytes = zeros(0)): Bytes => cat(data, [0x90, 0x00]);

function suiteOf({ suite, n, bytes }: (typeof SUITES)[number]) {
  const KM = draw(`KM of the batch, ${suite}`, 32);
  const KX = kdf(KM, 'CX01', CSN);
  const maker = cat([0x42], CSN, KX);

  const masters = MASTERS.map(({ scope, csn }) => {
    const KH = draw(`KH of scope ${scope}, ${suite}`, bytes);
    const KC = kdf(KH, 'KC01', cat([n], CSN, [scope], u16(UTILITY)));
    const [challenge, nonce] = [draw(`challenge ${scope}, ${suite}`, 16), draw(`nonce ${scope}, ${suite}`, 16)];
    const context = cat(challenge, nonce, CSN, [scope, n], u16(UTILITY));
    const KW = kdf(KX, 'CW01', context);
    const sealed = ccm(KW, zeros(13), context, KC);
    const key = cat([n, scope], u16(UTILITY), nonce, sealed);
    const masterChallenge = draw(`challenge of the master card ${scope}, ${suite}`, 16);
    const proof = cmac(kdf(KC, 'CINT', cat(CSN, [scope])), masterChallenge);
    const head = cat([0x4d], csn, [scope], u16(UTILITY), [n], padded(KH, 32), KM);
    return {
      ...{ scope, csn, KH, KC, challenge, nonce, context, KW, sealed, masterChallenge, proof },
      memory: masterMemory(cat(head, crc32(head)), slot({ sequence: 1, tries: 3, given: 0, issued: 0, lines: 0 })),
      memoryAfter: masterMemory(
        cat(head, crc32(head)),
        slot({ sequence: 5, tries: 3, given: 1, issued: 1, lines: 2 }),
        slot({ sequence: 4, tries: 3, given: 1, issued: 0, lines: 1 }),
        [line(1, 0), line(2, 1)],
      ),
      apdus: {
        select: apdu([0x00, 0xa4, 0x04, 0x0c], MASTER_AID),
        counts: apdu([0x80, 0x68, 0, 0], zeros(0), true),
        counted: done(cat([scope], u16(UTILITY), [n, 3], u32(0), u32(0))),
        verify: apdu([0x00, 0x20, 0x00, 0x01], pinBytes(PIN)),
        derive: apdu([0x80, 0x64, 0, 0], cat(CSN, challenge), true),
        derived: done(key),
        store: apdu([0x80, 0x60, 0, 0], key),
        prove: apdu([0x00, 0x88, 0x00, scope], masterChallenge, true),
        proved: done(proof),
        confirm: apdu([0x80, 0x66, 0, 0], cat(CSN, proof)),
      },
    };
  });

  const [issuer, provider] = masters as [(typeof masters)[number], (typeof masters)[number]];
  return {
    ...{ suite, n, KM, KX, masters },
    makerBlock: cat(maker, crc32(maker)),
    issued: issuedParts(n, issuer.KC, provider.KC),
    apdus: {
      select: apdu([0x00, 0xa4, 0x04, 0x0c], BLANK_AID),
      finish: apdu([0x80, 0x62, 0, 0], zeros(0)),
      selectPurse: apdu([0x00, 0xa4, 0x04, 0x0c], PURSE_AID),
    },
  };
}

/** Of a purse card with region 2, and nothing in it: whatever else its memory has is zeros. */
function issuedParts(n: number, issuerKC: Bytes, KC: Bytes) {
  const head = cat([0x57], CSN, [n], padded(issuerKC, 32));
  const region = cat([0x01], u16(UTILITY), [n], padded(KC, 32));
  const body = cat(u32(1), zeros(31));
  return {
    head: cat(head, crc32(head)),
    regionHead: cat(region, crc32(region)),
    slot: cat(body, crc32(cat(body, [0x5a])), [0x5a]),
  };
}

interface MasterState {
  readonly sequence: number;
  readonly tries: number;
  readonly given: number;
  readonly issued: number;
  readonly lines: number;
}

function slot({ sequence, tries, given, issued, lines }: MasterState): Bytes {
  const body = cat(u32(sequence), [tries], pinBytes(PIN), u32(given), u32(issued), u32(lines));
  return cat(body, crc32(cat(body, [0x5a])), [0x5a]);
}

function line(number: number, event: number): Bytes {
  const row = cat(u32(number), CSN, [event]);
  return cat(row, crc16(row));
}

/** Row 0 of the log is that of line 33. */
const masterMemory = (head: Bytes, first: Bytes, second: Bytes = zeros(30), lines: readonly Bytes[] = []): Bytes =>
  padded(cat(head, first, second, zeros(14), ...lines), head.length + 60 + 33 * 14);

/** The whole file, its bytes in hex. */
export function generate(): unknown {
  return inHex({
    about:
      'A card issued by its issuer’s master card and one provider’s, in both suites: keys, every command and answer, and what the memories hold before and after. Bytes hex.',
    ...{ csn: CSN, utility: UTILITY, pin: PIN, blankAid: BLANK_AID, masterAid: MASTER_AID, suites: SUITES.map(suiteOf) },
  });
}

if (import.meta.main) console.log(JSON.stringify(generate(), null, 1));
