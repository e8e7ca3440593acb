/**
 * Completes `package-lock.json` for machines other than the one that wrote it.
 *
 * Tools with a binary per platform list one optional package for each. A registry that lacks some of them
 * makes `npm install` leave those out of the lock, and `npm ci` then stops on every machine with
 * "Missing: … from lock file". Such an entry needs only what its name and its owner already say.
 *
 * Run after every change of a dependency: `npm run lock`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface LockedPackage {
  version?: string;
  resolved?: string;
  dev?: boolean;
  optional?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  hasInstallScript?: boolean;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  [field: string]: unknown;
}

export interface Lock {
  packages: Record<string, LockedPackage>;
  [field: string]: unknown;
}

export interface MissingPackage {
  /** Where the entry belongs, such as `node_modules/@biomejs/cli-linux-x64`. */
  path: string;
  name: string;
  /** The version, or the range, that the owner asks for. */
  wanted: string;
  /** The path of the package that lists it. */
  owner: string;
}

/** Every optional dependency of a locked package that stands nowhere in the lock. */
export function missingOptional(lock: Lock): MissingPackage[] {
  const missing: MissingPackage[] = [];
  for (const [owner, { optionalDependencies = {} }] of Object.entries(lock.packages)) {
    for (const [name, wanted] of Object.entries(optionalDependencies)) {
      if (whereLocked(lock, owner, name) === undefined) {
        missing.push({ path: besides(owner, name), name, wanted, owner });
      }
    }
  }
  return missing;
}

/** Every ordinary dependency of a locked package that stands nowhere in the lock. */
export function missingDependencies(lock: Lock): MissingPackage[] {
  const missing: MissingPackage[] = [];
  for (const [owner, { dependencies = {} }] of Object.entries(lock.packages)) {
    for (const [name, wanted] of Object.entries(dependencies)) {
      if (whereLocked(lock, owner, name) === undefined) {
        missing.push({ path: besides(owner, name), name, wanted, owner });
      }
    }
  }
  return missing;
}

/** Packages whose entry names the host it came from: a lock that does is bound to one registry. */
export function withHost(lock: Lock): string[] {
  return Object.keys(lock.packages).filter((path) => lock.packages[path]?.resolved !== undefined);
}

/**
 * The lock with every missing platform package added and every host address taken out.
 * @throws Error naming a missing package whose platform or exact version cannot be told
 */
export function complete(lock: Lock): Lock {
  const packages: Record<string, LockedPackage> = {};
  for (const [path, { resolved: _, ...entry }] of Object.entries(lock.packages)) packages[path] = entry;
  for (const { path, name, wanted, owner } of missingOptional(lock)) {
    const platform = platformOf(name);
    if (platform === undefined || !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(wanted)) {
      throw new Error(
        `${owner} wants ${name}@${wanted}, which no rule can complete: add its entry to the lock by hand`,
      );
    }
    const dev = lock.packages[owner]?.dev === true ? { dev: true } : {};
    packages[path] = { version: wanted, ...dev, optional: true, ...platform };
  }
  // npm sorts entries by path; doing the same keeps the next difference small.
  const sorted = Object.entries(packages).sort(([a], [b]) => a.localeCompare(b, 'en'));
  return { ...lock, packages: Object.fromEntries(sorted) };
}

/** What the name of a platform package says, such as `@biomejs/cli-linux-x64-musl`; `undefined` when it says nothing. */
export function platformOf(name: string): Pick<LockedPackage, 'os' | 'cpu' | 'libc'> | undefined {
  const [suffix] = name.match(/(?<=-)(musl|gnu|node|bun|electron)$/) ?? [];
  const [, system, processor] =
    name.replace(/-(musl|gnu|node|bun|electron)$/, '').match(/(?:^|[/-])([a-z0-9]+)-([a-z0-9_]+)$/) ?? [];
  if (system === undefined || processor === undefined) return undefined;
  const [os, cpu] = [ALIASES.get(system) ?? system, ALIASES.get(processor) ?? processor];
  if (!SYSTEMS.has(os) || !PROCESSORS.has(cpu)) return undefined;
  const libc = suffix === 'gnu' ? 'glibc' : suffix === 'musl' ? 'musl' : undefined;
  return { os: [os], cpu: [cpu], ...(libc === undefined ? {} : { libc: [libc] }) };
}

/** What others call the systems and processors of Node. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['macos', 'darwin'],
  ['windows', 'win32'],
  ['aarch64', 'arm64'],
  ['x86_64', 'x64'],
  ['x86', 'ia32'],
]);
const SYSTEMS = new Set(['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'sunos', 'win32']);
const PROCESSORS = new Set([
  ...['arm', 'arm64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64'],
]);

/** The path at which Node would find `name` from inside `owner`: its own node_modules first, then each one above. */
function whereLocked(lock: Lock, owner: string, name: string): string | undefined {
  for (let at = owner; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    const path = at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`;
    if (lock.packages[path] !== undefined) return path;
    if (at === '') return undefined;
  }
}

/** The place of a new package in the same node_modules as its owner. */
function besides(owner: string, name: string): string {
  const at = owner.lastIndexOf('node_modules/');
  return `${at < 0 ? '' : owner.slice(0, at)}node_modules/${name}`;
}

if (import.meta.main) {
  const path = join(import.meta.dirname, '..', 'package-lock.json');
  const lock = JSON.parse(readFileSync(path, 'utf8')) as Lock;
  const added = missingOptional(lock).map(({ name }) => name);
  writeFileSync(path, `${JSON.stringify(complete(lock), null, 2)}\n`);
  console.log(added.length === 0 ? 'the lock is complete' : `added to the lock: ${added.join(', ')}`);
}
