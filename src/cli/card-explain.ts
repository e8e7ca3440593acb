import { readFileSync } from 'node:fs';
import { parseHex } from '../bytes/index.ts';
import { parsedVerb } from './card-options.ts';
import { type Explained, explainBytes, explainTrace } from './card-words.ts';
import { MEBIBYTE, readNamedFile } from './read-file.ts';
import { WrongUse } from './usage.ts';

/** `wattpurse card explain HEX…`: what bytes of a card mean, in plain sentences. */
export async function cardExplain(args: readonly string[]): Promise<number> {
  const { values, positionals } = parsedVerb(args, { trace: { type: 'string' }, json: { type: 'boolean' } });
  if ((values.trace === undefined) === (positionals.length === 0)) {
    throw new WrongUse('card explain takes bytes in hex, or a file of what was said with --trace.');
  }
  const explained =
    values.trace === undefined ? positionals.map((text) => explainBytes(bytesOf(text))) : traceOf(values.trace);
  for (const each of explained) {
    if (values.json === true) process.stdout.write(`${JSON.stringify(each)}\n`);
    else process.stdout.write(`${[each.hex, ...each.sentences.map((sentence) => `  ${sentence}`)].join('\n')}\n`);
  }
  return explained.every(({ kind }) => kind !== 'unknown') ? 0 : 1;
}

/** Lines of hex, commands and responses in turn; `>` and `<` before them say which, and other lines are passed over. */
function traceOf(path: string): readonly Explained[] {
  const text = path === '-' ? readFileSync(0, 'utf8') : readNamedFile(path, 'trace', MEBIBYTE).toString('utf8');
  const lines = text.split('\n').flatMap((line) => {
    const [, direction, hex = ''] = /^\s*([<>]?)\s*((?:[0-9a-f]{2}[\s:]*)+)$/i.exec(line) ?? [];
    const bytes = parseHex(hex.replace(/[\s:]/g, '').toLowerCase());
    return bytes === undefined || bytes.length < 2 ? [] : [{ direction: direction ?? '', bytes }];
  });
  if (lines.length === 0) throw new WrongUse(`${path} has no line of hex: give one command or response a line.`);
  return explainTrace(lines);
}

function bytesOf(text: string): Uint8Array {
  const bytes = parseHex(text.replace(/[\s:]/g, '').toLowerCase());
  if (bytes !== undefined && bytes.length > 0) return bytes;
  throw new WrongUse(`"${text}" is no hex: give two digits for each byte.`);
}
