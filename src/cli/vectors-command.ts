import { parseArgs } from 'node:util';
import { MEBIBYTE, readNamedFile } from './read-file.ts';
import { WrongUse } from './usage.ts';
import { checkVectorFile } from './vectors.ts';

/** Some thousand times what is published. */
const VECTOR_BYTES_MAX = 16 * MEBIBYTE;

/** `wattpurse vectors check FILE [--json]`: exit 1 when a value is not what the inputs make it. */
export async function vectors(args: readonly string[]): Promise<number> {
  const { path, json } = parse(args);
  const report = checkVectorFile(readNamedFile(path, 'vector file', VECTOR_BYTES_MAX).toString('utf8'));
  if ('sentence' in report) throw new WrongUse(`${path}: ${report.sentence}`);
  if (json) process.stdout.write(`${JSON.stringify(report)}\n`);
  else {
    for (const { path: where, expected, found } of report.wrong) {
      process.stdout.write(`${where}: the file has ${JSON.stringify(found)}, and must have ${expected}\n`);
    }
    process.stdout.write(`${report.checked} values checked, ${report.wrong.length} wrong.\n`);
  }
  return report.wrong.length === 0 ? 0 : 1;
}

function parse(args: readonly string[]): { path: string; json: boolean } {
  const [verb, ...rest] = args;
  if (verb !== 'check') throw new WrongUse('vectors has one verb: wattpurse vectors check FILE [--json].');
  try {
    const { values, positionals } = parseArgs({
      args: rest,
      options: { json: { type: 'boolean', default: false } },
      allowPositionals: true,
    });
    const [path] = positionals;
    if (path !== undefined && positionals.length === 1) return { path, json: values.json };
  } catch {
    // Told below: there is one flag only.
  }
  throw new WrongUse('vectors check takes one file, and --json: wattpurse vectors check FILE [--json].');
}
