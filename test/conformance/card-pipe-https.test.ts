import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { HttpsCardPipe } from '../../src/adapters/card-pipe-https.ts';
import { drawCertificate } from '../../src/adapters/certificate.testing.ts';
import { type CardInHand, purseOf } from '../../src/card/bench.testing.ts';
import { decodeLoadResponse, loadCommand, openLoadSession, selectPurse } from '../../src/card/index.ts';
import { deriveCardKey } from '../../src/crypto/index.ts';
import { decodeFrame, hostFirst, hostReceive, Message, Refusal, refusalFrame } from '../../src/exchange/index.ts';
import { drawing, withBit } from '../../src/exchange/sides.testing.ts';
import { CardRig, KIMS_CARD, N, UTILITY } from '../../src/host/card-rig.testing.ts';
import { createHost, type HostServices, MemoryStore } from '../../src/host/index.ts';
import { made } from '../../src/host/rig.testing.ts';
import { milliseconds, Region, svpmsn } from '../../src/units/index.ts';
import { World } from '../api/world.ts';

const METER = svpmsn(3);
const certificate = drawCertificate('power');
const closing: (() => Promise<void>)[] = [];
after(async () => {
  for (const close of closing) await close();
});

/** The electric host with its API behind TLS: one for all tests, for it takes a while to begin. */
async function openElectric() {
  const power = await World.open(new MemoryStore());
  const server: Server = createServer({ cert: certificate.certificate, key: certificate.key }, (request, response) => {
    power.app.server.emit('request', request, response);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  closing.push(async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
    await power.close();
  });
  return { power, port: (server.address() as AddressInfo).port };
}
let electric: ReturnType<typeof openElectric> | undefined;

/** What the electric host, or whoever sits there, makes of a frame on its way to the card, and of the answer. */
interface Meddling {
  readonly toCard?: (frame: Uint8Array) => Uint8Array;
  readonly toDesk?: (answer: Uint8Array) => Uint8Array;
}

/** Two hosts that run: the gas company's with its own keys and books, and the electric one, in whose meter the card is. */
class Both {
  readonly gas: CardRig;
  readonly host: HostServices;
  readonly power: World;
  readonly hand: CardInHand;
  readonly heard: string[];
  meddling: Meddling = {};
  isIn = true;
  frames = 0;

  private constructor(gas: CardRig, power: World, port: number, key: string, more: { readonly certificate?: string }) {
    this.gas = gas;
    this.power = power;
    this.hand = gas.hand();
    this.heard = [];
    const address = { url: `https://127.0.0.1:${port}`, key, certificate: certificate.certificate, ...more };
    const pipe = new HttpsCardPipe(address, (sentence) => this.heard.push(sentence));
    const { store, keys, clock, randomness } = gas;
    const ports = { store, keys, clock, randomness, grid: { send: () => undefined } };
    this.host = createHost({ ...ports, cardPipes: new Map([['power', pipe]]) }, { zone: 'UTC', metersMax: 1 });
    this.#meter();
  }

  static async open({
    scopes = ['cards:pipe'],
    ...more
  }: {
    readonly scopes?: readonly string[];
    readonly certificate?: string;
  } = {}): Promise<Both> {
    electric ??= openElectric();
    const { power, port } = await electric;
    await power.rig.store.transaction((tx) => tx.cardSlots.delete([String(METER)]));
    const { headers } = await power.apiKey('operator', scopes);
    const both = new Both(await CardRig.open(), power, port, String(headers.authorization).slice(7), more);
    await both.host.start();
    return both;
  }

  #meter(): void {
    const meter = this.power.rig.meters.get(METER);
    assert.ok(meter !== undefined);
    const own = (Object.getPrototypeOf(meter) as typeof meter).receive.bind(meter);
    meter.receive = (bytes, now) => {
      const frame = decodeFrame(bytes);
      assert.ok(!('reason' in frame));
      if (frame.h !== 0x18) return own(bytes, now);
      this.frames += 1;
      if (!this.isIn) return [refusalFrame(frame, Refusal.cardAbsent)];
      if (frame.message === Message.first) this.hand.send(selectPurse());
      const command = loadCommand(this.meddling.toCard?.(bytes) ?? bytes);
      const answer = command === undefined ? undefined : decodeLoadResponse(this.hand.send(command));
      if (answer === undefined || !('frame' in answer)) return [refusalFrame(frame, Refusal.cardRefused)];
      return [this.meddling.toDesk?.(answer.frame) ?? answer.frame];
    };
  }

  /** As the electric host knows it from the meter's events. */
  async insert(): Promise<void> {
    const insertedAt = milliseconds(this.power.rig.clock.ms);
    const slot = {
      id: String(METER),
      svpmsn: METER,
      tail: KIMS_CARD.slice(2),
      insertedAt,
      dueAt: undefined,
      attempts: 0,
    };
    await this.power.rig.store.transaction((tx) => tx.cardSlots.put([slot]));
  }

  /** Both run until the gas company's host has done what is due. */
  async live(ms = 20_000): Promise<void> {
    this.gas.ms += ms;
    let over = false;
    const done = this.host.serveThroughPipes().finally(() => {
      over = true;
    });
    while (!over) {
      await this.power.rig.pump();
      await new Promise((turn) => setTimeout(turn, 1));
    }
    await done;
  }

  sell(orderId: string, amount: number) {
    const sale = { csn: KIMS_CARD, region: Region.gas, orderId, amount, source: 'cash' };
    return this.host.sellToCard(sale);
  }

  /** What the books have loaded, and what is on the card. */
  async loaded() {
    return [(await this.gas.purse()).credited, purseOf(this.hand, Region.gas).loaded];
  }
}

test('a gas company sells, and its card is loaded in a meter of the electric host, over HTTPS', async () => {
  const both = await Both.open();
  made(await both.sell('one', 300));
  await both.live();
  assert.deepEqual([await both.loaded(), both.frames], [[0n, 0], 0], 'the card is in no meter');
  await both.insert();
  await both.live();
  assert.deepEqual(await both.loaded(), [300n, 300]);
  made(await both.sell('two', 40));
  await both.live();
  assert.deepEqual(await both.loaded(), [340n, 340]);
  assert.equal((await both.gas.order('two'))?.state, 'stored');
  const before = both.frames;
  await both.live();
  assert.equal(both.frames, before, 'a card for which nothing waits is left alone');
  assert.deepEqual(both.heard, []);
});

test('what the card tells of its value is heard once each time it is put in', async () => {
  const both = await Both.open();
  made(await both.sell('one', 300));
  await both.insert();
  await both.live();
  both.gas.meter().take(both.hand, 120);
  both.hand.pull();
  await both.live();
  assert.equal((await both.gas.totals()).handed, 0n);
  both.power.rig.clock.ms += 1_000;
  await both.insert();
  await both.live();
  assert.equal((await both.gas.totals()).handed, 120n);
});

test('whoever carries can change, repeat and invent what it likes: no value comes of it, and none is lost', async () => {
  const both = await Both.open();
  made(await both.sell('one', 300));
  await both.insert();
  const kept: Uint8Array[] = [];
  const meddlings: Meddling[] = [
    // Each byte of M3 behind its header, and of M4 and M2.
    ...[7, 12, 20, 33].map((at) => ({
      toCard: (frame: Uint8Array) => (frame[0] === 0x13 ? withBit(frame, 8 * at) : frame),
    })),
    ...[7, 20, 40, 50].map((at) => ({ toDesk: (frame: Uint8Array) => withBit(frame, 8 * at) })),
    {
      toDesk: (frame) => {
        kept.push(frame);
        return new Uint8Array(frame.length).fill(0x14);
      },
    },
  ];
  for (const meddling of meddlings) {
    both.meddling = meddling;
    await both.live(3_600_000);
    const [booked, onCard] = await both.loaded();
    assert.equal(booked, 0n, 'nothing is booked that the card has not sealed');
    assert.ok(onCard === 0 || onCard === 300, 'the card has what was sold, or nothing');
  }
  // The electric company's own keys make nothing of it either.
  both.hand.send(selectPurse());
  const forged = openLoadSession(
    deriveCardKey(new Uint8Array(16).fill(9), N, KIMS_CARD, Region.gas, UTILITY),
    METER,
    drawing(3),
  );
  const second = decodeLoadResponse(both.hand.send(loadCommand(hostFirst(forged)) as Uint8Array));
  assert.ok('frame' in second && hostReceive(forged, second.frame).type !== 'status');
  both.meddling = { toDesk: (frame) => kept[0] ?? frame };
  await both.live(3_600_000);
  both.meddling = {};
  await both.live(3_600_000);
  assert.deepEqual(await both.loaded(), [300n, 300]);
  assert.equal((await both.gas.purse()).freeze, undefined);
});

test('a card that was pulled is left alone until it is put in anew, and a host that is away is asked again', async () => {
  const both = await Both.open();
  made(await both.sell('one', 300));
  await both.insert();
  both.isIn = false;
  await both.live();
  const { frames } = both;
  for (let i = 0; i < 3; i++) await both.live(3_600_000);
  assert.equal(both.frames, frames);
  both.isIn = true;
  both.power.rig.clock.ms += 1_000;
  await both.insert();
  await both.live();
  assert.deepEqual(await both.loaded(), [300n, 300]);
});

test('another certificate, and a key that may not, carry nothing and are told in a sentence', async () => {
  for (const [settings, says] of [
    [{ certificate: drawCertificate('power').certificate }, /cannot be asked to carry frames/],
    [{ scopes: ['cards:read'] }, /refuses a frame for a card \(403\)/],
  ] as const) {
    const both = await Both.open(settings);
    made(await both.sell('one', 300));
    await both.insert();
    await both.live();
    assert.deepEqual([await both.loaded(), both.frames], [[0n, 0], 0]);
    assert.match(both.heard[0] ?? '', says);
  }
});
