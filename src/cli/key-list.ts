import { existsSync } from 'node:fs';
import { parseHex, toHex } from '../bytes/index.ts';
import {
  exportTerminalKey,
  keyBytesOf,
  keyName,
  keyNameFromByte,
  Purpose,
  type Suite,
  suiteOf,
  type TerminalKey,
  terminalKeyFromBytes,
} from '../crypto/index.ts';
import { type Svpmsn, svpmsn, svpmsnText } from '../units/index.ts';
import { systemRandomness } from './demo-keys.ts';
import { readNamedFile } from './read-file.ts';
import { WrongUse } from './usage.ts';
import { writeNamed } from './write-whole.ts';

const KEY_LIST_BYTES_MAX = 4_096;

/** The keys of one terminal on a bench, as lines of text that a maker's workshop can read. */
export interface KeyList {
  readonly svpmsn: Svpmsn;
  readonly keys: readonly TerminalKey[];
}

/** `svpmsn 0a1b2c`, then for each key `key n KT`, in hex. @throws CannotGoOn when it cannot be written */
export function writeKeyList(path: string, { svpmsn: id, keys }: KeyList): void {
  const lines = keys.map((key) => `key ${toHex(Uint8Array.of(key.n))} ${toHex(exportTerminalKey(key))}`);
  writeNamed(path, `${[`svpmsn ${svpmsnText(id)}`, ...lines].join('\n')}\n`);
}

/** @throws WrongUse with the line that is wrong */
export function readKeyList(path: string): KeyList {
  const lines = readNamedFile(path, 'file of keys', KEY_LIST_BYTES_MAX).toString('utf8').split('\n');
  const number = /^svpmsn ([0-9a-f]{6})$/i.exec(lines[0] ?? '')?.[1];
  if (number === undefined) throw wrongLine(path, 1, '"svpmsn" and six hex digits');
  const id = svpmsn(Number.parseInt(number, 16));
  const keys: TerminalKey[] = [];
  for (const [at, line] of lines.entries()) {
    if (at === 0 || line.trim() === '') continue;
    const [, name, text] = /^key ([0-9a-f]{2}) ([0-9a-f]+)$/i.exec(line.trim()) ?? [];
    const n = keyNameFromByte(Number.parseInt(name ?? '', 16) || 0);
    const bytes = parseHex(text ?? '');
    if (name === undefined || bytes?.length !== keyBytesOf(suiteOf(n))) {
      throw wrongLine(path, at + 1, '"key", n and KT in hex, 16 bytes or in suite aes256 32');
    }
    keys.push(terminalKeyFromBytes(n, id, bytes));
  }
  if (keys.length === 0) throw wrongLine(path, 2, 'a key');
  return { svpmsn: id, keys };
}

/** Draws keys of all purposes in these suites. @throws WrongUse where the file is there already */
export function drawKeyList(path: string, id: Svpmsn, suites: readonly Suite[]): void {
  if (existsSync(path)) throw new WrongUse(`${path} is there already: name another file.`);
  const keys = suites.flatMap((suite) =>
    Object.values(Purpose).map((purpose) => {
      const bytes = new Uint8Array(keyBytesOf(suite));
      systemRandomness.fill(bytes);
      return terminalKeyFromBytes(keyName(purpose, suite, 0), id, bytes);
    }),
  );
  writeKeyList(path, { svpmsn: id, keys });
}

const wrongLine = (path: string, line: number, due: string): WrongUse =>
  new WrongUse(`Line ${line} of ${path} is not ${due}: "wattpurse conformance keys" makes such a file.`);
