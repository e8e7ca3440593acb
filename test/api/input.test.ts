import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { MemoryStore } from '../../src/host/index.ts';
import { STORES } from '../contract/stores.testing.ts';
import { KIMS_METER, NOBODY, type Visitor, World } from './world.ts';

let world: World;
let operator: Visitor;
before(async () => {
  world = await World.open(new MemoryStore());
  operator = await world.as('operator');
});
after(() => world.close());

/** What people have tried to put where a name belongs. */
const NAMES = [
  "Robert'); DROP TABLE subscribers;--",
  '" OR 1=1 --',
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '{{7*7}}<%= 7*7 %>',
  '../../etc/passwd',
  '%00%0d%0aset-cookie: a=b',
  '김철수 😀 Ü',
];

for (const { name, skip, open } of STORES) {
  test(`${name}: SQL and HTML in a name are a name, and come back as they were written`, { skip }, async () => {
    const { store, clean } = await open();
    const own = await World.open(store);
    try {
      const visitor = await own.as('operator');
      for (const [i, text] of NAMES.entries()) {
        const added = await own.ask(visitor, 'POST', '/api/v1/subscribers', { id: text, name: text, contact: text });
        assert.equal(added.status, 201, added.text);
        const read = await own.ask(visitor, 'GET', `/api/v1/subscribers/${encodeURIComponent(text)}`);
        assert.deepEqual(read.json, { id: text, name: text, contact: text });
        assert.match(String(read.headers['content-type']), /^application\/json/);
        assert.equal(read.headers['x-content-type-options'], 'nosniff');
        const tariff = { definition: { unitCharge: '100', bands: [], otherwise: 100 } };
        const url = `/api/v1/tariffs/${encodeURIComponent(text)}`;
        assert.equal((await own.ask(visitor, 'PUT', url, tariff)).status, 200);
        const meter = { number: `00000${5 + i}`.slice(-6), subscriber: text, localUnit: 1, modemAddress: 100 + i };
        const enrolled = await own.ask(visitor, 'POST', '/api/v1/meters', { ...meter, suite: 'aes128', tariff: text });
        assert.equal(enrolled.status, 201, enrolled.text);
        const found = await own.ask(visitor, 'GET', `/api/v1/meters?subscriber=${encodeURIComponent(text)}`);
        assert.equal((found.json.items as unknown as unknown[]).length, 1);
      }
      const all = await own.ask(visitor, 'GET', '/api/v1/subscribers?limit=200');
      assert.equal((all.json.items as unknown as unknown[]).length, 2 + NAMES.length, 'no table is gone');
    } finally {
      await own.close();
      clean();
    }
  });

  test(`${name}: an id that no database takes is refused before one is asked`, { skip }, async () => {
    const { store, clean } = await open();
    const own = await World.open(store);
    try {
      const visitor = await own.as('operator');
      const manager = await own.as('system-manager');
      for (const bad of ['%00', 'a%00b', '%0a', '%7f', '%1b%5b2J']) {
        for (const [who, url] of [
          [visitor, `/api/v1/subscribers/${bad}`],
          [visitor, `/api/v1/orders/${bad}`],
          [visitor, `/api/v1/meters?subscriber=${bad}`],
          [manager, `/api/v1/people/${bad}`],
          [manager, `/api/v1/approvals/${bad}`],
        ] as const) {
          const { status, json } = await own.ask(who, 'GET', url);
          assert.deepEqual([status, String(json.code)], [400, 'input-wrong'], url);
        }
      }
      for (const bad of ['\u0000', 'a\u0000', '\n', '\ud800']) {
        const { status } = await own.ask(visitor, 'POST', '/api/v1/subscribers', { id: bad, name: bad });
        assert.ok(status === 400 || status === 422, JSON.stringify(bad));
        const logIn = await own.ask(NOBODY, 'POST', '/api/v1/session', { login: bad, password: bad });
        assert.ok(logIn.status === 400 || logIn.status === 401, JSON.stringify(bad));
      }
      assert.equal((await own.ask(visitor, 'GET', '/api/v1/subscribers/%ud800')).status, 400);
    } finally {
      await own.close();
      clean();
    }
  });
}

/** Bodies of a sale that are none, and where they are said to be wrong. */
const WRONG_SALES: readonly (readonly [unknown, RegExp])[] = [
  [{}, /body is wrong/],
  [[], /body is wrong/],
  ['"text"', /body is wrong/],
  ['null', /body is wrong/],
  [{ meter: KIMS_METER, paid: 500 }, /body is wrong at \/paid/],
  [{ meter: KIMS_METER, paid: '5.5' }, /at \/paid/],
  [{ meter: KIMS_METER, paid: '-5' }, /at \/paid/],
  [{ meter: KIMS_METER, paid: '05' }, /at \/paid/],
  [{ meter: KIMS_METER, paid: '1e3' }, /at \/paid/],
  [{ meter: KIMS_METER, paid: '١٢' }, /at \/paid/],
  [{ meter: KIMS_METER, paid: ['5'] }, /at \/paid/],
  [{ meter: 3, paid: '5' }, /at \/meter/],
  [{ meter: '3', paid: '5' }, /at \/meter/],
  [{ meter: '00000G', paid: '5' }, /at \/meter/],
  [{ meter: KIMS_METER, paid: '5', method: 'gift' }, /at \/method/],
  [{ meter: KIMS_METER, paid: '5', orderId: 'mine' }, /^The body is wrong at \/orderId: it is not known here\.$/],
  ['{"meter":"000003","paid":"5","__proto__":{"method":"card"}}', /no JSON/],
  ['{"meter":"000003","paid":"5"', /no JSON/],
  ['\u0000', /no JSON/],
];

test('a sale that is none is refused by its place, and what was sent is not said again', async () => {
  for (const [body, where] of WRONG_SALES) {
    const headers = { 'content-type': 'application/json', 'idempotency-key': 'wrong-0001' };
    const { status, json, text } = await world.ask(operator, 'POST', '/api/v1/purchases', body, headers);
    assert.deepEqual([status, String(json.code)], [400, 'input-wrong'], JSON.stringify(body));
    assert.match(String(json.detail), where, JSON.stringify(body));
    assert.ok(!text.includes('gift') && !text.includes('mine'));
  }
  for (const amount of ['0', '4294967296', '9999999999999999999']) {
    const sale = { meter: KIMS_METER, paid: amount };
    const { status, json } = await world.ask(operator, 'POST', '/api/v1/purchases', sale, {
      'idempotency-key': 'wrong-0002',
    });
    assert.deepEqual([status, String(json.code)], [422, 'amount-wrong'], amount);
  }
  assert.equal((await world.host.books()).issued, 0n);
});

test('every refusal is problem+json with a stable code, one sentence and the id of the request', async () => {
  const odd = { 'content-type': 'application/xml' };
  const answers = [
    await world.ask(NOBODY, 'GET', '/api/v1/meters'),
    await world.ask(NOBODY, 'GET', '/api/v1/nowhere'),
    await world.ask(NOBODY, 'GET', '/api/v1/%'),
    await world.ask(NOBODY, 'DELETE', '/health'),
    await world.ask(operator, 'GET', '/api/v1/meters/000003?limit=3'),
    await world.ask(operator, 'GET', '/api/v1/meters?limit=0'),
    await world.ask(operator, 'GET', '/api/v1/meters?limit=1&limit=2'),
    await world.ask(operator, 'GET', '/api/v1/meters/3'),
    await world.ask(operator, 'GET', '/api/v1/meters/000009'),
    await world.ask(operator, 'POST', '/api/v1/purchases', '<sale/>', odd),
    await world.ask(operator, 'POST', '/api/v1/subscribers', '', { 'content-type': 'application/json' }),
    await world.ask(operator, 'POST', '/api/v1/subscribers', { id: 'big', name: 'x'.repeat(70_000) }),
    await world.ask(operator, 'GET', '/api/v1/meters/000003/use?by=day&from=2026-01-01T00:00:00Z&to=yesterday'),
    await world.ask(operator, 'GET', '/api/v1/lines/1/check-minutes?from=2026-01-01T00:00:00Z&to=2026-01-09T00:00:00Z'),
  ];
  const codes = ['log-in-needed', 'not-found', 'input-wrong', 'not-found', 'input-wrong', 'input-wrong', 'input-wrong'];
  codes.push(
    'input-wrong',
    'meter-unknown',
    'content-type-wrong',
    'input-wrong',
    'body-too-large',
    'input-wrong',
    'range-wrong',
  );
  assert.deepEqual(
    answers.map(({ json }) => String(json?.code)),
    codes,
  );
  for (const { status, headers, json, text } of answers) {
    assert.match(String(headers['content-type']), /^application\/problem\+json/, text);
    const { particulars: _, ...always } = json;
    assert.deepEqual(Object.keys(always).sort(), ['code', 'detail', 'request', 'status', 'title', 'type']);
    assert.equal(Number(json.status), status);
    assert.equal(String(json.type), `urn:wattpurse:problem:${json.code}`);
    assert.match(String(json.detail), /^[A-Z].*\.$/);
    assert.equal(String(json.request), headers['request-id']);
  }
});

test('what the sentence of a refusal names stands beside it, in the forms of all routes', async () => {
  const wide = '/api/v1/meters/000003/statement?from=2026-01-01&to=2026-12-31';
  const sale = { meter: KIMS_METER, paid: '0' };
  const terms = { tariff: 'bulk', technicalBasisPoints: 0, interestBasisPoints: 0 };
  for (const [answer, named] of [
    [await world.ask(operator, 'GET', '/api/v1/meters?limit=0'), { field: '/limit', least: 1 }],
    [await world.ask(operator, 'GET', '/api/v1/meters?limit=900'), { field: '/limit', most: 200 }],
    [await world.ask(operator, 'GET', '/api/v1/meters/3'), { field: '/meter' }],
    [await world.ask(operator, 'GET', '/api/v1/meters/000009'), { about: '000009' }],
    [await world.ask(operator, 'GET', '/api/v1/meters/000003?limit=3'), { unknown: '/limit' }],
    [await world.ask(operator, 'POST', '/api/v1/subscribers', {}), { missing: ['/id', '/name'] }],
    [
      await world.ask(operator, 'POST', '/api/v1/purchases', sale, { 'idempotency-key': 'named-0001' }),
      { leastSum: '1', mostSum: '4294967295' },
    ],
    [await world.ask(operator, 'GET', wide), { daysMax: 100 }],
    [
      await world.ask(operator, 'POST', '/api/v1/periods', { month: '2099-03', terms }),
      { month: '2099-03', from: '2099-03-31T22:00:00.000Z' },
    ],
    [await world.ask(NOBODY, 'GET', '/api/v1/meters'), undefined],
  ] as const) {
    assert.deepEqual(answer.json.particulars, named, answer.text);
  }
});

test('with every answer goes what keeps a browser from doing more with it than reading', async () => {
  for (const answer of [
    await world.ask(operator, 'GET', '/api/v1/meters'),
    await world.ask(NOBODY, 'GET', '/api/v1/meters'),
    await world.ask(NOBODY, 'GET', '/nowhere'),
  ]) {
    const { headers } = answer;
    assert.equal(headers['cache-control'], 'no-store');
    assert.equal(headers['content-security-policy'], "default-src 'none'; frame-ancestors 'none'");
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['access-control-allow-origin'], undefined);
    assert.equal(headers.server, undefined);
    assert.equal(headers['x-powered-by'], undefined);
  }
});

test('who asks too often is told to wait, and logging in is rarer than reading', async () => {
  const slow = await World.open(new MemoryStore(), { requestsPerMinute: 5, logInsPerMinute: 2 });
  try {
    const logIns = [];
    for (let i = 0; i < 3; i++) {
      logIns.push(await slow.ask(NOBODY, 'POST', '/api/v1/session', { login: `nobody${i}`, password: 'x' }));
    }
    assert.deepEqual(
      logIns.map(({ status }) => status),
      [401, 401, 429],
    );
    assert.equal(String(logIns[2]?.json.code), 'too-many-requests');
    const seconds = Number(logIns[2]?.headers['retry-after']);
    assert.ok(seconds > 0);
    assert.deepEqual(logIns[2]?.json.particulars, { waitMs: seconds * 1_000 });
    const reads = [];
    for (let i = 0; i < 7; i++) reads.push((await slow.ask(NOBODY, 'GET', '/api/v1/meters')).status);
    assert.deepEqual(new Set(reads.slice(0, 4)), new Set([401]));
    assert.equal(reads.at(-1), 429);
    assert.equal((await slow.ask(NOBODY, 'GET', '/health')).status, 200, 'who watches the process is not counted');
  } finally {
    await slow.close();
  }
});

test('behind a proxy that speaks TLS the cookie is bound to the host, and only the proxy is believed', async () => {
  const behind = await World.open(new MemoryStore(), { proxy: '127.0.0.1' });
  const elsewhere = await World.open(new MemoryStore(), { proxy: '10.0.0.7' });
  try {
    const body = { login: 'cashier', password: 'a good long password 1' };
    const forwarded = { 'x-forwarded-proto': 'https', 'x-forwarded-for': '203.0.113.9' };
    const answer = await behind.ask(NOBODY, 'POST', '/api/v1/session', body, forwarded);
    const [cookie = ''] = String(answer.headers['set-cookie']).split(';');
    assert.match(cookie, /^__Host-wattpurse=/);
    assert.ok(behind.lines.some((line) => line.includes('"from":"203.0.113.9"')));
    assert.equal(
      (await behind.ask({ headers: { cookie } }, 'GET', '/api/v1/session', undefined, forwarded)).status,
      200,
    );
    const claimed = await elsewhere.ask(NOBODY, 'POST', '/api/v1/session', body, forwarded);
    assert.match(String(claimed.headers['set-cookie']), /^wattpurse=/);
    assert.ok(!elsewhere.lines.some((line) => line.includes('203.0.113.9')));
  } finally {
    await behind.close();
    await elsewhere.close();
  }
});
