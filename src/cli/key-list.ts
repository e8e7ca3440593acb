import { existsSync } from 'node:fs';
import { parseHex, toHex } from '../bytes/index.ts';
import type { CardKeys } from '../conformance/index.ts';
import {
  CardKey,
  type CardKeyScope,
  exportCardKey,
  exportTerminalKey,
  hasPurpose,
  type KeyName,
  keyBytesOf,
  keyName,
  keyNameFromByte,
  Purpose,
  type Suite,
  suiteOf,
  type TerminalKey,
  terminalKeyFromBytes,
} from '../crypto/index.ts';
import { type Csn, csn, isRegion, type Region, type Svpmsn, svpmsn, svpmsnText, U16_MAX } from '../units/index.ts';
import { systemRandomness } from './demo-keys.ts';
import { readNamedFile } from './read-file.ts';
import { WrongUse } from './usage.ts';
import { writeNamed } from './write-whole.ts';

const KEY_LIST_BYTES_MAX = 4_096;
/** A number of a utility that no card of a real one has. */
const BENCH_UTILITY = U16_MAX;

/** The keys of one terminal on a bench, as lines of text that a maker's workshop can read. */
export interface KeyList {
  readonly svpmsn: Svpmsn;
  readonly keys: readonly TerminalKey[];
}

/** `svpmsn 0a1b2c`, then for each key `key n KT`, in hex. @throws CannotGoOn when it cannot be written */
export function writeKeyList(path: string, { svpmsn: id, keys }: KeyList): void {
  const lines = keys.map((key) => `key ${toHex(Uint8Array.of(key.n))} ${toHex(exportTerminalKey(key))}`);
  writeLines(path, [`svpmsn ${svpmsnText(id)}`, ...lines]);
}

/** @throws WrongUse with the line that is wrong */
export function readKeyList(path: string): KeyList {
  const lines = linesOf(path);
  const number = /^svpmsn ([0-9a-f]{6})$/i.exec(lines[0] ?? '')?.[1];
  if (number === undefined) throw wrongLine(path, 1, '"svpmsn" and six hex digits');
  const id = svpmsn(Number.parseInt(number, 16));
  const keys: TerminalKey[] = [];
  for (const [at, line] of lines.entries()) {
    if (at === 0 || line.trim() === '') continue;
    const [, name, text] = /^key ([0-9a-f]{2}) ([0-9a-f]+)$/i.exec(line.trim()) ?? [];
    const key = keyIn(name, text);
    if (key === undefined) throw wrongLine(path, at + 1, '"key", n and KT in hex, 16 bytes or in suite aes256 32');
    keys.push(terminalKeyFromBytes(key.n, id, key.bytes));
  }
  if (keys.length === 0) throw wrongLine(path, 2, 'a key');
  return { svpmsn: id, keys };
}

/** Draws keys of all purposes in these suites. @throws WrongUse where the file is there already */
export function drawKeyList(path: string, id: Svpmsn, suites: readonly Suite[]): void {
  refuseFileAt(path);
  const keys = suites.flatMap((suite) =>
    Object.values(Purpose).map((purpose) => terminalKeyFromBytes(keyName(purpose, suite, 0), id, drawnBytes(suite))),
  );
  writeKeyList(path, { svpmsn: id, keys });
}

/** Draws the keys of a card on a bench: its issuer's and one of each region. @throws WrongUse where the file is there */
export function drawCardKeyList(path: string, id: Csn, regions: readonly Region[], suite: Suite): void {
  refuseFileAt(path);
  const n = keyName(Purpose.value, suite, 0);
  const lines = ([0, ...regions] as const)
    .map((scope: CardKeyScope) => new CardKey(n, id, scope, drawnBytes(suite)))
    .map((key) => `key ${key.scope} ${toHex(Uint8Array.of(key.n))} ${toHex(exportCardKey(key))}`);
  writeLines(path, [`csn ${id}`, `utility ${BENCH_UTILITY}`, ...lines]);
}

/** `csn 04a1b2c3d4e5f6`, `utility 65535`, then for the issuer, 0, and each region `key region n KC`. @throws WrongUse */
export function readCardKeyList(path: string): CardKeys {
  const lines = linesOf(path);
  const number = /^csn ([0-9a-f]{14})$/i.exec(lines[0] ?? '')?.[1];
  if (number === undefined) throw wrongLine(path, 1, '"csn" and 14 hex digits');
  const utility = Number(/^utility (\d{1,5})$/.exec(lines[1] ?? '')?.[1] ?? Number.NaN);
  if (!(utility <= U16_MAX)) throw wrongLine(path, 2, '"utility" and a number up to 65535');
  const keys: CardKey[] = [];
  for (const [at, line] of lines.entries()) {
    if (at < 2 || line.trim() === '') continue;
    const key = cardKeyIn(line.trim(), csn(number.toLowerCase()));
    if (key === undefined || keys.some(({ scope }) => scope === key.scope)) {
      throw wrongLine(path, at + 1, '"key", 0 or a region that had none, n of purpose value and KC in hex');
    }
    keys.push(key);
  }
  const issuer = keys.find(({ scope }) => scope === 0);
  const regions = keys.filter(({ scope }) => scope !== 0);
  if (issuer === undefined || regions.length === 0) {
    throw new WrongUse(`${path} needs a line "key 0 n KC" of the issuer, and one of a region at least.`);
  }
  return { csn: issuer.csn, utility, issuer, regions };
}

function cardKeyIn(line: string, id: Csn): CardKey | undefined {
  const [, scope, name, text] = /^key ([0-6]) ([0-9a-f]{2}) ([0-9a-f]+)$/i.exec(line) ?? [];
  const key = keyIn(name, text);
  const of = Number(scope);
  if (key === undefined || !(of === 0 || isRegion(of)) || !hasPurpose(key.n, Purpose.value)) return undefined;
  try {
    return new CardKey(key.n, id, of, key.bytes);
  } catch {
    // A suite that cards have not.
    return undefined;
  }
}

/** n and its key, as they stand in a line. */
function keyIn(name = '', text = ''): { readonly n: KeyName; readonly bytes: Uint8Array } | undefined {
  if (name === '') return undefined;
  const n = keyNameFromByte(Number.parseInt(name, 16));
  const bytes = parseHex(text);
  return bytes?.length === keyBytesOf(suiteOf(n)) ? { n, bytes } : undefined;
}

function drawnBytes(suite: Suite): Uint8Array {
  const bytes = new Uint8Array(keyBytesOf(suite));
  systemRandomness.fill(bytes);
  return bytes;
}

function refuseFileAt(path: string): void {
  if (existsSync(path)) throw new WrongUse(`${path} is there already: name another file.`);
}

const linesOf = (path: string): readonly string[] =>
  readNamedFile(path, 'file of keys', KEY_LIST_BYTES_MAX).toString('utf8').split('\n');

const writeLines = (path: string, lines: readonly string[]): void => writeNamed(path, `${lines.join('\n')}\n`);

const wrongLine = (path: string, line: number, due: string): WrongUse =>
  new WrongUse(`Line ${line} of ${path} is not ${due}: "wattpurse conformance keys" makes such a file.`);
