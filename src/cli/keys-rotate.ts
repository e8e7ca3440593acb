import { randomUUID } from 'node:crypto';
import { PURPOSE_NAMES } from '../crypto/index.ts';
import { type Act, type RotationAsked, type RotationPlan, type RotationStep, rotationText } from '../host/index.ts';
import { svpmsnText } from '../units/index.ts';
import { folderOf } from './demo-options.ts';
import { CannotGoOn } from './failure.ts';
import { needed, parsedWords } from './flags.ts';
import { checkDatabase } from './host-options.ts';
import { valueSuiteOf } from './suite-option.ts';
import { WrongUse } from './usage.ts';
import { withBooks } from './utility-folder.ts';
import { wallClock } from './wall-clock.ts';

/**
 * `wattpurse keys rotate PURPOSE`: orders a step of a rotation from a stage of meters. The host carries it out while it
 * runs. Given again it goes on with the next stage.
 */
export async function keysRotate(args: readonly string[]): Promise<number> {
  const { values, positionals } = parsedWords('keys', args, {
    ...{
      data: { type: 'string' },
      database: { type: 'string' },
      suite: { type: 'string' },
      meters: { type: 'string' },
    },
    ...{ raise: { type: 'boolean' }, 'back-out': { type: 'boolean' }, 'dry-run': { type: 'boolean' } },
    json: { type: 'boolean' },
  });
  const data = folderOf(needed('keys rotate', values.data, '--data', 'the folder of the host whose meters they are'));
  const { database, meters, json = false, raise = false } = values;
  if (database !== undefined) checkDatabase(database);
  const asked: RotationAsked = {
    ...{ purpose: purposeOf(positionals), suite: valueSuiteOf(values.suite ?? 'aes128') },
    step: stepOf(raise, values['back-out'] ?? false),
    ...(meters !== undefined && { most: countOf(meters) }),
  };
  return withBooks(
    { data, database },
    async ({ host, isDemo }) => {
      if (isDemo)
        throw new WrongUse(`${data} holds a demo, which has one generation of keys: name the folder of a host.`);
      const answer = values['dry-run'] ? await host.planRotation(asked) : await host.by(actOf(asked)).rotateKeys(asked);
      if ('reason' in answer) throw new CannotGoOn(answer.sentence);
      process.stdout.write(json ? `${JSON.stringify(asJson(answer, asked))}\n` : `${rotationText(answer, asked)}\n`);
      return 0;
    },
    { writes: true },
  );
}

function purposeOf(words: readonly string[]): RotationAsked['purpose'] {
  const [word = '', ...more] = words;
  const purpose = PURPOSE_NAMES.find((name) => name === word);
  if (purpose !== undefined && purpose !== 'maintenance' && more.length === 0) return purpose;
  throw new WrongUse(`keys rotate takes value, control or monitoring, not "${words.join(' ')}".`);
}

function stepOf(raise: boolean, isBackOut: boolean): RotationStep {
  if (raise && isBackOut) throw new WrongUse('--raise ends a rotation and --back-out undoes it: give one of them.');
  return raise ? 'raise' : isBackOut ? 'back-out' : 'give';
}

function countOf(text: string): number {
  if (/^[1-9]\d{0,7}$/.test(text)) return Number(text);
  throw new WrongUse(`--meters is how many meters this stage has, from 1 on, not "${text}".`);
}

const actOf = ({ purpose, step, most }: RotationAsked): Act => ({
  ...{ at: wallClock.now(), by: 'command line', role: 'system-manager', action: 'rotateKeys' },
  ...{ subject: `keys ${purpose}`, detail: JSON.stringify({ step, meters: most ?? 'all' }), request: randomUUID() },
});

const asJson = ({ generation, left, meters, stage }: RotationPlan, { purpose, step }: RotationAsked) => ({
  ...{ purpose, step, generation, left, stage: stage.map(svpmsnText) },
  meters: Object.fromEntries([...meters].map(([place, of]) => [place, of.map(svpmsnText)])),
});
