import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { freePort } from '../../../src/adapters/free-port.testing.ts';
import { openSipTelephone } from '../../../src/cli/sip-telephone.ts';
import type { CallDesk } from '../../../src/phone/index.ts';

const skip = spawnSync('sipp', ['-v']).error === undefined ? false : 'needs the Debian package sip-tester';
const USER = 'utility';
const PASSWORD = 'a secret of the trunk';

const answer = (status: string, ...headers: readonly string[]): string => `<send><![CDATA[
SIP/2.0 ${status}
[last_Via:]
[last_From:]
[last_To:];tag=[pid]SIPpTag[call_number]
[last_Call-ID:]
[last_CSeq:]
${headers.map((header) => `${header}\n`).join('')}Content-Length: 0

]]></send>`;
const CHALLENGE =
  'WWW-Authenticate: Digest realm="trunk", nonce="47364c23432d2e131a5fb210812c", algorithm=MD5, qop="auth"';

/** A registrar of sipp, a foreign one, that knows one user: it challenges, verifies, grants, and hears of the end. */
const SCENARIO = `<?xml version="1.0" encoding="ISO-8859-1" ?><scenario name="registrar">
<recv request="REGISTER"/>
${answer('401 Unauthorized', CHALLENGE)}
<recv request="REGISTER"><action>
<verifyauth assign_to="right" username="${USER}" password="${PASSWORD}"/>
</action></recv>
<nop next="1" test="right"/>
${answer('403 Forbidden')}
<nop next="2"/>
<label id="1"/>
${answer('200 OK', '[last_Contact:];expires=600')}
<recv request="REGISTER"/>
${answer('200 OK')}
<label id="2"/>
<Reference variables="right"/>
</scenario>`;

async function registering(t: TestContext, password: string) {
  const folder = mkdtempSync(join(tmpdir(), 'wattpurse-registrar-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'registrar.xml'), SCENARIO);
  const port = await freePort();
  const args = ['-sf', 'registrar.xml', '-m', '1', '-i', '127.0.0.1', '-p', String(port), '-nostdin', '-timeout', '30'];
  const sipp = spawn('sipp', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  sipp.stderr.on('data', (text) => {
    said += text;
  });
  const ended = once(sipp, 'exit');
  t.after(() => sipp.kill());
  const heard: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const hear = (sentence: string) => {
    heard.push(sentence);
    resolve();
  };
  // Nobody calls it.
  const desk = {} as CallDesk;
  const telephone = await openSipTelephone(desk, {
    ...{
      address: '127.0.0.1',
      port: 0,
      peers: ['192.0.2.7'],
      folder: join(folder, 'speech'),
      warn: hear,
      inform: hear,
    },
    registrar: { at: { address: '127.0.0.1', port }, domain: 'trunk.example', user: USER, password },
  });
  await promise;
  await telephone.close();
  const [code] = await ended;
  return { heard, code, said };
}

test('a foreign registrar takes the proof of the password, and hears when this side goes', { skip }, async (t) => {
  const { heard, code, said } = await registering(t, PASSWORD);
  assert.deepEqual(heard, ['Calls come from trunk.example: it has this telephone.']);
  assert.equal(code, 0, said);
});

test('a foreign registrar refuses the proof of another password, and that is told once', { skip }, async (t) => {
  const { heard, code, said } = await registering(t, `${PASSWORD}.`);
  assert.equal(heard.length, 1);
  assert.match(heard[0] ?? '', /^No calls come from trunk\.example, because it answered with 403: see to its address/);
  assert.equal(code, 0, said);
});
