/** What turns a life: a strike, what comes of one later, and a promise that is broken. */
const TURN = /^\S+ (fault: |cut: |the database |broken: )/;
const BROKEN = /^\S+ broken: /;
const UNIT = /\bunit \d/;
/** So many lines are told before and after each turn. */
const NEAR = 30;

/**
 * The trace of a life as a story: of the meters that were struck, of the first of which a promise was broken, and of
 * what concerns all. Where nothing turns for long, lines are left out, and it ends with the last turn.
 *
 * @param ids of all meters, as the trace has them
 */
export function storyOf(trace: readonly string[], ids: readonly string[]): readonly string[] {
  const last = trace.findLastIndex((line) => TURN.test(line));
  const lines = trace.slice(0, last === -1 ? undefined : last + 1);
  const broken = lines.find((line) => BROKEN.test(line)) ?? '';
  const causes = [broken, ...lines.filter((line) => TURN.test(line) && !BROKEN.test(line))];
  const told = ids.filter((id) => causes.some((line) => line.includes(id)));
  // What is broken for the books as a whole may have its cause in any meter.
  const ofAll = !ids.some((id) => broken.includes(id));
  return shortened(
    lines.filter(
      (line) =>
        ofAll ||
        TURN.test(line) ||
        told.some((id) => line.includes(id)) ||
        !(UNIT.test(line) || ids.some((id) => line.includes(id))),
    ),
  );
}

/** Two spaces before each line, an asterisk before each turn, and the day where it is another one. */
function shortened(lines: readonly string[]): readonly string[] {
  const near = new Set<number>();
  for (const [i, line] of lines.entries()) {
    if (!TURN.test(line)) continue;
    for (let by = -NEAR; by <= NEAR; by++) near.add(i + by);
  }
  const told: string[] = [];
  let day = '';
  let leftOut = 0;
  for (const [i, line] of lines.entries()) {
    if (!near.has(i)) {
      leftOut += 1;
      continue;
    }
    if (leftOut > 0) told.push(`  … ${leftOut} lines`);
    leftOut = 0;
    const [today = '', rest = ''] = line.split(/T(.*)/s);
    if (today !== day) told.push(today);
    day = today;
    told.push(`${TURN.test(line) ? '*' : ' '} ${rest}`);
  }
  return told;
}
