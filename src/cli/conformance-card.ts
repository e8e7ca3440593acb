import { CARD_CHECKS, testCard } from '../conformance/index.ts';
import { masterPlaceOf, portAt } from './card-place.ts';
import { checksNamed, reported } from './conformance-report.ts';
import { systemRandomness } from './demo-keys.ts';
import { needed, parsedWords } from './flags.ts';
import { readCardKeyList } from './key-list.ts';
import { WrongUse } from './usage.ts';

/** `wattpurse conformance --card FILE|reader:NAME …`: exit 1 when a rule is broken. */
export async function cardConformance(args: readonly string[]): Promise<number> {
  const { values, positionals } = parsedWords('conformance', args, {
    ...{ card: { type: 'string' }, keys: { type: 'string' }, only: { type: 'string', multiple: true } },
    json: { type: 'boolean' },
  });
  if (positionals.length > 0) {
    throw new WrongUse(`conformance --card takes no "${positionals[0]}": see "wattpurse help conformance".`);
  }
  const place = needed('conformance', values.card, '--card', 'the card: reader:NAME, or the file of one');
  const path = needed('conformance', values.keys, '--keys', "the file of the card's keys");
  const keys = readCardKeyList(path);
  const only = checksNamed(values.only ?? [], CARD_CHECKS);
  const slot = await portAt(masterPlaceOf(place));
  try {
    const test = { ...keys, slot, only, randomness: systemRandomness };
    return await reported(values.json ?? false, (told) => testCard(test, told));
  } finally {
    await slot.close();
  }
}
