/**
 * The lines behind one transformer, as an engineer writes them down, in JSON. Nodes are named by any text. The network
 * is radial: each node but the source is fed by one line.
 */
export interface NetworkFile {
  readonly source: {
    /** The node at the terminals of the transformer, where the check meter is. */
    readonly node: string;
    /** Between phase and neutral, with nothing connected. */
    readonly volts: number;
    /** Of transformer and grid, seen from its terminals. */
    readonly ohms: SequenceOhms;
  };
  /** Kinds of cable: ohms a kilometre. */
  readonly cables: Readonly<Record<string, SequenceOhms>>;
  readonly lines: readonly NetworkLine[];
  readonly loads: readonly NetworkLoad[];
}

/** Resistance and reactance of the positive (1) and the zero (0) sequence. */
export interface SequenceOhms {
  readonly r1: number;
  readonly x1: number;
  readonly r0: number;
  readonly x0: number;
}

/** A cable of three phases and neutral between two nodes, named in any order. */
export interface NetworkLine {
  readonly from: string;
  readonly to: string;
  readonly cable: string;
  readonly metres: number;
}

export const LOAD_PHASES = ['A', 'B', 'C', 'ABC'] as const;
export type LoadPhases = (typeof LOAD_PHASES)[number];

/** Where a meter stands: at one phase, or at all three alike. */
export interface NetworkLoad {
  readonly meter: number;
  readonly node: string;
  readonly phases: LoadPhases;
  /** Of its use, inductive; 0.95 where nothing is said. */
  readonly powerFactor?: number;
}

/** Why a network cannot be reckoned with. Nothing of a refused one is used. */
export interface NetworkFailure {
  readonly reason:
    | 'number-wrong'
    | 'too-large'
    | 'cable-unknown'
    | 'loop'
    | 'island'
    | 'node-unknown'
    | 'meter-twice'
    | 'no-loads';
  /** For a person: what is wrong, where, what to do. */
  readonly sentence: string;
}

/**
 * A network made ready for a sweep: what lies in a row without a branch or a load between is one section. Section i
 * ends in node i, and its beginning, `before[i]`, is a smaller number, or -1 for the source.
 */
export interface Feeder {
  readonly source: NetworkFile['source'];
  readonly before: Int32Array;
  /** Of each section: r1, x1 and a third of the zero sequence's difference from them, r and x: `OHMS` numbers. */
  readonly ohms: Float64Array;
  readonly loads: readonly FeederLoad[];
}

export interface FeederLoad {
  readonly meter: number;
  readonly section: number;
  readonly phases: LoadPhases;
  /** Reactive power for each watt. */
  readonly tangent: number;
}

/** Numbers in `Feeder.ohms` for one section. */
export const OHMS = 4;
export const NETWORK_LINES_MAX = 10_000;
export const NETWORK_LOADS_MAX = 1_024;
const POWER_FACTOR = 0.95;
const POWER_FACTOR_MIN = 0.1;
const VOLTS_MAX = 1_000;
const OHMS_MAX = 1_000;
const METRES_MAX = 100_000;
const METRES_PER_KILOMETRE = 1_000;

/** Checks a network and makes it ready. */
export function feederOf(file: NetworkFile): Feeder | NetworkFailure {
  const wrong = wrongNumber(file);
  if (wrong !== undefined) return wrong;
  const tree = treeOf(file);
  if ('reason' in tree) return tree;
  const fault = wrongLoads(file, tree);
  return fault ?? merged(file, tree);
}

const refuse = (reason: NetworkFailure['reason'], sentence: string): NetworkFailure => ({ reason, sentence });

function wrongNumber({ source, cables, lines, loads }: NetworkFile): NetworkFailure | undefined {
  if (lines.length > NETWORK_LINES_MAX || loads.length > NETWORK_LOADS_MAX) {
    const most = `${NETWORK_LINES_MAX} lines and ${NETWORK_LOADS_MAX} loads`;
    return refuse('too-large', `A network has at most ${most}, not ${lines.length} and ${loads.length}.`);
  }
  if (loads.length === 0) return refuse('no-loads', 'The network has no load: name the meters and where they stand.');
  if (!isBetween(source.volts, 1, VOLTS_MAX)) {
    return refuse('number-wrong', `The source has from 1 to ${VOLTS_MAX} V, not ${source.volts}.`);
  }
  for (const [name, ohms] of [['source', source.ohms] as const, ...Object.entries(cables)]) {
    const isPlausible = [ohms.r1, ohms.x1, ohms.r0, ohms.x0].every((each) => isBetween(each, 0, OHMS_MAX));
    if (!isPlausible) return refuse('number-wrong', `The ohms of "${name}" are not all from 0 to ${OHMS_MAX}.`);
  }
  for (const { from, to, metres } of lines) {
    if (isBetween(metres, 0, METRES_MAX)) continue;
    return refuse(
      'number-wrong',
      `The line from "${from}" to "${to}" is from 0 to ${METRES_MAX} m long, not ${metres}.`,
    );
  }
  const odd = loads.find(({ powerFactor = POWER_FACTOR }) => !isBetween(powerFactor, POWER_FACTOR_MIN, 1));
  if (odd === undefined) return undefined;
  const least = `from ${POWER_FACTOR_MIN} to 1`;
  return refuse('number-wrong', `The power factor of meter ${odd.meter} is ${least}, not ${odd.powerFactor}.`);
}

const isBetween = (value: number, least: number, most: number): boolean => value >= least && value <= most;

/** A node and the line by which it is fed. */
interface Fed {
  readonly before: string;
  readonly line: NetworkLine;
}

/** Nodes in the order in which they are reached from the source. */
type Tree = ReadonlyMap<string, Fed>;

function treeOf({ source, cables, lines }: NetworkFile): Tree | NetworkFailure {
  const beside = new Map<string, { readonly node: string; readonly line: NetworkLine }[]>();
  const meets = (node: string, other: string, line: NetworkLine) => {
    const known = beside.get(node);
    if (known === undefined) beside.set(node, [{ node: other, line }]);
    else known.push({ node: other, line });
  };
  for (const line of lines) {
    const { from, to, cable } = line;
    if (!Object.hasOwn(cables, cable)) {
      return refuse('cable-unknown', `The line from "${from}" to "${to}" is of cable "${cable}", which has no ohms.`);
    }
    meets(from, to, line);
    meets(to, from, line);
  }
  const tree = new Map<string, Fed>();
  const reached = [source.node];
  const used = new Set<NetworkLine>();
  for (let node = reached.pop(); node !== undefined; node = reached.pop()) {
    for (const next of beside.get(node) ?? []) {
      if (used.has(next.line)) continue;
      used.add(next.line);
      if (next.node === source.node || tree.has(next.node)) {
        const { from, to } = next.line;
        return refuse('loop', `The line from "${from}" to "${to}" closes a loop: leave out the one that is open.`);
      }
      tree.set(next.node, { before: node, line: next.line });
      reached.push(next.node);
    }
  }
  const island = lines.find((line) => !used.has(line));
  if (island === undefined) return tree;
  return refuse(
    'island',
    `The line from "${island.from}" to "${island.to}" is an island: nothing joins it to the source.`,
  );
}

function wrongLoads({ source, loads }: NetworkFile, tree: Tree): NetworkFailure | undefined {
  const seen = new Set<number>();
  for (const { meter, node } of loads) {
    if (seen.has(meter)) return refuse('meter-twice', `Meter ${meter} stands at two places: name the one where it is.`);
    seen.add(meter);
    if (node === source.node || tree.has(node)) continue;
    return refuse('node-unknown', `Meter ${meter} stands at node "${node}", to which no line goes.`);
  }
  return undefined;
}

/** A node is kept where lines part, and where a meter stands. */
function merged({ source, cables, loads }: NetworkFile, tree: Tree): Feeder {
  const lines = new Map<string, number>();
  for (const { before } of tree.values()) lines.set(before, (lines.get(before) ?? 0) + 1);
  const loaded = new Set(loads.map(({ node }) => node));
  const sections = new Map<string, number>([[source.node, SOURCE_SECTION]]);
  const before: number[] = [];
  const ohms: number[] = [];
  // What led to a node that is not kept, added up.
  const passed = new Map<string, { readonly section: number; readonly ohms: readonly number[] }>();
  for (const [node, fed] of tree) {
    const own = ohmsOf(cables[fed.line.cable] as SequenceOhms, fed.line.metres / METRES_PER_KILOMETRE);
    const way = passed.get(fed.before);
    const all = way === undefined ? own : own.map((each, i) => each + (way.ohms[i] as number));
    const section = way?.section ?? (sections.get(fed.before) as number);
    if (lines.get(node) === 1 && !loaded.has(node)) {
      passed.set(node, { section, ohms: all });
      continue;
    }
    sections.set(node, before.length);
    before.push(section);
    ohms.push(...all);
  }
  return {
    source,
    before: Int32Array.from(before),
    ohms: Float64Array.from(ohms),
    loads: loads.map(({ meter, node, phases, powerFactor = POWER_FACTOR }) => ({
      ...{ meter, phases, section: sections.get(node) as number },
      tangent: Math.sqrt(1 - powerFactor ** 2) / powerFactor,
    })),
  };
}

/** A load at the terminals themselves. */
const SOURCE_SECTION = -1;

/** What `Feeder.ohms` holds of one section. */
export const ohmsOf = ({ r1, x1, r0, x0 }: SequenceOhms, times: number): number[] =>
  [r1, x1, (r0 - r1) / 3, (x0 - x1) / 3].map((each) => each * times);
