import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { complete, type Lock, missingDependencies, missingOptional, platformOf, withHost } from './lock.ts';

const read = (name: string) => JSON.parse(readFileSync(join(import.meta.dirname, '..', name), 'utf8'));
const lock = read('package-lock.json') as Lock;
const manifest = read('package.json') as Record<string, unknown>;

test('every optional package of every platform stands in the lock', () => {
  assert.deepEqual(missingOptional(lock), [], 'npm run lock adds them');
  const names = Object.keys(lock.packages);
  for (const platform of ['linux-x64', 'linux-arm64-musl', 'darwin-arm64', 'win32-x64']) {
    assert.ok(names.includes(`node_modules/@biomejs/cli-${platform}`), platform);
  }
});

test('every dependency of every locked package stands in the lock', () => {
  assert.deepEqual(missingDependencies(lock), []);
});

test('the lock names no host, so that it serves every registry', () => {
  assert.deepEqual(withHost(lock), [], 'npm run lock takes them out');
});

test('the lock and package.json agree', () => {
  const root = lock.packages[''] as Record<string, unknown>;
  for (const field of ['name', 'version', 'license', 'bin', 'engines', 'dependencies', 'devDependencies']) {
    assert.deepEqual(root[field], manifest[field], field);
  }
  assert.equal(lock.version, manifest.version);
});

test('every package that runs a script at install is allowed to by name, and no other is', () => {
  const scripted = Object.keys(lock.packages).filter((path) => lock.packages[path]?.hasInstallScript === true);
  const names = scripted.map((path) => path.replace(/^.*node_modules\//, ''));
  assert.deepEqual(manifest.allowScripts, Object.fromEntries(names.map((name) => [name, true])));
});

/** A lock as npm writes it when its registry lacks every platform of `tool` but one. */
const gap = (): Lock => ({
  lockfileVersion: 3,
  packages: {
    '': { devDependencies: { tool: '1.2.3' } },
    'node_modules/tool': {
      version: '1.2.3',
      resolved: 'https://example.com/tool.tgz',
      dev: true,
      optionalDependencies: { '@tool/linux-x64': '1.2.3', '@tool/linux-x64-musl': '1.2.3', '@tool/win32-x64': '1.2.3' },
    },
    'node_modules/@tool/linux-x64': { version: '1.2.3', optional: true, os: ['linux'], cpu: ['x64'] },
  },
});

test('a missing platform package is seen and added with what its name says, and nothing else changes', () => {
  assert.deepEqual(
    missingOptional(gap()).map(({ path }) => path),
    ['node_modules/@tool/linux-x64-musl', 'node_modules/@tool/win32-x64'],
  );
  const completed = complete(gap());
  assert.deepEqual(missingOptional(completed), []);
  assert.deepEqual(completed.packages['node_modules/@tool/linux-x64-musl'], {
    version: '1.2.3',
    dev: true,
    optional: true,
    os: ['linux'],
    cpu: ['x64'],
    libc: ['musl'],
  });
  const known = 'node_modules/@tool/linux-x64';
  assert.deepEqual(completed.packages[known], gap().packages[known]);
  assert.deepEqual(complete(completed), completed);
});

test('a host is seen and taken out', () => {
  assert.deepEqual(withHost(gap()), ['node_modules/tool']);
  assert.deepEqual(withHost(complete(gap())), []);
});

test('a missing package that its name does not explain is left to a person', () => {
  const wanting = (optionalDependencies: Record<string, string>) => (): Lock => {
    return complete({ packages: { '': {}, 'node_modules/tool': { version: '1.2.3', optionalDependencies } } });
  };
  assert.throws(wanting({ fsevents: '2.3.3' }), /fsevents@2\.3\.3.*by hand/);
  assert.throws(wanting({ '@tool/linux-x64': '^1.2.3' }), /by hand/);
  assert.doesNotThrow(wanting({ '@tool/linux-x64': '1.2.3' }));
});

test('a package is found where Node would look for it, and only there', () => {
  const nested = (path: string): Lock => ({
    packages: { 'node_modules/a/node_modules/b': { dependencies: { c: '1' } }, [path]: { version: '1.0.0' } },
  });
  for (const path of [
    'node_modules/c',
    'node_modules/a/node_modules/c',
    'node_modules/a/node_modules/b/node_modules/c',
  ]) {
    assert.deepEqual(missingDependencies(nested(path)), [], path);
  }
  for (const path of ['node_modules/d', 'node_modules/d/node_modules/c', 'node_modules/a/node_modules/cc']) {
    assert.equal(missingDependencies(nested(path)).length, 1, path);
  }
});

test('a platform is read from the name', () => {
  assert.deepEqual(platformOf('@biomejs/cli-darwin-arm64'), { os: ['darwin'], cpu: ['arm64'] });
  assert.deepEqual(platformOf('@tool/binding-linux-x64-gnu'), { os: ['linux'], cpu: ['x64'], libc: ['glibc'] });
  assert.deepEqual(platformOf('@tool/win32-x64'), { os: ['win32'], cpu: ['x64'] });
  assert.deepEqual(platformOf('@tool/linux-x86_64-gnu'), { os: ['linux'], cpu: ['x64'], libc: ['glibc'] });
  assert.deepEqual(platformOf('@tool/windows-aarch64-electron'), { os: ['win32'], cpu: ['arm64'] });
  assert.deepEqual(platformOf('@tool/macos-x86'), { os: ['darwin'], cpu: ['ia32'] });
  for (const name of ['fsevents', '@tool/linux', '@tool/x64-linux', 'left-pad', 'cli-plan9-x64']) {
    assert.equal(platformOf(name), undefined, name);
  }
});
