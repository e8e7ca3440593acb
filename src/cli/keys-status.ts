import { SUITE_NAMES } from '../crypto/index.ts';
import { type KeyRotation, rotationOverdueMs } from '../host/index.ts';
import { folderOf } from './demo-options.ts';
import { needed, parsedWords } from './flags.ts';
import { checkDatabase } from './host-options.ts';
import { WrongUse } from './usage.ts';
import { withBooks } from './utility-folder.ts';

/** `wattpurse keys status`: how the host's own timer stands with each key that it rotates; nothing is changed. */
export async function keysStatus(args: readonly string[]): Promise<number> {
  const { values, positionals } = parsedWords('keys', args, {
    ...{ data: { type: 'string' }, database: { type: 'string' }, json: { type: 'boolean' } },
  });
  if (positionals.length > 0) throw new WrongUse('keys status takes no further word: see "wattpurse help keys".');
  const data = folderOf(needed('keys status', values.data, '--data', 'the folder of the host whose keys they are'));
  const { database, json = false } = values;
  if (database !== undefined) checkDatabase(database);
  return withBooks({ data, database }, async ({ host, isDemo }) => {
    if (isDemo) throw new WrongUse(`${data} holds a demo, which rotates no keys: name the folder of a host.`);
    const { now } = host.here();
    const rows = await host.allKeyRotations();
    process.stdout.write(
      json ? `${JSON.stringify(rows.map((row) => asJson(row, now)))}\n` : `${statusText(rows, now)}\n`,
    );
    return 0;
  });
}

const SAID: Readonly<Record<KeyRotation['state'], string>> = {
  stopped: 'stopped, because meters said no',
  giving: 'is being given',
  raising: 'the older one is being given up',
  'wants-raise': 'the next is due, and meters still hold two: raise the floor, or take the newest back',
  'wants-key': 'the next is due, and there is none: make it with "wattpurse keys add"',
  spent: 'the next is due, and all generations are used',
  withheld: 'was taken back, and is given to nobody',
  given: 'all that can have it, and the older one is good until the floor is raised',
  resting: 'nothing is to be done',
};

function statusText(rows: readonly KeyRotation[], now: number): string {
  if (rows.length === 0) return 'No host has rotated keys by itself: see "rotation" of its configuration.';
  return rows.map((row) => [head(row), ...counted(row), ...due(row, now)].join('\n')).join('\n');
}

const head = ({ purpose, suite, generation, state }: KeyRotation): string =>
  `${purpose} ${SUITE_NAMES[suite]}, generation ${generation}: ${SAID[state]}.`;

function counted({ counts, countedAt }: KeyRotation): string[] {
  if (counts === undefined || countedAt === undefined) return ['  Its meters are being counted.'];
  const { meters, there, can, underWay, silent, erased, refused, both } = counts;
  const others = [
    ...[
      [can, 'can take it'],
      [underWay, 'ordered'],
      [silent, 'silent'],
      [erased, 'erased'],
    ],
    ...[
      [refused, 'said no'],
      [both, 'hold two'],
    ],
  ]
    .filter(([count]) => count !== 0)
    .map((pair) => pair.join(' '));
  return [`  ${[`${there} of ${meters} have it`, ...others].join(', ')} (${dayText(countedAt)})`];
}

function due(row: KeyRotation, now: number): string[] {
  if (row.dueAt === undefined) return [];
  const over = Math.floor(rotationOverdueMs(row, now) / DAY_MS);
  return [`  next due ${dayText(row.dueAt)}${over > 0 ? `, overdue for ${over} ${over === 1 ? 'day' : 'days'}` : ''}`];
}

const DAY_MS = 86_400_000;
const dayText = (at: number): string => new Date(at).toISOString().slice(0, 10);
const instantOf = (at: number | undefined) => (at === undefined ? null : new Date(at).toISOString());

const asJson = (row: KeyRotation, now: number) => ({
  ...{ purpose: row.purpose, suite: SUITE_NAMES[row.suite], state: row.state, generation: row.generation },
  ...{ beganAt: instantOf(row.beganAt), givenAt: instantOf(row.givenAt), dueAt: instantOf(row.dueAt) },
  ...{ meters: row.counts ?? null, countedAt: instantOf(row.countedAt) },
  overdueSeconds: Math.floor(rotationOverdueMs(row, now) / 1000),
});
