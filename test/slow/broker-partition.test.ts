import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { natsMissing } from '../../src/adapters/nats.testing.ts';
import { postgresMissing } from '../../src/storage/postgres.testing.ts';

const notRoot = process.getuid?.() !== 0 && 'Network namespaces are root’s: run the tests as root.';

test('a broker of three servers is cut apart and loses its quorum, and what is sold arrives once', {
  skip: natsMissing || postgresMissing || notRoot,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'wattpurse-partition-'));
  try {
    const program = join(import.meta.dirname, '../../src/cli/broker-partition.testing.ts');
    const alone = spawn('unshare', ['--net', '--mount', process.execPath, program, folder], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [alone.stdout, alone.stderr]) stream.on('data', (text) => (said += String(text)));
    const [code] = await once(alone, 'close');
    assert.equal(code, 0, said);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
