import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Acquirer } from '../../src/adapters/acquirer.ts';
import { AcquirerSimulator, type SimulatorEvent } from '../../src/adapters/acquirer-simulator.ts';
import { InProcessSlot } from '../../src/adapters/in-process-card.ts';
import { fromHex, toHex } from '../../src/bytes/index.ts';
import { ISSUE, SALE, TERMINAL } from '../../src/card/emv/bench.testing.ts';
import {
  type EmvAuthorisation,
  type EmvEnd,
  EmvIssuer,
  EmvTestCard,
  runEmv,
  type TestCardIssue,
  testIssuerKey,
} from '../../src/card/index.ts';
import { openSqliteStore } from '../../src/storage/index.ts';
import { type Answer, KIMS_METER, LEES_METER, type Visitor, World } from './world.ts';

const TERMS = {
  currency: { code: 'KRW', number: 410, exponent: 0 },
  ...{ taxBasisPoints: 0, fixedChargePerMonth: 0, recoveryPercentMax: 0 },
  fees: {},
};

/** A host with an acquirer behind it, on a disk, and a cashier at a reader. */
class Station {
  readonly world: World;
  readonly simulator: AcquirerSimulator;
  readonly heard: unknown[];
  readonly folder: string;
  readonly cashier: Visitor;
  readonly answers: Answer[] = [];
  #keys = 0;

  private constructor(more: Pick<Station, 'world' | 'simulator' | 'heard' | 'folder' | 'cashier'>) {
    this.world = more.world;
    this.simulator = more.simulator;
    this.heard = more.heard;
    this.folder = more.folder;
    this.cashier = more.cashier;
  }

  static async open(t: TestContext): Promise<Station> {
    const heard: unknown[] = [];
    const cards = [ISSUE.pan, '6799998900000200019'].map((pan) => ({ pan, limit: 100_000, once: 100_000 }));
    const simulator = new AcquirerSimulator(
      { cards, issuer: new EmvIssuer(testIssuerKey()), lateMs: 1_000, faultOf: () => undefined },
      { hear: (event: SimulatorEvent) => heard.push(event) },
    );
    const port = await simulator.listen(0, '127.0.0.1');
    const acquirer = new Acquirer(
      {
        ...{ host: '127.0.0.1', port, institution: '4201', terminal: 'WATT0001' },
        ...{ merchant: 'WATTPURSE SEOUL', zone: 'Asia/Seoul' },
      },
      { hear: (event) => heard.push(event) },
    );
    const folder = mkdtempSync(join(tmpdir(), 'wattpurse-chip-'));
    const world = await World.open(openSqliteStore(folder), {
      ways: [['acquirer', { method: 'card', port: acquirer }]],
    });
    t.after(async () => {
      await world.close();
      await acquirer.close();
      await simulator.close();
      rmSync(folder, { recursive: true });
    });
    const operator = await world.as('operator');
    assert.equal((await world.ask(operator, 'PUT', '/api/v1/terms', TERMS)).status, 200);
    return new Station({ world, simulator, heard, folder, cashier: await world.as('cashier') });
  }

  async ask(path: string, body: object, keyed = false): Promise<Answer> {
    const headers = keyed ? { 'idempotency-key': `station-${++this.#keys}` } : {};
    const answer = await this.world.ask(this.cashier, 'POST', `/api/v1${path}`, body, headers);
    this.answers.push(answer);
    return answer;
  }

  /** A sale at the reader; the card is pulled at a command, if at all. */
  async sell(
    issue: TestCardIssue,
    { pulledAt = Number.POSITIVE_INFINITY, card = new EmvTestCard(issue), paid = 5_000 } = {},
  ) {
    const slot = new InProcessSlot();
    let commands = 0;
    slot.insert({
      atr: card.chip.atr,
      begin: () => {
        const program = card.chip.begin();
        return (command) => {
          if (commands++ === pulledAt) setImmediate(() => slot.pull());
          return program(command);
        };
      },
    });
    const session = await slot.open();
    assert.ok(!('reason' in session));
    let payment: string | undefined;
    const isPulled = () => commands > pulledAt;
    const gone = { reason: 'card-removed', sentence: 'The card was pulled.' } as const;
    const transmit: typeof session.transmit = async (command) => {
      const response = await session.transmit(command);
      return isPulled() ? gone : response;
    };
    const end = await runEmv({ ...session, transmit }, TERMINAL, { ...SALE, amount: paid }, async (read) => {
      const { pan, expiry, sequence, track2, data } = read;
      const chip = { data: toHex(data), ...(sequence !== undefined && { sequence }), ...(track2 && { track2 }) };
      const instrument = { type: 'card', pan, expiry, chip };
      const asked = { meter: KIMS_METER, paid: String(paid), port: 'acquirer', instrument };
      const { json, status, text } = await this.ask('/payments', asked, true);
      assert.equal(status, 201, text);
      payment = String(json.id);
      return authorisationIn(json as unknown as PaymentJson);
    });
    if (payment !== undefined && (end.outcome === 'approved' || end.reverse)) {
      const outcome = end.outcome === 'approved' ? 'approved' : 'declined';
      assert.equal((await this.ask(`/payments/${payment}/chip`, { outcome })).status, 200);
    }
    await this.settle();
    return { end, payment: payment === undefined ? undefined : await this.world.host.payment(payment), commands };
  }

  /** What is due happens: orders go to the meter, money is captured or goes back. */
  async settle(): Promise<void> {
    await this.world.rig.settle();
    for (let n = 0; n < 2; n++) await this.world.host.settlePayments();
  }
}

interface PaymentJson {
  readonly state: string;
  readonly chip?: { readonly code: string; readonly data?: string };
}

function authorisationIn({ state, chip }: PaymentJson): EmvAuthorisation {
  if (chip === undefined) return { type: 'unanswered' };
  const data = chip.data === undefined ? undefined : fromHex(chip.data);
  return { type: state === 'asked' ? 'approved' : 'declined', code: chip.code, data };
}

const stateOf = (payment: object | undefined) => (payment as { state?: string } | undefined)?.state;

for (const issue of [
  ISSUE,
  { ...ISSUE, pan: '6799998900000200019', version: 10, authentication: 'own-command', format: 1 },
] as const satisfies TestCardIssue[]) {
  const kind = `${issue.pan.length} digits, version ${issue.version}`;

  test(`a chip pays at a reader, and the money is captured when the value is in the meter (${kind})`, async (t) => {
    const station = await Station.open(t);
    const { end, payment } = await station.sell(issue);
    assert.deepEqual([end.outcome, stateOf(payment)], ['approved', 'captured']);
    assert.equal(station.simulator.books.payments()[0]?.state, 'captured');
    assert.equal((await station.world.host.books()).stored, 5_000n);
  });

  test(`a card that is pulled at any command buys nothing and costs nothing, or buys once (${kind})`, async (t) => {
    const station = await Station.open(t);
    const card = new EmvTestCard(issue);
    let end: EmvEnd | undefined;
    let asked = 0;
    for (let pulledAt = 0; end?.outcome !== 'approved'; pulledAt++) {
      const sale = await station.sell(issue, { card, pulledAt });
      end = sale.end;
      if (end.outcome === 'approved') break;
      assert.equal(station.simulator.books.usedOf(issue.pan), 0, `command ${pulledAt}`);
      assert.equal((await station.world.host.books()).issued, 0n, `command ${pulledAt}`);
      if (sale.payment !== undefined) asked += 1;
      assert.equal(stateOf(sale.payment), sale.payment && 'reversed');
    }
    assert.ok(asked > 0, 'it was also pulled after its bank was asked');
    assert.equal(station.simulator.books.usedOf(issue.pan), 5_000);
    assert.equal((await station.world.host.books()).stored, 5_000n);
  });

  test(`the number of a card stands in no file, no answer, no log, no audit and no trace (${kind})`, async (t) => {
    const station = await Station.open(t);
    await station.sell(issue);
    await station.sell(issue, { paid: 100_001 });
    const { world } = station;
    // Wrong in its form: even a refusal does not repeat it.
    const broken = { type: 'card', pan: issue.pan, expiry: '2912', chip: { data: 'x', track2: `${issue.pan}=291` } };
    const wrong = await station.ask(
      '/payments',
      { meter: KIMS_METER, paid: '5', port: 'acquirer', instrument: broken },
      true,
    );
    assert.equal(wrong.status, 400);
    const operator = await world.as('operator');
    const read = await Promise.all(
      ['/payments', '/orders', `/meters/${KIMS_METER}/exchanges`].map((path) =>
        world.ask(operator, 'GET', `/api/v1${path}`),
      ),
    );
    const texts = [
      ...[...station.answers, ...read].map(({ text }) => text),
      ...world.lines,
      JSON.stringify([station.heard, station.simulator.books.payments(), await world.people.audit({ limit: 99 })]),
    ];
    assert.ok(texts.some((text) => text.includes(`**** ${issue.pan.slice(-4)}`)));
    const files = readdirSync(station.folder, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
    const bytes = files.map((file) => readFileSync(join(file.parentPath, file.name)));
    assert.ok(
      bytes.some((each) => each.includes(`**** ${issue.pan.slice(-4)}`)),
      'the rows were read',
    );
    // As text, as packed digits, and its first twelve digits.
    for (const secret of [issue.pan, issue.pan.slice(0, 12)]) {
      assert.ok(!texts.some((text) => text.includes(secret)));
      assert.ok(
        !bytes.some((each) => each.includes(secret) || each.includes(Buffer.from(fromHex(secret.slice(0, 12))))),
      );
    }
  });
}

test('a chip that its bank declines buys nothing, and hears it from its bank', async (t) => {
  const station = await Station.open(t);
  const { end, payment } = await station.sell(ISSUE, { paid: 100_001 });
  assert.deepEqual(end.outcome === 'declined' && [end.by, end.reverse], ['bank', false]);
  assert.equal(stateOf(payment), 'declined');
  assert.equal((await station.world.host.books()).issued, 0n);
});

test('the answer of a chip is for those who may pay, of payments that they may see, and in its form', async (t) => {
  const station = await Station.open(t);
  const { world } = station;
  const kim = await world.as('subscriber');
  const instrument = { type: 'card', pan: ISSUE.pan, expiry: '2912', chip: { data: '9f360200' + '01' } };
  const asked = { meter: LEES_METER, paid: '500', port: 'bank', instrument };
  const { json, status, text } = await station.ask('/payments', asked, true);
  assert.equal(status, 201, text);
  assert.deepEqual([json.state, json.chip], ['asked', { code: '00', data: '9102abcd' }]);
  // Told once.
  assert.equal((await world.ask(station.cashier, 'GET', `/api/v1/payments/${json.id}`)).json.chip, undefined);
  const said = (visitor: Visitor, body: object) => world.ask(visitor, 'POST', `/api/v1/payments/${json.id}/chip`, body);
  assert.equal((await said(kim, { outcome: 'approved' })).status, 404);
  assert.equal((await said(await world.as('auditor'), { outcome: 'approved' })).status, 403);
  assert.equal((await said(station.cashier, { outcome: 'perhaps' })).status, 400);
  assert.equal((await said(station.cashier, { outcome: 'approved' })).json.state, 'approved' as never);
  for (const chip of [
    { data: '' },
    { data: '9' },
    { data: '00'.repeat(256) },
    { data: '00', sequence: 100 },
    { data: '00', track2: '1=2' },
  ]) {
    const wrong = await station.ask('/payments', { ...asked, instrument: { ...instrument, chip } }, true);
    assert.deepEqual([wrong.status, wrong.json.code], [400, 'input-wrong' as never], JSON.stringify(chip));
  }
  const entries = (await world.people.audit({ limit: 99 })).map(
    ({ action, detail }) => `${action} ${JSON.stringify(detail)}`,
  );
  assert.ok(
    entries.some((entry) => /^answerByChip .*approved/.test(entry)),
    entries.join('\n'),
  );
});
