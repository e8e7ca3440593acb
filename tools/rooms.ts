/**
 * Which room may import which: the architecture, in one table. `docs/internals/architecture.md` shows the same
 * rows, and a test compares them cell by cell.
 *
 * A cell lists rooms. `host (services, types)` grants only those files of the room's border, and `types` also
 * every import that is type-only. `every room but …` ends the cell.
 */
export const ROOMS: Readonly<Record<string, string>> = {
  words: 'nothing',
  units: 'nothing',
  bytes: 'units',
  crypto: 'bytes, units',
  tariff: 'bytes, units',
  records: 'bytes, units',
  metering: 'units',
  exchange: 'crypto, bytes, units',
  card: 'exchange, crypto, bytes, units',
  line: 'bytes, units',
  backhaul: 'bytes, units',
  meter: 'exchange, card, metering, tariff, records, crypto, bytes, units',
  concentrator: 'exchange, metering, records, line, backhaul, crypto, bytes, units',
  conformance: 'exchange, card, tariff, records, line, backhaul, crypto, bytes, units',
  analysis: 'records, tariff, units',
  host: 'exchange, card, tariff, records, backhaul, analysis, crypto, words, bytes, units',
  phone: 'host (services, types), words, bytes, units',
  storage: 'host (ports, types), units',
  adapters: 'every room (ports, types), words, units, bytes',
  api: 'host, tariff, records, words, units',
  console: 'api (types), words',
  simulation: 'every room but storage, adapters, api, cli',
  cli: 'every room',
};

/** The files of a room that others may import: the room whole, or one side of its border. */
const BORDER = ['index', 'ports', 'services', 'types'];

/** What `room` may take from each other room: `index` for all of it, or some of `ports`, `services`, `types`. */
export function grantsOf(room: string): Map<string, ReadonlySet<string>> {
  const cell = ROOMS[room] ?? 'nothing';
  const grants = new Map<string, ReadonlySet<string>>();
  const others = Object.keys(ROOMS).filter((other) => other !== room);
  if (cell === 'nothing') return grants;
  const excepted = cell.match(/^every room but (.+)$/)?.[1];
  if (excepted !== undefined) {
    const not = excepted.split(', ');
    for (const other of others) if (!not.includes(other)) grants.set(other, new Set(BORDER));
    return grants;
  }
  for (const item of cell.split(/, (?![^(]*\))/)) {
    const [, name = '', parts] = item.match(/^([a-z ]+?)(?: \((.+)\))?$/) ?? [];
    const granted = new Set(parts === undefined ? BORDER : parts.split(', '));
    for (const other of name === 'every room' ? others : [name]) grants.set(other, granted);
  }
  return grants;
}

/**
 * Why a file of `room` may not import `path` (below `src/`, such as `host/ports.ts`), or `undefined` when it may.
 * A test may also import what another room keeps for tests (`*.testing.ts`), if it may import that room.
 */
export function refusal(
  room: string | undefined,
  path: string,
  { typeOnly, fromTest }: { typeOnly: boolean; fromTest: boolean },
): string | undefined {
  const [target = '', ...inside] = path.split('/');
  const file = inside.join('/');
  if (target === room) return undefined;
  const granted = room === undefined ? new Set(BORDER) : grantsOf(room).get(target);
  if (granted === undefined) return `${room} may not import ${target}`;
  if (fromTest && /\.testing\.ts$/.test(file)) return undefined;
  const side = inside.length === 2 && inside[0] === 'types' ? 'types' : file.replace(/\.ts$/, '');
  // An adapter is its own border: an index would load every outside thing for whoever wants one of them.
  if (target === 'adapters' && inside.length === 1) return undefined;
  // The command line has none, because no room imports it. What lies outside src may look into it.
  if (target === 'cli' && room === undefined) return undefined;
  if (!BORDER.includes(side)) return `${target} is imported through its index.ts, not through ${file}`;
  if (granted.has(side) || (side === 'index' && typeOnly && granted.has('types'))) return undefined;
  return `${room} may import only ${[...granted].join(' and ')} of ${target}, not ${file}`;
}
