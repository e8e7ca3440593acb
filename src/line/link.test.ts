import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Milliseconds, milliseconds, modemAddress } from '../units/index.ts';
import {
  createMasterLink,
  createSlaveLink,
  decodeLineFrame,
  encodeLineFrame,
  LineKind,
  type MasterInput,
  type MasterLink,
  type MasterOutput,
  PROCESSING_MS,
  powerLine,
  type ReceivedLineFrame,
  type SlaveInput,
  type SlaveLink,
  type SlaveOutput,
  stepMasterLink,
  stepSlaveLink,
  tcp,
} from './index.ts';
import { testRandom } from './line-world.testing.ts';

const A5 = modemAddress(5);
const PAYLOAD = Uint8Array.of(0x11, 0x10, 0xa0, 0x0a, 0x1b, 0x2c, 0x00);
const ms = milliseconds;

// TCP turns round in no time, so that in these tests what is sent stands in the outputs of the same step.
const newSlave = (carrier = tcp()) => createSlaveLink({ carrier, address: A5, random: testRandom(1) });

function slave(link: SlaveLink, input: SlaveInput): SlaveOutput[] {
  const out: SlaveOutput[] = [];
  stepSlaveLink(link, input, out);
  return out;
}

function master(link: MasterLink, input: MasterInput): MasterOutput[] {
  const out: MasterOutput[] = [];
  stepMasterLink(link, input, out);
  return out;
}

const frame = (kind: LineKind, sequence: number, payload = new Uint8Array(0), address = A5): Uint8Array =>
  encodeLineFrame({ kind, address, sequence, attentionWaiting: false, payload });

const bytes = (frameBytes: Uint8Array, now = 0) => ({ type: 'bytes', now: ms(now), bytes: frameBytes }) as const;

function sent(outputs: readonly (SlaveOutput | MasterOutput)[]): ReceivedLineFrame[] {
  return outputs.flatMap((output) => {
    if (output.type !== 'send') return [];
    const decoded = decodeLineFrame(output.bytes);
    assert.ok(!('reason' in decoded));
    return [decoded];
  });
}

function sentBytes(outputs: readonly (SlaveOutput | MasterOutput)[]): Uint8Array {
  const send = outputs.find((output) => output.type === 'send');
  assert.ok(send?.type === 'send');
  return send.bytes;
}

function wakeOf(outputs: readonly (SlaveOutput | MasterOutput)[]): Milliseconds {
  const wake = outputs.findLast((output) => output.type === 'wake');
  assert.ok(wake?.type === 'wake');
  return wake.at;
}

test('a modem tells of what somebody else says at its address, and of nothing that is said at another or by itself', () => {
  const overheard = (heard: Uint8Array) =>
    slave(newSlave(), bytes(heard)).flatMap((output) => (output.type === 'overheard' ? [output.payload] : []));
  const A6 = modemAddress(6);
  for (const kind of [LineKind.answer, LineKind.answerMore, LineKind.attention]) {
    assert.deepEqual(overheard(frame(kind, 0, PAYLOAD)), [PAYLOAD]);
    assert.deepEqual(overheard(frame(kind, 0, PAYLOAD, A6)), []);
  }
  assert.deepEqual(overheard(frame(LineKind.acknowledge, 1)), []);
  assert.deepEqual(overheard(frame(LineKind.request, 1, PAYLOAD)), []);
});

test('a repeated request gets the same answer and is passed up once', () => {
  const link = newSlave();
  const first = slave(link, bytes(frame(LineKind.request, 1, PAYLOAD)));
  assert.deepEqual(first, [{ type: 'request', ticket: 1, payload: PAYLOAD }]);
  const answered = slave(link, { type: 'answer', now: ms(5), ticket: 1, frames: [Uint8Array.of(7, 8)] });
  const again = slave(link, bytes(frame(LineKind.request, 1, PAYLOAD), 900));
  assert.deepEqual(again, answered);
  assert.deepEqual(sent(again)[0]?.payload, Uint8Array.of(7, 8));
});

test('another sequence number or another payload is a new request', () => {
  const link = newSlave();
  slave(link, bytes(frame(LineKind.request, 1, PAYLOAD)));
  slave(link, { type: 'answer', now: ms(0), ticket: 1, frames: [] });
  assert.equal(slave(link, bytes(frame(LineKind.request, 2, PAYLOAD)))[0]?.type, 'request');
  slave(link, { type: 'answer', now: ms(0), ticket: 2, frames: [] });
  // A local unit that has restarted may use the same number again.
  assert.equal(slave(link, bytes(frame(LineKind.request, 2, Uint8Array.of(1))))[0]?.type, 'request');
});

test('after a power cut a meter passes a repeated request up again', () => {
  slave(newSlave(), bytes(frame(LineKind.request, 1, PAYLOAD)));
  assert.equal(slave(newSlave(), bytes(frame(LineKind.request, 1, PAYLOAD)))[0]?.type, 'request');
});

test('a request is acknowledged when the meter has nothing to say', () => {
  const link = newSlave();
  slave(link, bytes(frame(LineKind.request, 3, PAYLOAD)));
  const [acknowledge] = sent(slave(link, { type: 'answer', now: ms(0), ticket: 1, frames: [] }));
  assert.equal(acknowledge?.kind, LineKind.acknowledge);
  assert.equal(acknowledge?.sequence, 3);
});

test('the parts of a long answer come one by one, each again when its request is repeated', () => {
  const link = newSlave();
  slave(link, bytes(frame(LineKind.request, 0, PAYLOAD)));
  const parts = [Uint8Array.of(1), Uint8Array.of(2), Uint8Array.of(3)];
  const said = sent(slave(link, { type: 'answer', now: ms(0), ticket: 1, frames: parts }));
  for (const sequence of [1, 1, 2, 2, 3]) said.push(...sent(slave(link, bytes(frame(LineKind.nextPart, sequence)))));
  assert.deepEqual(
    said.map(({ kind, payload }) => [kind, ...payload]),
    [
      [LineKind.answerMore, 1],
      [LineKind.answerMore, 2],
      [LineKind.answerMore, 2],
      [LineKind.answer, 3],
      [LineKind.answer, 3],
      [LineKind.acknowledge],
    ],
  );
});

test('a request that is ignored leaves the answer before it to be repeated', () => {
  const link = newSlave();
  slave(link, bytes(frame(LineKind.request, 0, PAYLOAD)));
  slave(link, { type: 'answer', now: ms(0), ticket: 1, frames: [Uint8Array.of(1), Uint8Array.of(2)] });
  // Crosstalk: another transformer's request to the same modem address.
  const foreign = slave(link, bytes(frame(LineKind.request, 2, Uint8Array.of(66))));
  assert.deepEqual(foreign, [{ type: 'request', ticket: 2, payload: Uint8Array.of(66) }]);
  assert.deepEqual(slave(link, { type: 'ignore', ticket: 2 }), []);
  assert.deepEqual(sent(slave(link, bytes(frame(LineKind.request, 0, PAYLOAD))))[0]?.payload, Uint8Array.of(1));
  assert.deepEqual(sent(slave(link, bytes(frame(LineKind.nextPart, 1))))[0]?.payload, Uint8Array.of(2));
});

test('a slow meter says that it works, and its late answer waits for the repetition', () => {
  const link = newSlave();
  slave(link, bytes(frame(LineKind.request, 0, PAYLOAD)));
  assert.equal(sent(slave(link, bytes(frame(LineKind.request, 0, PAYLOAD), 600)))[0]?.kind, LineKind.working);
  assert.deepEqual(slave(link, { type: 'answer', now: ms(900), ticket: 1, frames: [Uint8Array.of(4)] }), []);
  assert.deepEqual(sent(slave(link, bytes(frame(LineKind.request, 0, PAYLOAD), 1200)))[0]?.payload, Uint8Array.of(4));
});

test('an answer at the last millisecond of the allowance goes out, one after it does not', () => {
  for (const [now, frames] of [
    [PROCESSING_MS, 1],
    [PROCESSING_MS + 1, 0],
  ] as const) {
    const link = newSlave();
    slave(link, bytes(frame(LineKind.request, 0, PAYLOAD)));
    const out = slave(link, { type: 'answer', now: ms(now), ticket: 1, frames: [Uint8Array.of(4)] });
    assert.equal(sent(out).length, frames);
  }
});

test('the answer to a request that another has replaced goes nowhere', () => {
  const link = newSlave();
  slave(link, bytes(frame(LineKind.request, 0, PAYLOAD)));
  slave(link, bytes(frame(LineKind.request, 1, Uint8Array.of(1))));
  assert.deepEqual(slave(link, { type: 'answer', now: ms(0), ticket: 1, frames: [Uint8Array.of(4)] }), []);
});

test('a meter does not speak to what is for another meter, or from one, or damaged', () => {
  const link = newSlave();
  const own = frame(LineKind.request, 0, PAYLOAD);
  assert.deepEqual(slave(link, bytes(frame(LineKind.request, 0, PAYLOAD, modemAddress(6)))), []);
  assert.deepEqual(slave(link, bytes(frame(LineKind.answer, 0, PAYLOAD, modemAddress(6)))), []);
  assert.deepEqual(sent(slave(link, bytes(frame(LineKind.answer, 0, PAYLOAD)))), []);
  for (let bit = 8; bit < 8 * own.length; bit++) {
    const damaged = own.slice();
    damaged[bit >> 3] = (damaged[bit >> 3] as number) ^ (1 << (bit & 7));
    const victim = newSlave();
    const out = [...slave(victim, bytes(damaged)), ...slave(victim, { type: 'wake', now: ms(10_000) })];
    assert.ok(out.every((output) => output.type === 'wake'));
  }
});

test('a meter on a half-duplex line lets the other side turn round before it answers', () => {
  const carrier = powerLine();
  const link = newSlave(carrier);
  slave(link, bytes(frame(LineKind.request, 0, PAYLOAD), 100));
  const out = slave(link, { type: 'answer', now: ms(100), ticket: 1, frames: [] });
  assert.deepEqual(out, [{ type: 'wake', at: 100 + carrier.turnaroundMs }]);
  assert.deepEqual(slave(link, { type: 'wake', now: ms(109) }), []);
  assert.equal(sent(slave(link, { type: 'wake', now: ms(110) })).length, 1);
  assert.deepEqual(slave(link, { type: 'wake', now: ms(111) }), []);
});

test('a request whose head noise has swallowed is found when the line falls silent', () => {
  const link = newSlave();
  const noise = Uint8Array.of(0x7e, 5, 0, 200);
  const out = slave(link, bytes(Uint8Array.from([...noise, ...frame(LineKind.request, 0, PAYLOAD)])));
  assert.equal(out.length, 1);
  assert.equal(slave(link, { type: 'wake', now: wakeOf(out) })[0]?.type, 'request');
});

test('a slot that was found late is bid in at its own time, or not at all', () => {
  const carrier = powerLine();
  const noise = Uint8Array.of(0x7e, 5, 0, 200);
  for (const [first, bids] of [
    [5, false],
    [0, true],
  ] as const) {
    const link = newSlave(carrier);
    slave(link, { type: 'attention', payload: Uint8Array.of(1) });
    const call = frame(LineKind.rollCall, 0, Uint8Array.of(32), modemAddress(first));
    const out = slave(link, bytes(Uint8Array.from([...noise, ...call]), 100));
    const found = slave(link, { type: 'wake', now: wakeOf(out) });
    const minislot = 40 + carrier.turnaroundMs + carrier.latencyMs;
    assert.deepEqual(found, bids ? [{ type: 'wake', at: 100 + carrier.turnaroundMs + 5 * minislot }] : []);
  }
});

test('an attention is bid for, handed over on request, and ends when the local unit names it', () => {
  const link = newSlave();
  const slot = (heard: number[]) =>
    bytes(
      frame(LineKind.slotOpen, 0, Uint8Array.from([4, ...heard.flatMap((c) => [c >> 8, c & 0xff])]), modemAddress(0)),
    );
  assert.deepEqual(slave(link, slot([])), []);
  slave(link, { type: 'attention', payload: Uint8Array.of(1, 2, 3) });
  assert.equal(sent(slave(link, slot([])))[0]?.kind, LineKind.bid);
  const [attention] = sent(slave(link, bytes(frame(LineKind.attentionRequest, 0))));
  assert.deepEqual(attention?.payload, Uint8Array.of(1, 2, 3));
  const check = attention?.check as number;
  // Another attention's check, then its own.
  assert.equal(sent(slave(link, slot([check ^ 1])))[0]?.kind, LineKind.bid);
  assert.deepEqual(slave(link, slot([check ^ 1, check])), [{ type: 'attention-heard' }]);
  assert.deepEqual(slave(link, slot([])), []);
  assert.equal(sent(slave(link, bytes(frame(LineKind.attentionRequest, 0))))[0]?.payload.length, 0);
});

test('an attention that is handed over and never taken stays out of more and more slots', () => {
  const link = newSlave();
  slave(link, { type: 'attention', payload: Uint8Array.of(1) });
  const slot = bytes(frame(LineKind.slotOpen, 0, Uint8Array.of(4), modemAddress(0)));
  const slotsBetween: number[] = [];
  for (let i = 0, quiet = 0; i < 80; i++) {
    if (sent(slave(link, slot)).length === 0) {
      quiet++;
      continue;
    }
    slotsBetween.push(quiet);
    quiet = 0;
    slave(link, bytes(frame(LineKind.attentionRequest, 0)));
  }
  assert.deepEqual(slotsBetween, [0, 0, 1, 3, 7, 15, 15, 15, 15]);
});

test('an answer says that an attention waits', () => {
  const link = newSlave();
  slave(link, bytes(frame(LineKind.request, 0, PAYLOAD)));
  slave(link, { type: 'attention', payload: Uint8Array.of(1) });
  const [answer] = sent(slave(link, { type: 'answer', now: ms(0), ticket: 1, frames: [] }));
  assert.equal(answer?.attentionWaiting, true);
});

test('in a roll call a meter bids in its own minislot, or not at all', () => {
  const carrier = powerLine();
  const wakes = [0, 5, 6, 4].map((first) => {
    const link = newSlave(carrier);
    slave(link, { type: 'attention', payload: Uint8Array.of(1) });
    return slave(link, bytes(frame(LineKind.rollCall, 0, Uint8Array.of(5), modemAddress(first))));
  });
  const minislot = 40 + carrier.turnaroundMs + carrier.latencyMs;
  assert.deepEqual(wakes, [
    [],
    [{ type: 'wake', at: carrier.turnaroundMs }],
    [],
    [{ type: 'wake', at: carrier.turnaroundMs + minislot }],
  ]);
});

test('the local unit takes an answer only from the meter it asked, with the number it gave', () => {
  const link = createMasterLink(tcp());
  const asked = { type: 'request', now: ms(0), address: A5, payload: PAYLOAD } as const;
  const [request] = sent(master(link, asked));
  assert.equal(request?.sequence, 0);
  assert.deepEqual(master(link, bytes(frame(LineKind.answer, 1, PAYLOAD))), []);
  assert.deepEqual(master(link, bytes(frame(LineKind.answer, 0, PAYLOAD, modemAddress(6)))), []);
  assert.deepEqual(master(link, bytes(frame(LineKind.request, 0, PAYLOAD))), []);
  assert.deepEqual(master(link, bytes(frame(LineKind.answerMore, 0, PAYLOAD))), [
    { type: 'answered', address: A5, payload: PAYLOAD, more: true, attentionWaiting: false },
  ]);
  // A second copy of the same answer finds nobody waiting.
  assert.deepEqual(master(link, bytes(frame(LineKind.answerMore, 0, PAYLOAD))), []);
  assert.equal(sent(master(link, asked))[0]?.sequence, 1);
});

test('a retransmission has the same bytes, and garbled answers are counted apart', () => {
  const link = createMasterLink(tcp());
  let out = master(link, { type: 'request', now: ms(0), address: A5, payload: PAYLOAD });
  const first = sent(out);
  const garbled = frame(LineKind.answer, 0, PAYLOAD);
  garbled[6] = 0;
  let at = ms(0);
  for (let tries = 1; tries <= 3; tries++) {
    if (tries < 3) out = master(link, bytes(garbled, at + 10));
    at = wakeOf(out);
    assert.deepEqual(master(link, { type: 'wake', now: ms(at - 1) }), []);
    out = master(link, { type: 'wake', now: at });
    assert.deepEqual(sent(out), first);
  }
  assert.deepEqual(master(link, { type: 'wake', now: wakeOf(out) }), [
    { type: 'no-answer', address: A5, garbledTries: 2, working: false },
  ]);
  assert.equal(link.statistics[5]?.garbled, 2);
  assert.equal(link.statistics[5]?.retries, 3);
});

test('a damaged answer ends the wait as soon as it has ended, and a little noise does not', () => {
  const request = { type: 'request', now: ms(0), address: A5, payload: PAYLOAD, answerBytesMax: 241 } as const;
  const garbled = frame(LineKind.answer, 0, PAYLOAD);
  garbled[6] = 0;
  const link = createMasterLink(powerLine());
  const whole = wakeOf(master(link, request));
  assert.deepEqual(master(link, bytes(garbled.subarray(0, 5), 200)), []);
  const sooner = wakeOf(master(link, bytes(garbled.subarray(5), 300)));
  assert.ok(sooner > 300 && sooner < 400 && whole > 1_500, `${sooner} and ${whole}`);
  assert.deepEqual(sent(master(link, { type: 'wake', now: sooner })).length, 1);
  assert.equal(link.statistics[5]?.garbled, 1);
});

test('an answer that comes in pieces after noise is heard whole', () => {
  const link = createMasterLink(powerLine());
  const request = { type: 'request', now: ms(0), address: A5, payload: PAYLOAD } as const;
  const latest = wakeOf(master(link, request));
  master(link, bytes(Uint8Array.of(1, 2, 3, 4, 5, 6, 7), 110));
  const answer = frame(LineKind.answer, 0, new Uint8Array(60));
  let until = 0;
  for (const [i, byte] of answer.subarray(0, -1).entries()) {
    const now = 120 + 7 * i;
    const at = wakeOf(master(link, bytes(Uint8Array.of(byte), now)));
    assert.ok(at > now && at >= until && at <= latest);
    until = at;
  }
  const out = master(link, bytes(answer.subarray(-1), 120 + 7 * answer.length));
  assert.equal(out[0]?.type, 'answered');
});

test('a request is tried as often as it says', () => {
  for (const triesMax of [1, 2, 6]) {
    const link = createMasterLink(tcp());
    let out = master(link, { type: 'request', now: ms(0), address: A5, payload: PAYLOAD, triesMax });
    for (let tries = 1; tries < triesMax; tries++) {
      out = master(link, { type: 'wake', now: wakeOf(out) });
      assert.equal(sent(out).length, 1);
    }
    assert.equal(master(link, { type: 'wake', now: wakeOf(out) })[0]?.type, 'no-answer');
  }
});

test('what was given up and is asked again is a repetition, also after other meters: the meter passes it up once', () => {
  const link = createMasterLink(tcp());
  const modem = newSlave();
  const request = (now: number, payload = PAYLOAD) =>
    master(link, { type: 'request', now: ms(now), address: A5, payload, triesMax: 1 });
  const other = { type: 'request', now: ms(2_000), address: modemAddress(6), payload: PAYLOAD, triesMax: 1 } as const;
  const first = request(0);
  const [ticketed] = slave(modem, bytes(sentBytes(first)));
  assert.ok(ticketed?.type === 'request');
  slave(modem, { type: 'answer', now: ms(0), ticket: ticketed.ticket, frames: [Uint8Array.of(9)] });
  // The answer is lost.
  assert.equal(master(link, { type: 'wake', now: wakeOf(first) })[0]?.type, 'no-answer');
  master(link, { type: 'wake', now: wakeOf(master(link, other)) });
  const second = request(4_000);
  assert.deepEqual(sentBytes(second), sentBytes(first));
  assert.equal(link.statistics[5]?.retries, 1);
  const again = slave(modem, bytes(sentBytes(second), 4_100));
  assert.deepEqual(
    again.map(({ type }) => type),
    ['send'],
  );
  assert.equal(master(link, bytes(sentBytes(again), 4_200))[0]?.type, 'answered');
  // Answered, it is a new request; and so is another one after one given up.
  assert.notDeepEqual(sentBytes(request(5_000)), sentBytes(first));
  master(link, { type: 'wake', now: ms(9_000) });
  const before = sent(request(10_000, Uint8Array.of(1)))[0]?.sequence;
  assert.equal(before, 2);
  assert.equal(link.statistics[5]?.retries, 1);
});

test('the wait for an answer is its air time, the turnaround and the allowance', () => {
  const carrier = powerLine();
  const wait = (answerBytesMax: number) =>
    wakeOf(
      master(createMasterLink(carrier), { type: 'request', now: ms(0), address: A5, payload: PAYLOAD, answerBytesMax }),
    );
  const requestMs = Math.ceil((13 * 8000) / 1200);
  const answerMs = Math.ceil((56 * 8000) / 1200);
  const margin = wait(50) - requestMs - answerMs - carrier.turnaroundMs - 2 * carrier.latencyMs - PROCESSING_MS;
  assert.ok(margin >= 0 && margin <= 10);
  assert.equal(wait(200) - wait(50), 1000);
});

test('the local unit is patient with a meter that works, and no longer than it was told', () => {
  const link = createMasterLink(tcp());
  let out = master(link, { type: 'request', now: ms(0), address: A5, payload: PAYLOAD, waitMs: 1_000 });
  let requests = 0;
  for (let now = 0; ; ) {
    requests += sent(out).length;
    out = master(link, bytes(frame(LineKind.working, 0), now));
    if (out[0]?.type === 'no-answer') {
      assert.deepEqual(out[0], { type: 'no-answer', address: A5, garbledTries: 0, working: true });
      break;
    }
    now = wakeOf(out);
    out = master(link, { type: 'wake', now: ms(now) });
  }
  assert.equal(requests, 1 + 1_000 / PROCESSING_MS);
});

test('noise on a quiet line does not swallow the answer to the next request', () => {
  const link = createMasterLink(tcp());
  master(link, bytes(Uint8Array.of(0x7e, 5, 0x80, 200, 1)));
  master(link, { type: 'request', now: ms(1_000), address: A5, payload: PAYLOAD });
  const [answered] = master(link, bytes(frame(LineKind.answer, 0, PAYLOAD), 1_200));
  assert.equal(answered?.type, 'answered');
});

test('a second transaction before the first has ended is a bug of the caller', () => {
  const link = createMasterLink(tcp());
  const asked = { type: 'request', now: ms(0), address: A5, payload: PAYLOAD } as const;
  master(link, asked);
  assert.throws(() => master(link, asked));
});

test('a damaged bid does not swallow the bid in the next minislot', () => {
  const carrier = powerLine();
  const link = createMasterLink(carrier);
  const opened = master(link, {
    type: 'open-slot',
    now: ms(0),
    slot: { type: 'contention', minislots: 4 },
    heard: [],
  });
  const slotOpenMs = Math.ceil((7 * 8000) / 1200);
  const minislot = 40 + carrier.turnaroundMs + carrier.latencyMs;
  const arrival = (j: number) => slotOpenMs + 2 * carrier.latencyMs + carrier.turnaroundMs + 40 + j * minislot;
  // Its control byte has become a request with 200 bytes to come.
  master(link, bytes(Uint8Array.of(0x7e, 9, 0x00, 200, 1, 1), arrival(0)));
  const bid = bytes(frame(LineKind.bid, 0), arrival(1));
  assert.deepEqual(master(link, bid), [{ type: 'bid', address: A5 }]);
  const [closed] = master(link, { type: 'wake', now: wakeOf(opened) });
  assert.ok(closed?.type === 'slot-closed');
  assert.equal(closed.outcome.bids, 1);
  assert.equal(closed.outcome.garbledMinislots, 1);
});

test('any bytes at any time leave both sides standing', () => {
  const random = testRandom(77);
  for (let run = 0; run < 300; run++) {
    const [local, meter] = [createMasterLink(powerLine()), newSlave(powerLine())];
    master(local, { type: 'request', now: ms(0), address: A5, payload: PAYLOAD });
    slave(meter, { type: 'attention', payload: Uint8Array.of(1) });
    for (let now = 0; now < 3_000; now += random.u32() % 400) {
      const noise = Uint8Array.from({ length: random.u32() % 40 }, () =>
        random.u32() % 3 === 0 ? (([0x7e, 5, 0, 0x40, 0x80] as const)[random.u32() % 5] ?? 0) : random.u32() & 0xff,
      );
      for (const output of master(local, bytes(noise, now))) assert.notEqual(output.type, 'answered');
      slave(meter, bytes(noise, now));
      master(local, { type: 'wake', now: ms(now) });
      slave(meter, { type: 'wake', now: ms(now) });
    }
  }
});
