import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { Compile } from 'typebox/compile';
import { AcquirerSimulator, testCards } from '../adapters/acquirer-simulator.ts';
import { freePort } from '../adapters/free-port.testing.ts';
import { drawSigningKey, parseReceiptKeys } from '../adapters/receipt-jose.ts';
import { StripeSimulator } from '../adapters/stripe-simulator.ts';
import { parseSignedReceipt, verifyReceipt } from '../host/index.ts';
import { CONFIGURATION_SCHEMA, hostWordsOf, parseConfiguration, readConfiguration } from './host-configuration.ts';
import { parseHostOptions } from './host-options.ts';
import { env, oneTimePassword, Running } from './running.testing.ts';
import { WrongUse } from './usage.ts';

const scratch = mkdtempSync(join(tmpdir(), 'wattpurse-configured-'));
after(() => rmSync(scratch, { recursive: true }));

const ACQUIRER = {
  ...{ type: 'acquirer', host: '127.0.0.1', port: 8583 },
  ...{ institution: '4711', terminal: 'T1', merchant: 'M1' },
};
const SLOTS = {
  ...{ port: 'cards', identification: 'SLOT0001', country: 410 },
  applications: [{ aid: 'f05741545450415931', partial: false, version: 1, denial: '0010000000' }],
};
const YEAR = { everyDays: 365 };
const IDENTITY = { issuer: 'https://id.example', clientId: 'wattpurse', callbackUrl: 'https://utility.example/back' };

test('a configuration that is none is refused by its place, in one sentence without a secret', () => {
  const wrong: [unknown, RegExp][] = [
    ['{', /is no JSON/],
    [[], /wrong at the file itself/],
    [{ colour: 'red' }, /wrong at \/colour: it is not known here\.$/],
    [{ payments: { cards: { ...ACQUIRER, port: 0 } } }, /\/payments\/cards/],
    [{ payments: { 'Two Words': ACQUIRER } }, /payments/],
    [{ payments: { cards: { type: 'gold' } } }, /\/payments\/cards/],
    [{ payments: { online: { type: 'stripe', secretKey: 'told' } } }, /\/payments\/online/],
    [{ identity: { ...IDENTITY, issuer: 'http://id.example' } }, /\/identity\/issuer/],
    [{ identity: { ...IDENTITY, clientSecret: 'told' } }, /\/identity/],
    [{ receiptKeyFile: 'key.json' }, /receipts and no utility/],
    [{ slots: SLOTS }, /\/slots\/port: name an acquirer/],
    [{ slots: { ...SLOTS, port: 'online' }, payments: { cards: ACQUIRER } }, /\/slots\/port: name an acquirer/],
    [{ slots: { ...SLOTS, applications: [] }, payments: { cards: ACQUIRER } }, /\/slots\/applications/],
    [{ slots: { ...SLOTS, identification: 'S' }, payments: { cards: ACQUIRER } }, /\/slots\/identification/],
    [{ rotation: { value: { everyDays: 7 } } }, /\/rotation\/value\/everyDays/],
    [{ rotation: { maintenance: YEAR } }, /\/rotation\/maintenance: it is not known/],
    [{ rotation: { monitoring: { ...YEAR, raiseAfterDays: 9 } } }, /\/rotation\/monitoring\/raiseAfterDays/],
    [{ rotation: { control: { ...YEAR, raiseAfterDays: 365 } } }, /raiseAfterDays: the older key has to end before/],
    [{ rotation: { value: { ...YEAR, hours: { from: 0, to: 24 } } } }, /\/hours: they begin and end at once/],
    [{ rotation: { value: { ...YEAR, hours: { from: 24, to: 3 } } } }, /\/rotation\/value\/hours\/from/],
    [{ cardPipes: { power: { url: 'http://power.example', keyFile: 'key' } } }, /\/cardPipes\/power/],
    [{ cardPipes: { power: { url: 'https://power.example', key: 'told' } } }, /\/cardPipes\/power/],
  ];
  for (const [value, sentence] of wrong) {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    const said = (error: unknown) =>
      error instanceof WrongUse && sentence.test(error.message) && !/\n|told/.test(error.message);
    assert.throws(() => parseConfiguration(text, 'host.conf'), said, text);
  }
  const cardPipes = { power: { url: 'https://power.example', keyFile: 'key', certificateFile: 'power.pem' } };
  for (const value of [
    {},
    { payments: {} },
    { slots: SLOTS, payments: { cards: ACQUIRER } },
    { cardPipes },
    { identity: { ...IDENTITY, issuer: 'http://127.0.0.1:9' } },
    { rotation: { value: { ...YEAR, hours: { from: 22, to: 4 }, raiseAfterDays: 30 }, monitoring: YEAR } },
  ]) {
    assert.deepEqual(parseConfiguration(JSON.stringify(value), 'host.conf'), value);
  }
});

test('the options of a host may stand in its configuration, and those of the command line count before them', () => {
  const path = join(scratch, 'started.json');
  const webhookInside = ['10.1.2.3', '10.2.0.0/24'];
  const host = { data: 'books', listen: '127.0.0.1:9', zone: 'Asia/Seoul', webhookInside, areaUnits: '127.0.0.1:10' };
  writeFileSync(path, JSON.stringify({ $schema: './configuration.schema.json', host }));
  const options = parseHostOptions(['--configuration', path]);
  const { data, listen, zone, areaUnits } = options;
  assert.deepEqual(
    { data, listen, zone, areaUnits, webhookInside: options.webhookInside },
    {
      ...{ data: join(scratch, 'books'), listen: { host: '127.0.0.1', port: 9 }, zone: 'Asia/Seoul' },
      ...{ areaUnits: { host: '127.0.0.1', port: 10 }, webhookInside },
    },
  );
  const given = parseHostOptions(['--configuration', path, '--data', 'other', '--listen', '127.0.0.1:11']);
  assert.deepEqual([given.data, given.listen.port, given.zone], ['other', 11, 'Asia/Seoul']);
  writeFileSync(join(scratch, 'broker.credentials'), 'host\nsecret\n');
  const broker = { broker: '127.0.0.1:4222', brokerCredentials: 'broker.credentials', metersMax: 700 };
  writeFileSync(path, JSON.stringify({ host: { data: 'books', ...broker } }));
  const brokered = parseHostOptions(['--configuration', path]);
  assert.deepEqual(
    [brokered.metersMax, brokered.broker?.servers, brokered.broker?.credentials],
    [700, [{ host: '127.0.0.1', port: 4222 }], { user: 'host', password: 'secret' }],
  );
  writeFileSync(path, JSON.stringify({ host: { listen: 'here' } }));
  assert.throws(() => parseHostOptions(['--configuration', path, '--data', 'other']), /--listen must be an address/);
  writeFileSync(path, JSON.stringify({ host: { listen: '127.0.0.1:9' } }));
  assert.throws(() => parseHostOptions(['--configuration', path]), /host needs --data/);
});

test('a secret stands in a file, or in a variable of the environment that the configuration names', () => {
  const path = join(scratch, 'secrets.json');
  writeFileSync(path, '{}');
  writeFileSync(join(scratch, 'a.secret'), ' of a file\n');
  const { secret } = readConfiguration(path);
  assert.equal(secret('a.secret'), 'of a file');
  process.env.WATTPURSE_TEST_SECRET = ' of the environment\n';
  assert.equal(secret('env:WATTPURSE_TEST_SECRET'), 'of the environment');
  delete process.env.WATTPURSE_TEST_SECRET;
  assert.throws(() => secret('env:WATTPURSE_TEST_SECRET'), /takes a secret from WATTPURSE_TEST_SECRET, which is empty/);
});

test('the schema that is published is the one by which a configuration is read', () => {
  const reference = join(import.meta.dirname, '../../docs/reference');
  const published = JSON.parse(readFileSync(join(reference, 'configuration.schema.json'), 'utf8'));
  assert.deepEqual(published, JSON.parse(JSON.stringify(CONFIGURATION_SCHEMA)), 'npm run schema writes it anew');
  const page = readFileSync(join(reference, 'configuration.md'), 'utf8');
  const examples = [...page.matchAll(/```json\n([\s\S]+?)```/g)].map(([, text]) => text ?? '');
  assert.ok(examples.length >= 2);
  const check = Compile(published);
  for (const example of examples) {
    assert.ok(check.Check(JSON.parse(example)), example);
    assert.ok(!check.Check({ ...JSON.parse(example), colour: 'red' }));
    assert.deepEqual(parseConfiguration(example, 'example'), JSON.parse(example));
  }
  assert.deepEqual(hostWordsOf({}, 'x'), {});
});

/** Runs a host until it ends by itself. */
const ended = (name: string, configuration: object | string) => {
  const path = join(scratch, `${name}.json`);
  writeFileSync(path, typeof configuration === 'string' ? configuration : JSON.stringify(configuration));
  const args = ['host', '--data', join(scratch, name), '--configuration', path, '--listen', '127.0.0.1:0'];
  return spawnSync(process.execPath, [join(import.meta.dirname, 'main.ts'), ...args], {
    ...{ encoding: 'utf8', env, timeout: 60_000 },
  });
};

test('a configuration that is wrong begins nothing', () => {
  const { status, stdout, stderr } = ended('unbegun', '{');
  assert.deepEqual([status, stdout, stderr.trim().split('\n').length], [2, '', 1], stderr);
  assert.equal(existsSync(join(scratch, 'unbegun')), false);
});

test('what fails behind a partner that was opened ends the start too, and nobody is called again', () => {
  const { status, stderr } = ended('opened', {
    ...{ utility: { name: 'Hanbit Power' }, receiptKeyFile: 'nowhere.jwk' },
    payments: { cards: { ...ACQUIRER, port: 9 } },
  });
  assert.deepEqual([status, stderr.trim().split('\n').length], [2, 1], stderr);
  assert.match(stderr, /secret file .*nowhere\.jwk cannot be read/);
});

test('a secret that is not there ends the start in one sentence', () => {
  const { status, stderr } = ended('lacking', { identity: { ...IDENTITY, clientSecretFile: 'nowhere.txt' } });
  assert.deepEqual([status, stderr.trim().split('\n').length], [2, 1], stderr);
  assert.match(stderr, /secret file .*nowhere\.txt cannot be read/);
});

/** A host as its configuration says, with an operator and a meter. */
async function selling(name: string, configuration: object) {
  const path = join(scratch, `${name}.conf`);
  writeFileSync(path, JSON.stringify(configuration));
  const folder = join(scratch, name);
  const main = join(import.meta.dirname, 'main.ts');
  const made = spawnSync(process.execPath, [main, 'manager', 'boss', '--data', folder], { encoding: 'utf8', env });
  const host = new Running(scratch, ['host', '--data', folder, '--listen', '127.0.0.1:0', '--configuration', path]);
  const own = async (login: string, given: string) => {
    const choice = { old: given, new: 'what a fine password' };
    await host.json('PUT', '/api/v1/session/password', choice, await host.logIn(login, given));
    return host.logIn(login, choice.new);
  };
  try {
    const boss = await own('boss', oneTimePassword(made.stdout));
    const added = await host.json('POST', '/api/v1/people', { login: 'han', name: 'Han', role: 'operator' }, boss);
    const han = await own('han', ((await added.json()) as { oneTimePassword: string }).oneTimePassword);
    await host.json('POST', '/api/v1/subscribers', { id: 'kim', name: 'Kim' }, han);
    const meter = { number: '00002a', subscriber: 'kim', localUnit: 0, modemAddress: 1, suite: 'aes128' };
    assert.equal((await host.json('POST', '/api/v1/meters', meter, han)).status, 201);
    return { host, han };
  } catch (error) {
    await host.stop();
    throw error;
  }
}

test('a host that is told of an acquirer and a key takes cards, and signs what it sells', async () => {
  const cards = testCards(100_000);
  const simulator = new AcquirerSimulator({ cards, lateMs: 1_000, faultOf: () => undefined });
  const port = await simulator.listen(0, '127.0.0.1');
  const { secret, published } = await drawSigningKey('receipts-1');
  writeFileSync(join(scratch, 'receipts.jwk'), secret);
  const { host, han } = await selling('utility', {
    utility: { name: 'Hanbit Power' },
    receiptKeyFile: 'receipts.jwk',
    payments: { cards: { ...ACQUIRER, port } },
  });
  try {
    const [card] = cards;
    assert.ok(card !== undefined);
    const instrument = { type: 'card', pan: card.pan, expiry: '3012' };
    const asked = { meter: '00002a', paid: '500', port: 'cards', instrument };
    const paid = await host.json('POST', '/api/v1/payments', asked, { ...han, 'idempotency-key': 'till-00001' });
    const payment = (await paid.json()) as { state: string; approval: string; order: string };
    assert.deepEqual([paid.status, payment.state], [201, 'approved'], JSON.stringify(payment));
    assert.equal(simulator.books.payments()[0]?.state, 'held', 'it is captured when its value is in the meter');
    const receipts = `/api/v1/purchases/${encodeURIComponent(payment.order)}/receipts`;
    let signed = '';
    while (signed === '') {
      await pause(100);
      const { items } = (await (await host.ask(receipts, { headers: han })).json()) as { items: { signed: string }[] };
      signed = items[0]?.signed ?? '';
    }
    const keys = await parseReceiptKeys(JSON.stringify({ keys: [JSON.parse(published)] }));
    const receipt = parseSignedReceipt(signed);
    assert.ok(!('reason' in keys) && !('reason' in receipt));
    const verified = await verifyReceipt(receipt, keys);
    assert.ok(!('reason' in verified), JSON.stringify(verified));
    assert.ok(JSON.stringify(verified).includes('Hanbit Power'));
    assert.ok(!host.lines.some((line) => line.includes(card.pan)));
  } finally {
    assert.equal(await host.stop(), 0);
    await simulator.close();
  }
});

test('a host that is told of Stripe asks it, and hears from it what became of a payment that was pending', async () => {
  const secrets = { secretKey: 'sk_test', webhookSecret: 'whsec_told' };
  const simulator = new StripeSimulator({ ...secrets, now: Date.now });
  const url = `http://127.0.0.1:${await simulator.listen(0)}`;
  const callbackPort = await freePort();
  writeFileSync(join(scratch, 'stripe.key'), `${secrets.secretKey}\n`);
  writeFileSync(join(scratch, 'stripe.webhook'), `${secrets.webhookSecret}\n`);
  const files = { secretKeyFile: 'stripe.key', webhookSecretFile: 'stripe.webhook' };
  const { host, han } = await selling('stripe', {
    payments: { online: { type: 'stripe', url, ...files, callbackPort } },
  });
  try {
    const instrument = { type: 'token', token: 'cus_1/pm_card_pending' };
    const asked = { meter: '00002a', paid: '500', port: 'online', instrument };
    const paid = await host.json('POST', '/api/v1/payments', asked, { ...han, 'idempotency-key': 'till-00001' });
    const payment = (await paid.json()) as { id: string; state: string };
    assert.deepEqual([paid.status, payment.state], [201, 'pending'], JSON.stringify(payment));
    const [intent] = simulator.intents;
    assert.ok(intent !== undefined);
    simulator.webhookUrl = `http://127.0.0.1:${callbackPort}/`;
    simulator.decide(intent);
    await simulator.told();
    const found = await host.ask(`/api/v1/payments/${payment.id}`, { headers: han });
    assert.equal(((await found.json()) as { state: string }).state, 'approved');
    assert.ok(!host.lines.some((line) => /sk_test|whsec|pm_card/.test(line)));
  } finally {
    assert.equal(await host.stop(), 0);
    await simulator.close();
  }
});
