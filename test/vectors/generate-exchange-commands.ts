/**
 * Prints `exchange-commands.json`: the exchanges that the published value store does not show, computed with
 * node:crypto alone, without a line of the project's own exchange. `node test/vectors/generate-exchange-commands.ts`
 */
import { createCipheriv } from 'node:crypto';
import { type Bytes, cat, ccm, cmac, draw, ecb, inHex, kdf, not, u32, u64, xor, zeros } from './primitives.ts';

const ID = Buffer.from('0a1b2c', 'hex');
const UTILITY = 0x0001;
const SUITES = ['3des', '3des-xo', 'aes128', 'aes256'];
const PURPOSES = ['value', 'control', 'monitoring', 'maintenance'];

/** name, H, purpose and the sizes of command and answer that are shown; the triple-DES suites have fixed value bodies. */
const COMMANDS: [string, number, number, [number, number][]][] = [
  ['value store', 0x10, 0, [[18, 35]]],
  ['void', 0x11, 0, [[18, 35]]],
  ['receipt query', 0x12, 0, [[18, 35]]],
  ['close purse', 0x13, 0, [[18, 35]]],
  ['mode table', 0x20, 1, [0, 1, 223, 224, 225, 500].map((size) => [size, 12])],
  ['clock set', 0x21, 1, [[4, 9]]],
  ['relay', 0x22, 1, [[2, 9]]],
  [
    'supply policy',
    0x23,
    1,
    [
      [40, 9],
      [41, 10],
    ],
  ],
  ['hot list', 0x24, 1, [[4, 21]]],
  ['interphone', 0x25, 1, [[15, 17]]],
  ['payment card', 0x26, 1, [10, 223, 224, 225, 300].map((size) => [38, size])],
  ['use and log read', 0x30, 2, [0, 1, 223, 224, 225, 700].map((size) => [10, size])],
  ['clock slew', 0x31, 2, [[1, 9]]],
  ['events', 0x32, 2, [0, 1, 223, 224, 225, 448].map((size) => [5, size])],
];

const E = (key: Bytes, data: Bytes): Bytes => ecb('des-ede', key, data);
const pad = (data: Bytes): Bytes => cat(data, zeros((8 - (data.length % 8)) % 8));
function mac(key: Bytes, data: Bytes): Bytes {
  let state = zeros(8);
  for (let at = 0; at < data.length; at += 8) state = E(key, xor(pad(data).subarray(at, at + 8), state));
  return state;
}
const encrypt = (key: Bytes, data: Bytes): Bytes => E(key, pad(data));

/** RFC 3394 */
function wrap(key: Bytes, plain: Bytes): Bytes {
  const cipher = createCipheriv(`id-aes${8 * key.length}-wrap`, key, Buffer.alloc(8, 0xa6));
  return cat(cipher.update(plain), cipher.final());
}

const keyBytes = (suite: number): number => (suite === 3 ? 32 : 16);
const nameOf = (purpose: number, suite: number, generation: number): number =>
  (purpose << 6) | (suite << 4) | generation;
const suiteOf = (n: number): number => (n >> 4) & 3;
const masterKey = (n: number): Bytes => draw(`KH ${n}`, keyBytes(suiteOf(n)));
function terminalKey(n: number): Bytes {
  const kh = masterKey(n);
  const x = cat(ID, zeros(5));
  if (suiteOf(n) < 2) return cat(E(kh, x), E(kh, not(x)));
  return kdf(kh, 'KT01', cat([n], ID, [UTILITY >> 8, UTILITY & 0xff]));
}

const constant = (i: number): Bytes => cat(Buffer.alloc(8, i), Buffer.alloc(8, i ^ 0xff));
const header = (message: number, h: number, n: number, size: number): Bytes => cat([0x10 | message, h, n], ID, [size]);
const framed = (message: number, h: number, n: number, body: Bytes): Bytes =>
  cat(header(message, h, n, body.length), body);
const isLong = (message: number, h: number): boolean => (message === 3 ? h === 0x20 : h === 0x26 || h === 0x30 || h === 0x32);
function cut(body: Bytes, size: number): Bytes[] {
  const count = Math.max(1, Math.ceil(body.length / size));
  return Array.from({ length: count }, (_, i) => body.subarray(i * size, (i + 1) * size));
}

type Passes = { first: Bytes; second: Bytes; third: Bytes[]; fourth: Bytes[] };

function seed(h: number, n: number, r: { R1: Bytes; R2: Bytes; R3: Bytes }, command: Bytes, answer: Bytes): Passes {
  const ks = E(terminalKey(n), r.R1);
  const carried = h === 0x10 ? encrypt(ks, command) : command;
  const down = cat(mac(ks, cat([h], r.R3, carried)), carried);
  // The Info of a read is not of one size and holds the ID itself; in the other answers the ID is the end of M.
  const up = encrypt(ks, h === 0x30 ? answer : cat(answer, ID));
  const send = (message: number, body: Bytes): Bytes[] => {
    if (!isLong(message, h)) return [framed(message, h, n, body)];
    return cut(body, 224).map((chunk, i, all) => framed(message, h, n, cat([i, all.length], chunk)));
  };
  const second = framed(2, h, n, cat(mac(ks, r.R2), r.R3));
  return { first: framed(1, h, n, cat(r.R1, r.R2)), second, third: send(3, down), fourth: send(4, up) };
}

function xo(h: number, n: number, r: { R1: Bytes; R2: Bytes; R3: Bytes }, command: Bytes, answer: Bytes): Passes {
  const kt = terminalKey(n);
  const ks2 = E(kt, xor(r.R1, cat(r.R3, not(r.R3))));
  const k1 = E(E(kt, r.R1), constant(1));
  const k23 = E(ks2, constant(2));
  const ke = E(ks2, constant(3));
  const sign = (head: Bytes, signed: Bytes): Bytes => {
    const rest = cat(head.subarray(0, 6), r.R3, signed);
    return mac(k23, cat([rest.length], rest));
  };
  const led = (body: Bytes): Bytes => cat([body.length], body);
  const send = (message: number, body: Bytes): Bytes[] => {
    const head = header(message, h, n, 0);
    if (!isLong(message, h)) {
      const sealed = encrypt(ke, h <= 0x13 ? body : led(body));
      return [framed(message, h, n, cat(sign(head, sealed), sealed))];
    }
    return cut(body, 223).map((chunk, i, all) => {
      const part = cat([i, all.length], encrypt(ke, led(chunk)));
      return framed(message, h, n, cat(part, sign(head, part)));
    });
  };
  const second = framed(2, h, n, cat(mac(k1, cat(r.R2, r.R3)), r.R3));
  return { first: framed(1, h, n, cat(r.R1, r.R2)), second, third: send(3, command), fourth: send(4, answer) };
}

const contextOf = (h: number, n: number, r: { Nh: Bytes; Nm: Bytes }): Bytes => cat(r.Nh, r.Nm, ID, [n, h]);

function modern(h: number, n: number, r: { Nh: Bytes; Nm: Bytes }, bodies: [Bytes, Bytes, Bytes]): Passes {
  const [status, command, answer] = bodies;
  const kt = terminalKey(n);
  const key = (label: string): Bytes => kdf(kt, label, contextOf(h, n, r));
  const nonce = (message: number, index: number): Bytes => cat([message], zeros(11), [index]);
  const first = framed(1, h, n, r.Nh);
  const head2 = header(2, h, n, 16 + status.length + 8);
  const second = cat(head2, r.Nm, ccm(key('SAUT'), nonce(2, 0), cat(first, head2, r.Nm), status));
  const send = (message: number, label: string, earlier: Bytes, body: Bytes): Bytes[] => {
    if (!isLong(message, h)) {
      const head = header(message, h, n, body.length + 8);
      return [cat(head, ccm(key(label), nonce(message, 0), cat(earlier, head), body))];
    }
    return cut(body, 224).map((chunk, i, all) => {
      const head = cat(header(message, h, n, 2 + chunk.length + 8), [i, all.length]);
      return cat(head, ccm(key(label), nonce(message, i), cat(earlier, head), chunk));
    });
  };
  const third = send(3, 'SH2M', cat(first, second), command);
  const fourth = send(4, 'SM2H', cat(first, second, ...third), answer);
  return { first, second, third, fourth };
}

function exchange(name: string, suite: number, h: number, purpose: number, [down, up]: [number, number]): unknown {
  const n = nameOf(purpose, suite, 0);
  const what = `${SUITES[suite]}: ${name}, ${down} bytes down, ${up} up`;
  const aesSuite = suite > 1;
  const status = draw(`status of ${what}`, aesSuite ? (purpose === 0 ? 12 : 9) : 0);
  const answer = draw(`answer of ${what}`, up);
  const r = {
    R1: draw(`R1 of ${what}`, 16),
    R2: draw(`R2 of ${what}`, 8),
    R3: draw(`R3 of ${what}`, 8),
    Nh: draw(`Nh of ${what}`, 16),
    Nm: draw(`Nm of ${what}`, 16),
  };
  // A key change carries the next generation of its purpose behind its name and the floor; the AES suites wrap it first.
  const next = nameOf(purpose, suite, 1);
  const kw = kdf(aesSuite ? terminalKey(n) : zeros(16), 'SWRP', contextOf(h, n, r));
  const wrapped = aesSuite && h === 0x2f ? wrap(kw, terminalKey(next)) : terminalKey(next);
  const command = h === 0x2f ? cat([next, 0], wrapped) : draw(`command of ${what}`, down);
  const passes = aesSuite
    ? modern(h, n, r, [status, command, answer])
    : (suite === 0 ? seed : xo)(h, n, r, command, answer);
  const drawn = aesSuite ? { Nh: r.Nh, Nm: r.Nm } : { R1: r.R1, R2: r.R2, R3: r.R3 };
  const change = h === 0x2f ? { newKey: { n: next, KH: masterKey(next), KT: terminalKey(next), wrapped } } : {};
  return { name: what, H: h, n, ...drawn, ...change, status, command, answer, ...passes };
}

function attention(n: number): unknown {
  const notice = draw(`notice ${n}`, 6);
  const kt = terminalKey(n);
  const signed = cat(header(6, 0x32, n, 14), notice);
  const tag =
    suiteOf(n) === 1
      ? mac(E(kt, constant(4)), cat([signed.length], signed))
      : cmac(kdf(kt, 'ATTN', cat([n], ID)), signed).subarray(0, 8);
  return { n, notice, frame: cat(signed, tag) };
}

/** What the bodies of the value commands mean: each op, each result, the status, in each suite that has them. */
function valueBodies(): unknown[] {
  const txid = draw('TXID', 8);
  const orders = [
    { H: 0x10, op: 1, counter: 31, txid, amount: 2500 },
    { H: 0x11, op: 2, counter: 31, txid, amount: 2500 },
    { H: 0x12, op: 0, counter: 0, txid: zeros(8), amount: 0 },
    { H: 0x12, op: 0, counter: 30, txid: zeros(8), amount: 0 },
    { H: 0x13, op: 3, counter: 4_294_967_295, txid, amount: 0 },
  ];
  const receipts = [0, 1, 2, 3, 4, 5, 6].map((result) => ({
    result,
    counter: result === 2 ? 0 : 31,
    txid: result === 2 ? zeros(8) : txid,
    amount: result < 2 ? 2500 : 0,
    balance: 4_294_967_295,
    creditedTotal: 2 ** 40 + 2500,
    clock: 1_800_000_000,
    flags: result === 0 ? 0x0600 : 0x0041,
  }));
  return [1, 2, 3].flatMap((suite) => [
    ...(suite === 1 ? [] : [{ suite, status: { lastCounter: 30, creditedTotal: 2 ** 40 }, bytes: cat(u32(30), u64(2 ** 40)) }]),
    ...orders.map(({ H, ...command }) => {
      const { op, counter, amount } = command;
      const triple = cat(u32(amount), u32(counter), command.txid);
      const bytes = suite === 1 ? triple : cat([op], u32(counter), command.txid, u32(amount), [0]);
      return { suite, H, command, bytes };
    }),
    ...receipts.map(({ clock, flags, ...receipt }) => {
      const { result, counter, amount, balance } = receipt;
      const total = u64(receipt.creditedTotal);
      if (suite === 1) {
        const bytes = cat(u32(balance), ID, [result], u32(counter), u32(amount), receipt.txid, total);
        return { suite, receipt, bytes };
      }
      const tail = cat(u32(clock), [flags >> 8, flags & 0xff]);
      const bytes = cat([result], u32(counter), receipt.txid, u32(amount), u32(balance), total, tail);
      return { suite, receipt: { ...receipt, clock, flags }, bytes };
    }),
  ]);
}

/** The whole file, its bytes in hex. */
export function generate(): unknown {
  const exchanges: unknown[] = [];
  for (const suite of [0, 1, 2, 3]) {
    for (const [name, h, purpose, sizes] of COMMANDS) {
      if (suite === 0 && h !== 0x20 && h !== 0x30) continue;
      for (const [down, up] of sizes) {
        if (suite === 0 && h === 0x30 && (up === 0 || up % 8 !== 0)) continue; // The seed pads, and keeps no length.
        const triple = suite === 1 && purpose === 0;
        const answer = suite === 0 && h === 0x20 ? 4 : up;
        exchanges.push(exchange(name, suite, h, purpose, triple ? [16, 32] : [down, answer]));
      }
    }
    if (suite === 0) continue;
    for (const purpose of [0, 1, 2, 3]) {
      exchanges.push(
        exchange(`key change of ${PURPOSES[purpose]}`, suite, 0x2f, purpose, [
          2 + keyBytes(suite) + (suite > 1 ? 8 : 0),
          11,
        ]),
      );
    }
  }
  const names = new Set((exchanges as { n: number }[]).map(({ n }) => n));
  const attentions = [1, 2, 3].map((suite) => attention(nameOf(2, suite, 0)));
  const refusals = Array.from({ length: 10 }, (_, i) => i + 1).map((reason) => {
    const body = reason === 8 ? [reason, 3] : [reason];
    return {
      H: 0x20,
      n: 0x60,
      reason,
      ...(reason === 8 ? { part: 3 } : {}),
      frame: framed(5, 0x20, 0x60, Buffer.from(body)),
    };
  });
  const keys = [...names].map((n) => ({ n, KH: masterKey(n), KT: terminalKey(n) }));
  return inHex({
    about:
      'Every command of the exchange but the added value of a card, in every suite that has it: what each side draws, the opened bodies, and the frames without what the line adds; then what the bodies of the value commands mean. Numbers are decimal, bytes hex.',
    svpmsn: ID,
    utility: UTILITY,
    keys,
    exchanges,
    attentions,
    refusals,
    valueBodies: valueBodies(),
  });
}

if (import.meta.main) console.log(JSON.stringify(generate(), null, 1));
