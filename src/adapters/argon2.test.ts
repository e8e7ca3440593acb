import assert from 'node:assert/strict';
import { argon2Sync } from 'node:crypto';
import { test } from 'node:test';
import { Argon2 } from './argon2.ts';

test('a password is known again, and nothing next to it is', async () => {
  const passwords = new Argon2();
  const hash = await passwords.hash('correct horse battery');
  assert.ok(typeof hash === 'string');
  assert.match(hash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  assert.equal(await passwords.verify('correct horse battery', hash), true);
  for (const other of ['', 'correct horse batter', 'correct horse battery ', 'Correct horse battery']) {
    assert.equal(await passwords.verify(other, hash), false, other);
  }
  assert.notEqual(await passwords.hash('correct horse battery'), hash, 'each has a salt of its own');
});

/** Argon2id with 32 KiB, 3 passes, 4 lanes, a secret and associated data: RFC 9106 §5.3. */
test('what computes it agrees with the vector of the standard', () => {
  const bytes = (count: number, value: number) => Buffer.alloc(count, value);
  const tag = argon2Sync('argon2id', {
    ...{ message: bytes(32, 1), nonce: bytes(16, 2), secret: bytes(8, 3), associatedData: bytes(12, 4) },
    ...{ parallelism: 4, tagLength: 32, memory: 32, passes: 3 },
  });
  assert.equal(tag.toString('hex'), '0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659');
});

test('of many at once some wait and the rest are told to come again, and then all are served', async () => {
  const passwords = new Argon2({ waitingMax: 3 });
  const all = await Promise.all(Array.from({ length: 9 }, () => passwords.hash('a password')));
  const refused = all.filter((answer) => typeof answer !== 'string');
  assert.equal(refused.length, 9 - 2 - 3);
  for (const answer of refused) assert.deepEqual(Object.keys(answer), ['reason', 'sentence']);
  assert.equal(typeof (await passwords.hash('a password')), 'string');
});

test('a stored text that this program did not write is refused, and makes it do no work', async () => {
  const passwords = new Argon2();
  const hash = String(await passwords.hash('a password'));
  for (const text of [
    '',
    'plain',
    hash.replace('m=19456', 'm=4194304'),
    hash.replace('t=2', 't=9'),
    hash.slice(0, -4),
  ]) {
    await assert.rejects(passwords.verify('a password', text), /a stored password is none/, text);
  }
});
