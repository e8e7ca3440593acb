import { existsSync } from 'node:fs';
import { parseHex, toHex } from '../bytes/index.ts';
import { makeBlankCard, personaliseCard } from '../card/index.ts';
import { CHIP_KEY_BYTES, ChipBatchKey } from '../crypto/index.ts';
import { CSN_BYTES, type Csn, csn } from '../units/index.ts';
import { makeCardFile } from './card-file.ts';
import { csnOf, oneWord, parsedVerb } from './card-options.ts';
import { systemRandomness } from './demo-keys.ts';
import { needed } from './flags.ts';
import { readCardKeyList } from './key-list.ts';
import { readNamedFile } from './read-file.ts';
import { WrongUse } from './usage.ts';
import { writeNamed } from './write-whole.ts';

const CHIPS_FILE_BYTES_MAX = 4_096;

/** `wattpurse card chips FILE`: draws the key of a batch of chips. */
export async function cardChips(args: readonly string[]): Promise<number> {
  const { positionals } = parsedVerb(args, {});
  const path = oneWord(positionals, 'chips', 'the file that the key is to lie in');
  if (existsSync(path))
    throw new WrongUse(`${path} is there already: a batch of chips has a key and a file of its own.`);
  writeNamed(path, `${JSON.stringify({ version: 1, chips: toHex(drawn(CHIP_KEY_BYTES)) })}\n`);
  process.stdout.write(`${path} is for the maker of the chips and for who makes master cards, and for nobody else.\n`);
  return 0;
}

/** `wattpurse card blank FILE --chips FILE`: a chip as its maker delivers it. */
export async function cardBlank(args: readonly string[]): Promise<number> {
  const { values, positionals } = parsedVerb(args, { chips: { type: 'string' }, csn: { type: 'string' } });
  const path = oneWord(positionals, 'blank', 'the file of the card');
  const batch = readBatch(needed('card blank', values.chips, '--chips', 'the file of the batch’s key'));
  const id = values.csn === undefined ? drawnCsn() : csnOf(values.csn);
  makeCardFile(path, 'subscriber', makeBlankCard(batch.chipKey(id)));
  process.stdout.write(`${path} is blank card ${id}.\n`);
  return 0;
}

/** `wattpurse card personalise FILE --keys FILE`: a purse card with keys of a bench, without chips and master cards. */
export async function cardPersonalise(args: readonly string[]): Promise<number> {
  const { values, positionals } = parsedVerb(args, { keys: { type: 'string' } });
  const path = oneWord(positionals, 'personalise', 'the file of the card');
  const list = needed('card personalise', values.keys, '--keys', 'the file that "wattpurse conformance keys" made');
  const { csn: id, utility, issuer, regions } = readCardKeyList(list);
  const memory = personaliseCard({ issuerKey: issuer, regions: regions.map((key) => ({ utility, key })) });
  makeCardFile(path, 'subscriber', memory);
  process.stdout.write(`${path} is card ${id}.\n`);
  return 0;
}

/** @throws WrongUse */
export function readBatch(path: string): ChipBatchKey {
  const text = readNamedFile(path, 'key of chips', CHIPS_FILE_BYTES_MAX).toString('utf8');
  try {
    const { version, chips } = JSON.parse(text) as { version?: unknown; chips?: unknown };
    const bytes = typeof chips === 'string' ? parseHex(chips) : undefined;
    if (version === 1 && bytes?.length === CHIP_KEY_BYTES) return new ChipBatchKey(bytes);
  } catch {
    // What it says is no JSON.
  }
  throw new WrongUse(`${path} is no key of chips: name a file that "wattpurse card chips" made.`);
}

export const drawnCsn = (): Csn => csn(toHex(drawn(CSN_BYTES)));

function drawn(size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  systemRandomness.fill(bytes);
  return bytes;
}
