import { existsSync } from 'node:fs';
import { parseHex, toHex } from '../bytes/index.ts';
import type { CardKeys } from '../conformance/index.ts';
import {
  CardKey,
  type CardKeyScope,
  exportCardKey,
  hasPurpose,
  keyBytesOf,
  keyName,
  keyNameFromByte,
  Purpose,
  type Suite,
  suiteOf,
} from '../crypto/index.ts';
import { type Csn, csn, isRegion, type Region, U16_MAX } from '../units/index.ts';
import { systemRandomness } from './demo-keys.ts';
import { readNamedFile } from './read-file.ts';
import { WrongUse } from './usage.ts';
import { writeNamed } from './write-whole.ts';

const FILE_BYTES_MAX = 4_096;
/** A number of a utility that no card of a real one has. */
const BENCH_UTILITY = U16_MAX;

/** Draws the keys of a card on a bench: its issuer's and one of each region. @throws WrongUse where the file is there */
export function drawCardKeyList(path: string, id: Csn, regions: readonly Region[], suite: Suite): void {
  if (existsSync(path)) throw new WrongUse(`${path} is there already: name another file.`);
  const n = keyName(Purpose.value, suite, 0);
  const drawn = (scope: CardKeyScope) => {
    const bytes = new Uint8Array(keyBytesOf(suite));
    systemRandomness.fill(bytes);
    return new CardKey(n, id, scope, bytes);
  };
  const lines = ([0, ...regions] as const)
    .map(drawn)
    .map((key) => `key ${key.scope} ${toHex(Uint8Array.of(key.n))} ${toHex(exportCardKey(key))}`);
  writeNamed(path, `${[`csn ${id}`, `utility ${BENCH_UTILITY}`, ...lines].join('\n')}\n`);
}

/** `csn 04a1b2c3d4e5f6`, `utility 65535`, then for the issuer, 0, and each region `key region n KC`. @throws WrongUse */
export function readCardKeyList(path: string): CardKeys {
  const lines = readNamedFile(path, 'file of keys', FILE_BYTES_MAX).toString('utf8').split('\n');
  const number = /^csn ([0-9a-f]{14})$/i.exec(lines[0] ?? '')?.[1];
  if (number === undefined) throw wrongLine(path, 1, '"csn" and 14 hex digits');
  const utility = Number(/^utility (\d{1,5})$/.exec(lines[1] ?? '')?.[1] ?? Number.NaN);
  if (!(utility <= U16_MAX)) throw wrongLine(path, 2, '"utility" and a number up to 65535');
  const keys: CardKey[] = [];
  for (const [at, line] of lines.entries()) {
    if (at < 2 || line.trim() === '') continue;
    const key = keyOf(line.trim(), csn(number.toLowerCase()));
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

function keyOf(line: string, id: Csn): CardKey | undefined {
  const [, scope, name, text] = /^key ([0-6]) ([0-9a-f]{2}) ([0-9a-f]+)$/i.exec(line) ?? [];
  const n = keyNameFromByte(Number.parseInt(name ?? 'ff', 16));
  const bytes = parseHex(text ?? '');
  const of = Number(scope);
  if (scope === undefined || !(of === 0 || isRegion(of)) || !hasPurpose(n, Purpose.value)) return undefined;
  if (bytes?.length !== keyBytesOf(suiteOf(n))) return undefined;
  try {
    return new CardKey(n, id, of, bytes);
  } catch {
    // A suite that cards have not.
    return undefined;
  }
}

const wrongLine = (path: string, line: number, due: string): WrongUse =>
  new WrongUse(`Line ${line} of ${path} is not ${due}: "wattpurse conformance keys" makes such a file.`);
