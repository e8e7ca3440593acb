interface Corner {
  readonly at: readonly number[];
  readonly value: number;
}

/** A simplex whose values differ by less has found its minimum. */
const FLAT = 1e-7;

/**
 * Nelder and Mead's search for a minimum by values alone. It takes each step from the start along one axis first.
 * @returns the best place found
 */
export function minimise(
  cost: (at: readonly number[]) => number,
  start: readonly number[],
  { step, tries }: { readonly step: number; readonly tries: number },
): readonly number[] {
  const corner = (at: readonly number[]): Corner => ({ at, value: cost(at) });
  const along = (axis: number) => start.map((value, i) => (i === axis ? value + step : value));
  let corners = [corner(start), ...start.map((_, axis) => corner(along(axis)))];
  for (let tried = 0; tried < tries; tried++) {
    corners.sort((a, b) => a.value - b.value);
    const [best, worst] = [corners[0] as Corner, corners.at(-1) as Corner];
    if (worst.value - best.value < FLAT) return best.at;
    const others = corners.slice(0, -1);
    const centre = start.map((_, i) => others.reduce((sum, { at }) => sum + (at[i] as number), 0) / others.length);
    const beyond = (factor: number) =>
      corner(centre.map((value, i) => value + factor * (value - (worst.at[i] as number))));
    const better = replacement(corners, beyond);
    if (better !== undefined) corners[corners.length - 1] = better;
    else
      corners = [best, ...corners.slice(1).map(({ at }) => corner(at.map((v, i) => (v + (best.at[i] as number)) / 2)))];
  }
  return corners.reduce((best, each) => (each.value < best.value ? each : best)).at;
}

/** What takes the place of the worst corner, or nothing where all are to be drawn towards the best. */
function replacement(corners: readonly Corner[], beyond: (factor: number) => Corner): Corner | undefined {
  const [best, second, worst] = [corners[0] as Corner, corners.at(-2) as Corner, corners.at(-1) as Corner];
  const mirrored = beyond(1);
  if (mirrored.value < best.value) {
    const further = beyond(2);
    return further.value < mirrored.value ? further : mirrored;
  }
  if (mirrored.value < second.value) return mirrored;
  const nearer = beyond(-0.5);
  return nearer.value < worst.value ? nearer : undefined;
}
