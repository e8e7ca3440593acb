import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { parseSip, printSip, type SipResponse } from './message.ts';
import { Registration, type RegistrationPorts } from './registration.ts';

type Header = readonly [string, string];
interface Asked {
  readonly start: string;
  readonly headers: ReadonlyMap<string, string>;
}

/** A registration whose registrar answers in turn, and whose time is turned by hand. */
function registering(...answers: (readonly [number, ...Header[]] | undefined)[]) {
  const asked: Asked[] = [];
  const heard: string[] = [];
  const alarms: { readonly ms: number; readonly work: () => void }[] = [];
  let drawn = 0;
  const ports: RegistrationPorts = {
    request: (start, headers, _to, answered) => {
      asked.push({ start, headers: new Map(headers) });
      const answer = answers.shift();
      if (answer === undefined) return answered(undefined);
      const [status, ...more] = answer;
      const own = headers.filter(([name]) => ['From', 'To', 'Call-ID', 'CSeq'].includes(name));
      const bytes = printSip(`SIP/2.0 ${status} X`, [['Via', 'SIP/2.0/UDP 127.0.0.1'], ...own, ...more]);
      answered(parseSip(bytes) as SipResponse);
    },
    digest: (algorithm, text) =>
      createHash(algorithm === 'MD5' ? 'md5' : 'sha256')
        .update(text)
        .digest('hex'),
    later: (ms, work) => {
      const alarm = { ms, work };
      alarms.push(alarm);
      return () => void alarms.splice(alarms.indexOf(alarm), 1);
    },
    draw: (digits) => String(++drawn).padStart(digits, '0'),
    hear: (level, sentence) => void heard.push(`${level}: ${sentence}`),
  };
  const registration = new Registration(
    {
      ...{ at: { address: '192.0.2.1', port: 5060 }, domain: 'sip.example', user: 'utility', password: 'secret' },
      contact: { address: '127.0.0.1', port: 5060 },
    },
    ports,
  );
  const ring = () => alarms.shift()?.work();
  return { registration, asked, heard, alarms, ring };
}

const CHALLENGE: Header = [
  'WWW-Authenticate',
  'Digest realm="a, \\"b\\"", nonce="n1", qop="auth-int,auth", opaque="o"',
];
const GRANTED: readonly [number, ...Header[]] = [200, ['Contact', '<sip:utility@127.0.0.1:5060>;expires=120']];
const proofOf = (asked: Asked | undefined, name = 'Authorization') => asked?.headers.get(name) ?? '';

test('the password is proved when it is asked for, never told, and what is granted is renewed before it ends', () => {
  const { registration, asked, alarms, heard, ring } = registering([401, CHALLENGE], GRANTED, GRANTED);
  registration.start();
  assert.equal(registration.isRegistered, true);
  assert.deepEqual(
    asked.map(({ start, headers }) => [start, headers.get('CSeq'), headers.get('Expires')]),
    [
      ['REGISTER sip:sip.example SIP/2.0', '1 REGISTER', '3600'],
      ['REGISTER sip:sip.example SIP/2.0', '2 REGISTER', '3600'],
    ],
  );
  assert.equal(new Set(asked.map(({ headers }) => headers.get('Call-ID'))).size, 1);
  const proof = proofOf(asked[1]);
  const md5 = (text: string) => createHash('md5').update(text).digest('hex');
  const [secret, what] = [md5('utility:a, \\"b\\":secret'), md5('REGISTER:sip:sip.example')];
  const [, cnonce = ''] = /cnonce="(\w+)"/.exec(proof) ?? [];
  assert.ok(proof.includes(`response="${md5(`${secret}:n1:00000001:${cnonce}:auth:${what}`)}"`), proof);
  assert.match(proof, /opaque="o".*qop=auth, nc=00000001/);
  assert.ok(!JSON.stringify([...asked.map(({ headers }) => [...headers]), heard]).includes('secret'));
  assert.deepEqual(
    alarms.map(({ ms }) => ms),
    [60_000],
  );
  ring();
  assert.equal(asked.length, 3);
  assert.deepEqual(heard, ['info: Calls come from sip.example: it has this telephone.']);
});

test('a better digest is taken where it is named first, one that nobody knows is passed over, and a proxy is answered too', () => {
  const better = registering(
    [401, ['WWW-Authenticate', 'Digest realm="r", nonce="n", algorithm=SHA-256, qop="auth"'], CHALLENGE],
    GRANTED,
  );
  better.registration.start();
  assert.match(proofOf(better.asked[1]), /response="[0-9a-f]{64}".*algorithm=SHA-256/);
  const unknown = registering(
    [401, ['WWW-Authenticate', 'Digest realm="r", nonce="n", algorithm=SHA-1'], CHALLENGE],
    GRANTED,
  );
  unknown.registration.start();
  assert.match(proofOf(unknown.asked[1]), /response="[0-9a-f]{32}"/);
  const proxy = registering([407, ['Proxy-Authenticate', 'Digest realm="r", nonce="n"']], GRANTED);
  proxy.registration.start();
  const proof = proofOf(proxy.asked[1], 'Proxy-Authorization');
  assert.match(proof, /response="[0-9a-f]{32}"/);
  assert.ok(!proof.includes('qop'));
});

test('a password that is refused is told once, and tried again later and later; one that came too late is tried at once', () => {
  const { registration, asked, alarms, heard, ring } = registering(
    [401, CHALLENGE],
    [401, CHALLENGE],
    [403],
    undefined,
    GRANTED,
  );
  registration.start();
  assert.deepEqual([asked.length, registration.isRegistered], [2, false]);
  assert.match(
    heard[0] ?? '',
    /^warn: No calls come from sip\.example, because it answered with 401: see to its address/,
  );
  ring();
  ring();
  assert.deepEqual(
    alarms.map(({ ms }) => ms),
    [120_000],
  );
  ring();
  assert.deepEqual([heard.length, registration.isRegistered], [2, true]);
  const late = ['WWW-Authenticate', 'Digest realm="r", nonce="n2", stale=TRUE'] as const;
  const stale = registering([401, CHALLENGE], [401, late], GRANTED);
  stale.registration.start();
  assert.equal(stale.registration.isRegistered, true);
  assert.match(proofOf(stale.asked[2]), /nonce="n2"/);
  const endless = registering(...Array.from({ length: 9 }, () => [401, late] as const));
  endless.registration.start();
  assert.deepEqual([endless.asked.length, endless.registration.isRegistered], [3, false]);
});

test('a longer time is taken where the registrar wants one, and what is registered is taken back at the end', async () => {
  const { registration, asked } = registering([423, ['Min-Expires', '7200']], [200, ['Expires', '7200']], [200]);
  registration.start();
  assert.equal(asked[1]?.headers.get('Expires'), '7200');
  await registration.stop();
  assert.equal(asked[2]?.headers.get('Expires'), '0');
  assert.equal(registration.isRegistered, false);
  const same = registering([423, ['Min-Expires', '60']]);
  same.registration.start();
  assert.equal(same.registration.isRegistered, false);
});
