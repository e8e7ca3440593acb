import { type IssuedCard, issueCard } from '../card/index.ts';
import { CardHost } from './card-host.ts';
import { noWord, PIN_VARIABLE, parsedVerb, regionName } from './card-options.ts';
import { cardPlaceOf, masterPlaceOf, taken, withCards } from './card-place.ts';
import { needed } from './flags.ts';
import { secretNeeded } from './secret.ts';
import { WrongUse } from './usage.ts';

/** `wattpurse card issue`: a blank card becomes a purse card, and a host is told whose it is. */
export async function cardIssue(args: readonly string[]): Promise<number> {
  const { values, positionals } = parsedVerb(args, {
    ...{ card: { type: 'string' }, reader: { type: 'string' }, master: { type: 'string', multiple: true } },
    ...{ host: { type: 'string' }, subscriber: { type: 'string' }, json: { type: 'boolean' } },
  });
  noWord(positionals, 'issue');
  const place = cardPlaceOf('issue', { card: values.card, reader: values.reader });
  const masters = values.master ?? [];
  if (masters.length === 0) {
    throw new WrongUse('card issue needs master cards: name each with --master FILE, or --master reader:NAME.');
  }
  const host = values.host === undefined ? undefined : CardHost.at(values.host);
  if (host === undefined && values.subscriber !== undefined) {
    throw new WrongUse('--subscriber is for the host that registers the card: name it with --host.');
  }
  const subscriber =
    host && needed('card issue', values.subscriber, '--subscriber', 'whose card it is, for the host that registers it');
  const pins = pinsOf(masters.length);
  const card = await withCards([place, ...masters.map(masterPlaceOf)], async ([blank, ...slots]) => {
    if (blank === undefined) throw new Error('the place of the card comes first');
    return taken<IssuedCard>(
      await issueCard(
        slots.map((session, i) => ({ session, pin: pins[i] as string })),
        blank,
      ),
    );
  });
  if (host !== undefined && subscriber !== undefined) await host.register(card, subscriber);
  process.stdout.write(
    `${values.json === true ? JSON.stringify({ ...card, subscriber }) : issueText(card, subscriber)}\n`,
  );
  return 0;
}

/** One for all, or one for each in their order. @throws WrongUse */
function pinsOf(count: number): readonly string[] {
  const pins = secretNeeded(PIN_VARIABLE, 'A master card gives nothing without its PIN').split(',');
  if (pins.length === 1) return Array.from({ length: count }, () => pins[0] as string);
  if (pins.length === count) return pins;
  throw new WrongUse(
    `${PIN_VARIABLE} holds ${pins.length} PINs, and there are ${count} master cards: give one for all, or one for each, separated by commas.`,
  );
}

function issueText({ csn, regions, wasIssued }: IssuedCard, subscriber: string | undefined): string {
  const names = regions.map(({ region, utility }) => `${regionName(region)} of utility ${utility}`).join(', ');
  const what = wasIssued ? `Card ${csn} had been issued before, and is proved now` : `Card ${csn} is issued`;
  return `${what}: ${names}.${subscriber === undefined ? '' : ` It is registered for ${subscriber}.`}`;
}
