import assert from 'node:assert/strict';
import { request } from 'node:https';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { after, test } from 'node:test';
import { drawCertificate } from '../../src/adapters/certificate.testing.ts';
import { HttpsSettlementPeer, SETTLEMENT_PATH, SettlementServer } from '../../src/adapters/settlement-https.ts';
import type { AnsweredClaim, SettlementClaim, SettlementFailure } from '../../src/host/index.ts';
import { made } from '../../src/host/rig.testing.ts';
import { FEBRUARY, tellMinutes } from '../../src/host/settlement.testing.ts';
import { loadOf, SettlingHost } from './settlement.testing.ts';

const ADDRESS = '127.0.0.1';
const certificates = {
  seller: drawCertificate('korea-power'),
  reseller: drawCertificate('hanbit'),
  stranger: drawCertificate('hanbit'),
};
const closing: (() => Promise<void>)[] = [];
after(async () => {
  for (const close of closing) await close();
});

/** Ends a connection for good once so many bytes went up, or came down. */
interface Cut {
  readonly way: 'up' | 'down';
  readonly after: number;
}

/** A way to a port that can be cut, and counts what passes. */
class Way {
  cut: Cut | undefined;
  passed = { up: 0, down: 0 };
  readonly #server: Server;

  constructor(port: number) {
    this.#server = createServer((near) => {
      const far = connect(port, ADDRESS);
      this.passed = { up: 0, down: 0 };
      const { cut } = this;
      this.#carry('up', near, far, cut);
      this.#carry('down', far, near, cut);
    });
    closing.push(() => new Promise((done) => this.#server.close(() => done())));
  }

  #carry(way: Cut['way'], from: Socket, to: Socket, cut: Cut | undefined): void {
    const end = () => {
      from.destroy();
      to.destroy();
    };
    from.on('error', end);
    from.on('close', () => to.end());
    from.on('data', (chunk) => {
      const room = cut?.way === way ? cut.after - this.passed[way] : chunk.length;
      this.passed[way] += chunk.length;
      if (chunk.length < room || cut?.way !== way) to.write(chunk);
      else to.write(chunk.subarray(0, room), end);
    });
    if (cut?.way === way && cut.after === 0) end();
  }

  listen(): Promise<number> {
    return new Promise((resolve) => {
      this.#server.listen(0, ADDRESS, () => resolve((this.#server.address() as { port: number }).port));
    });
  }
}

interface Pair {
  readonly seller: SettlingHost;
  readonly reseller: SettlingHost;
  readonly way: Way;
  readonly port: number;
  readonly doorPort: number;
  heard: number;
  /** How far the seller was when the connection broke. */
  readonly broken: Set<'nothing kept' | 'answer kept'>;
}

/** A seller behind its door and a re-seller on the other end of a way that can be cut; February is over and closed. */
async function pair(own: (localUnit: number, minute: number) => number | undefined = loadOf): Promise<Pair> {
  const seller = await SettlingHost.open('korea-power');
  const reseller = await SettlingHost.open('hanbit');
  await reseller.live(FEBRUARY);
  await seller.live(FEBRUARY, own);
  await reseller.close('2026-02');
  const server = new SettlementServer({
    ...certificates.seller,
    resellers: new Map([['hanbit', certificates.reseller.certificate]]),
    answer: (name, message) => {
      assert.equal(name, 'hanbit');
      both.heard += 1;
      return seller.answer(reseller, message);
    },
    onError: (error) => assert.fail(String(error)),
  });
  const doorPort = await server.listen(0, ADDRESS);
  const way = new Way(doorPort);
  const both: Pair = { seller, reseller, way, port: await way.listen(), doorPort, heard: 0, broken: new Set() };
  closing.unshift(() => server.close());
  return both;
}

const sellerOf = (both: Pair, shown = certificates.reseller, sellerCertificate = certificates.seller.certificate) => ({
  name: both.seller.name,
  keys: both.seller.keys,
  peer: new HttpsSettlementPeer({ host: ADDRESS, port: both.port, ...shown, sellerCertificate }),
});

const claim = (both: Pair, ...shown: [shown?: typeof certificates.reseller, sellerCertificate?: string]) =>
  both.reseller.claim(sellerOf(both, ...shown), '2026-02');

/** Forgets what was settled, as two hosts that never spoke. */
async function forget({ seller, reseller }: Pair): Promise<void> {
  for (const { rig } of [seller, reseller]) {
    await rig.store.transaction(async (tx) => {
      const rows = await tx.settlementClaims.page({ limit: 9 });
      await tx.settlementClaims.delete(rows.map(({ id }) => id));
    });
  }
}

/** Settles with the way cut at one place first, then whole. */
async function settledAfter(both: Pair, cut: Cut): Promise<AnsweredClaim> {
  await forget(both);
  both.way.cut = cut;
  const first = await claim(both);
  assert.equal((first as SettlementFailure).reason, 'peer-unreachable', JSON.stringify(cut));
  both.broken.add(await stageOf(both));
  // A second time at the same place: what was done before is done already.
  assert.equal(((await claim(both)) as SettlementFailure).reason, 'peer-unreachable');
  both.way.cut = undefined;
  const settled = made(await claim(both));
  assert.deepEqual(made(await claim(both)), settled);
  return settled;
}

/** The re-seller has its claim and no answer; the seller has answered, or has nothing. */
async function stageOf({ seller, reseller }: Pair): Promise<'nothing kept' | 'answer kept'> {
  const [[sent], [taken]] = (await Promise.all(
    [reseller, seller].map(({ rig }) => rig.store.read((tx) => tx.settlementClaims.page({ limit: 9 }))),
  )) as [SettlementClaim[], SettlementClaim[]];
  assert.ok(sent !== undefined && sent.answer === undefined);
  return taken === undefined ? 'nothing kept' : 'answer kept';
}

async function bothKeep({ seller, reseller }: Pair, { answer }: AnsweredClaim): Promise<void> {
  const [sent, taken] = await Promise.all(
    [reseller, seller].map(({ rig }) => rig.store.read((tx) => tx.settlementClaims.page({ limit: 9 }))),
  );
  assert.deepEqual([sent?.length, taken?.length], [1, 1]);
  assert.ok(sent?.[0]?.answer !== undefined && sent[0].answer === taken?.[0]?.answer);
  const payload = Buffer.from(sent[0].answer.split('.')[1] ?? '', 'base64url').toString();
  assert.deepEqual(JSON.parse(payload), answer);
}

/** In the handshake, in the request, before the reply and within it. */
const placesIn = ({ up, down }: { readonly up: number; readonly down: number }): Cut[] => [
  ...[0, 1, 500, Math.floor(up / 2), up - 200].map((after) => ({ way: 'up', after }) as const),
  ...[0, 1, 1_000, Math.floor(down / 2), down - 200, down - 60].map((after) => ({ way: 'down', after }) as const),
];

test('two running hosts settle a month over mutual TLS, wherever the connection breaks', async () => {
  const both = await pair();
  const settled = made(await claim(both));
  assert.equal(settled.answer.verdict, 'acknowledged');
  await bothKeep(both, settled);
  const whole = { ...both.way.passed };
  for (const cut of placesIn(whole)) {
    const again = await settledAfter(both, cut);
    assert.deepEqual([again.claim, again.answer.verdict], [settled.claim, 'acknowledged']);
    await bothKeep(both, again);
  }
  assert.deepEqual([...both.broken].sort(), ['answer kept', 'nothing kept']);
});

test('a planted difference is disputed and named to the minute, wherever the connection breaks', async () => {
  const at = 20 * 1440 + 777;
  const both = await pair((unit, minute) => loadOf(unit, minute) + (unit === 258 && minute === at ? 500 : 0));
  const settled = made(await claim(both));
  // The second message has the minutes: it is the longer one.
  const whole = { ...both.way.passed };
  assert.ok(whole.up > 4 * FEBRUARY.minutes);
  for (const cut of [undefined, ...placesIn(whole)]) {
    const again = cut === undefined ? settled : await settledAfter(both, cut);
    assert.equal(again.answer.verdict, 'disputed');
    assert.deepEqual(
      again.answer.differences.filter(({ kind }) => kind === 'minutes'),
      [
        {
          ...{ kind: 'minutes', localUnit: 258, from: FEBRUARY.first + at, to: FEBRUARY.first + at },
          ...{ claimedMissing: 0, ownMissing: 0 },
          ...{ claimed: String(loadOf(258, at)), own: String(loadOf(258, at) + 500) },
        },
      ],
    );
    await bothKeep(both, again);
  }
  assert.deepEqual([...both.broken].sort(), ['answer kept', 'nothing kept']);
});

test('a disputed month is corrected between two running hosts, wherever the connection breaks', async () => {
  const at = 20 * 1440 + 777;
  const more = (unit: number, minute: number) => loadOf(unit, minute) + (unit === 258 && minute === at ? 500 : 0);
  const both = await pair(more);
  const disputed = made(await claim(both));
  // The re-seller's own check meter tells that minute late, and more than it had told.
  await tellMinutes(both.reseller.rig, 258, FEBRUARY, (minute) => (minute === at ? more(258, at) : undefined));
  const correct = () => both.reseller.correct(sellerOf(both), '2026-02');
  for (const cut of [
    { way: 'up', after: 500 },
    { way: 'down', after: 1_000 },
  ] as const) {
    both.way.cut = cut;
    assert.equal(((await correct()) as SettlementFailure).reason, 'peer-unreachable');
  }
  both.way.cut = undefined;
  const settled = made(await correct());
  assert.deepEqual([settled.answer.verdict, settled.claim.price], ['acknowledged', disputed.answer.price]);
  assert.deepEqual(made(await correct()), settled);
  // The first claim and its answer are what they were, on both sides.
  assert.deepEqual(made(await claim(both)), disputed);
  const rows = await Promise.all(
    [both.reseller, both.seller].map(({ rig }) => rig.store.read((tx) => tx.settlementClaims.page({ limit: 9 }))),
  );
  assert.deepEqual(
    rows.map((each) => each.map(({ id }) => id)),
    [
      ['to korea-power 2026-02', 'to korea-power 2026-02 2'],
      ['from hanbit 2026-02', 'from hanbit 2026-02 2'],
    ],
  );
});

test('who shows another certificate, or none, is not heard, on either side', async () => {
  const both = await pair();
  const reasonOf = async (answer: Promise<object>) => ((await answer) as SettlementFailure).reason;
  assert.equal(await reasonOf(claim(both, certificates.stranger)), 'peer-unreachable');
  const { certificate } = certificates.stranger;
  assert.equal(await reasonOf(claim(both, certificates.reseller, certificate)), 'peer-unreachable');
  assert.equal(both.heard, 0);
  assert.equal(made(await claim(both)).answer.verdict, 'acknowledged');
  assert.equal(both.heard, 1);
});

test('what is no claim posted to the right place is refused by its status', async () => {
  const { doorPort } = await pair();
  const { certificate: cert, key } = certificates.reseller;
  const status = (method: string, path: string, headers = {}) =>
    new Promise((resolve) => {
      const tls = { cert, key, ca: certificates.seller.certificate, checkServerIdentity: () => undefined };
      const sent = request({ ...tls, host: ADDRESS, port: doorPort, method, path, headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      sent.on('error', () => resolve('broken'));
      sent.end();
    });
  assert.equal(await status('GET', SETTLEMENT_PATH), 405);
  assert.equal(await status('POST', '/'), 404);
  assert.equal(await status('POST', SETTLEMENT_PATH, { 'content-length': 2 ** 30 }), 413);
  assert.equal(await status('POST', SETTLEMENT_PATH), 200);
});
