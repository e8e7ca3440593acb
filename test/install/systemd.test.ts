import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, test } from 'node:test';
import { parseHostOptions } from '../../src/cli/host-options.ts';

const root = join(import.meta.dirname, '../..');
const scratch = mkdtempSync(join(tmpdir(), 'wattpurse-units-'));
after(() => rmSync(scratch, { recursive: true }));

const UNITS = globSync('install/systemd/*.service', { cwd: root }).sort();
/** In tenths: of 100, which is a service without any bound. */
const EXPOSURE_MAX = 13;
const skip = spawnSync('systemd-analyze', ['--version']).status === 0 ? false : 'needs the Debian package systemd';

const analyze = (...args: string[]) => spawnSync('systemd-analyze', args, { encoding: 'utf8' });

/** A unit as it would be where this checkout is the place that it names. */
function placed(unit: string, change: (text: string) => string = (text) => text): string {
  const folder = mkdtempSync(join(scratch, 'unit-'));
  const path = join(folder, basename(unit));
  writeFileSync(path, change(readFileSync(join(root, unit), 'utf8')).replaceAll('/opt/wattpurse', root));
  return path;
}

test('there is a unit for the host, for area units and for local units', () => {
  assert.deepEqual(
    UNITS.map((unit) => basename(unit)),
    ['wattpurse-area-unit@.service', 'wattpurse-host.service', 'wattpurse-local-unit@.service'],
  );
});

for (const unit of UNITS) {
  test(`systemd takes ${basename(unit)} as it stands, and would not take a word that it does not know`, {
    skip,
  }, () => {
    const taken = analyze('verify', placed(unit));
    assert.deepEqual([taken.status, taken.stderr], [0, '']);
    const misspelled = analyze(
      'verify',
      placed(unit, (text) => text.replace('ProtectHome=', 'ProtectHouse=')),
    );
    assert.match(misspelled.stderr, /Unknown key (name )?'ProtectHouse'/);
    const moved = analyze(
      'verify',
      placed(unit, (text) => text.replaceAll('/opt/wattpurse', '/opt/nowhere')),
    );
    assert.match(moved.stderr, /is not executable/);
  });

  test(`${basename(unit)} leaves a service little that it could harm`, { skip }, () => {
    const judged = (path: string) =>
      analyze('security', '--offline=true', `--threshold=${EXPOSURE_MAX}`, '--no-pager', path);
    assert.equal(judged(placed(unit)).status, 0, judged(placed(unit)).stdout.split('\n').at(-2));
    for (const bound of ['CapabilityBoundingSet=', 'SystemCallFilter=@system-service', 'PrivateDevices=yes']) {
      const loose = placed(unit, (text) => text.replace(`\n${bound}\n`, '\n'));
      assert.notEqual(judged(loose).status, 0, `without ${bound}`);
    }
  });
}

test('the words in the unit of the host are words that it takes, with the configuration beside it', () => {
  const text = readFileSync(join(root, 'install/systemd/wattpurse-host.service'), 'utf8');
  const [, words = ''] = /^ExecStart=\S+ \S+main\.ts host (.*)$/m.exec(text) ?? [];
  const args = words.replace('/etc/wattpurse/host.json', join(root, 'install/host.json')).split(' ');
  const { data, listen } = parseHostOptions(args);
  assert.deepEqual([data, listen], ['/var/lib/wattpurse', { host: '127.0.0.1', port: 8080 }]);
  assert.match(text, /^StateDirectory=wattpurse$/m);
});
