import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { buildCTerminal, lacksForC } from './c-terminal.testing.ts';

interface Exchange {
  readonly n: number;
  readonly R3: string;
  readonly Nm: string;
  readonly status: string;
  readonly command: string;
  readonly answer: string;
  readonly first: string;
  readonly second: string;
  readonly third: readonly string[];
  readonly fourth: readonly string[];
}

const vectors = (name: string) => JSON.parse(readFileSync(resolve(import.meta.dirname, '../vectors', name), 'utf8'));
const byte = (n: number) => n.toString(16).padStart(2, '0');
const some = (hex: string) => (hex === '' ? '-' : hex);
const SEED = 0;
const XO = 1;
const suiteOf = (n: number) => (n >> 4) & 3;

/** The vectors of all suites but the seed's, one a line, as `vectors.c` reads them. */
function lines(): string[] {
  const { svpmsn, keys, exchanges, attentions } = vectors('exchange-commands.json');
  const kt = new Map<number, string>(keys.map(({ n, KT }: { n: number; KT: string }) => [n, KT]));
  const played = (exchanges as Exchange[])
    .filter(({ n }) => suiteOf(n) !== SEED)
    .map((e) =>
      [
        ...[svpmsn, byte(e.n), kt.get(e.n), suiteOf(e.n) === XO ? e.R3 : e.Nm],
        ...[some(e.status), some(e.command), some(e.answer)],
        ...[e.first, e.second, e.third.join(','), e.fourth.join(',')],
      ].join(' '),
    );
  const sale = vectors('value-store.json');
  // Of the sale in 3des-xo the file has the bodies encrypted alone.
  for (const name of ['aes128', 'aes256']) {
    const { n, KT, status, command, receipt, frame1, frame2, frame3, frame4 } = sale[name];
    played.push(
      [sale.input.svpmsn, byte(n), KT, sale.input.Nm, status, command, receipt, frame1, frame2, frame3, frame4].join(
        ' ',
      ),
    );
  }
  for (const { n, notice, frame } of attentions) {
    played.push(`attention ${svpmsn} ${byte(n)} ${kt.get(n)} ${notice.slice(0, 4)} ${notice.slice(4)} ${frame}`);
  }
  const { tables, refused, rates } = vectors('tariff.json');
  const hexOf = new Map(tables.map(({ name, hex }: { name: string; hex: string }) => [name, hex]));
  for (const { hex } of tables) played.push(`table ${hex} right`);
  for (const { hex } of refused) played.push(`table ${some(hex)} wrong`);
  for (const { table, at, percent } of rates) played.push(`percent ${hexOf.get(table)} ${at} ${percent}`);
  return played;
}

test('a terminal in C, written from the protocol alone, seals, opens and reads what the published vectors say, byte for byte', {
  skip: lacksForC,
}, () => {
  const program = join(buildCTerminal(), 'vectors');
  const all = lines();
  const right = spawnSync(program, { input: `${all.join('\n')}\n`, encoding: 'utf8' });
  assert.deepEqual(
    { status: right.status, said: right.stdout },
    { status: 0, said: `${all.length} played, 0 wrong\n` },
  );
  assert.ok(all.length > 150, 'there are vectors to play');

  // One digit of each line another: every one of them is found.
  const damaged = all.map((line) =>
    line.startsWith('table') ? flipped(line) : line.replace(/.$/, (digit) => (digit === '1' ? '2' : '1')),
  );
  const wrong = spawnSync(program, { input: `${damaged.join('\n')}\n`, encoding: 'utf8' });
  assert.equal(wrong.status, 1);
  assert.match(wrong.stdout, new RegExp(`\\n${all.length} played, ${all.length} wrong\\n$`));
});

const flipped = (line: string) =>
  line.endsWith('right') ? line.replace('right', 'wrong') : line.replace('wrong', 'right');
