import { existsSync } from 'node:fs';
import { keyName, Purpose, Suite } from '../crypto/index.ts';
import { type Svpmsn, svpmsn, svpmsnText } from '../units/index.ts';
import { csnOf, regionOf } from './card-options.ts';
import { folderOf } from './demo-options.ts';
import { needed, parsedWords } from './flags.ts';
import { workshopOf } from './host-folder.ts';
import { drawCardKeyList, drawKeyList, writeKeyList } from './key-list.ts';
import { valueSuiteOf } from './suite-option.ts';
import { WrongUse } from './usage.ts';

/** `wattpurse conformance keys FILE …` */
export async function conformanceKeys(args: readonly string[]): Promise<number> {
  const { values, positionals } = parsedWords('conformance', args, {
    ...{ number: { type: 'string' }, suite: { type: 'string', multiple: true } },
    ...{ csn: { type: 'string' }, region: { type: 'string', multiple: true }, data: { type: 'string' } },
  });
  const [path, ...more] = positionals;
  if (path === undefined || more.length > 0)
    throw new WrongUse('conformance keys takes the file that the keys are to lie in.');
  const suites = [...new Set((values.suite ?? ['aes128']).map(valueSuiteOf))];
  if (values.csn !== undefined && values.number === undefined) return cardKeys(path, values.csn, values.region, suites);
  const text = needed('conformance', values.number, '--number', 'the number of the terminal (SVPMSN), six hex digits');
  if (values.csn !== undefined || values.region !== undefined)
    throw new WrongUse('conformance keys takes --number for a terminal, or --csn and --region for a card.');
  if (!/^[0-9a-fA-F]{6}$/.test(text)) throw new WrongUse(`--number is six hex digits, as 0A1B2C, not "${text}".`);
  const id = svpmsn(Number.parseInt(text, 16));
  if (values.data !== undefined) return keysOfHost(path, id, values.data, suites);
  drawKeyList(path, id, suites);
  process.stdout.write(
    `${path} has the keys of terminal ${text.toLowerCase()}: put them into it, and into no other.\n`,
  );
  return 0;
}

/** Those that the host in a folder has of a meter, of the first generation. */
async function keysOfHost(path: string, id: Svpmsn, data: string, suites: readonly Suite[]): Promise<number> {
  if (existsSync(path)) throw new WrongUse(`${path} is there already: name another file.`);
  const { keys: store } = await workshopOf(folderOf(data));
  const purposes = [Purpose.value, Purpose.control, Purpose.monitoring];
  const named = suites.flatMap((suite) => purposes.map((purpose) => keyName(purpose, suite, 0)));
  writeKeyList(path, { svpmsn: id, keys: await Promise.all(named.map((n) => store.terminalKey(n, id))) });
  process.stdout.write(
    `${path} has keys of meter ${svpmsnText(id)} of that host: give that number to no real meter.\n`,
  );
  return 0;
}

function cardKeys(
  path: string,
  id: string,
  named: readonly string[] = ['electricity'],
  suites: readonly Suite[],
): number {
  const [suite, ...others] = suites;
  if (others.length > 0 || suite === undefined || suite === Suite.tripleDesXo) {
    throw new WrongUse('A card has keys of one suite: --suite is aes128 or aes256 for it.');
  }
  const regions = [...new Set(named.map((name) => regionOf(name, '--region')))].sort();
  drawCardKeyList(path, csnOf(id), regions, suite);
  process.stdout.write(`${path} has the keys of card ${id}: put them into it, and into no other.\n`);
  return 0;
}
