import { toHex } from '../bytes/index.ts';
import {
  askSerialNumber,
  type CardReading,
  type CardSession,
  decodeResponseApdu,
  LoadKind,
  type MasterCounts,
  masterCounts,
  type RegionReading,
  type RegionValue,
  readCard,
  StatusWord,
  selectBlank,
} from '../card/index.ts';
import { keyNameFromByte, keyNameText } from '../crypto/index.ts';
import { svpmsnText } from '../units/index.ts';
import { noWord, parsedVerb, regionName } from './card-options.ts';
import { cardPlaceOf, taken, withCards } from './card-place.ts';

/** `wattpurse card read`: what a card tells whoever holds it. */
export async function cardRead(args: readonly string[]): Promise<number> {
  const { values, positionals } = parsedVerb(args, {
    ...{ card: { type: 'string' }, reader: { type: 'string' }, json: { type: 'boolean' } },
  });
  noWord(positionals, 'read');
  const place = cardPlaceOf('read', { card: values.card, reader: values.reader });
  const read = await withCards([place], async ([session]) => readAny(session as CardSession));
  process.stdout.write(`${values.json === true ? JSON.stringify(read) : readText(read).join('\n')}\n`);
  return 0;
}

type Read =
  | ({ readonly kind: 'purse' } & CardReading)
  | { readonly kind: 'blank'; readonly csn: string }
  | ({ readonly kind: 'master'; readonly csn: string } & MasterCounts);

async function readAny(session: CardSession): Promise<Read> {
  const csn = async () => toHex((await said(session, askSerialNumber())).data);
  if ((await said(session, selectBlank())).status === StatusWord.done) return { kind: 'blank', csn: await csn() };
  const counts = await masterCounts(session);
  if (!('reason' in counts)) return { kind: 'master', csn: await csn(), ...counts };
  return { kind: 'purse', ...taken<CardReading>(await readCard(session)) };
}

async function said(session: CardSession, command: Uint8Array) {
  const answer = taken<Uint8Array>(await session.transmit(command));
  const decoded = decodeResponseApdu(answer);
  return 'reason' in decoded ? { data: answer, status: 0 } : decoded;
}

function readText(read: Read): readonly string[] {
  switch (read.kind) {
    case 'blank':
      return [`Blank card ${read.csn}: nothing is on it before it is issued.`];
    case 'master': {
      const whose = read.scope === 0 ? 'the issuer’s' : `for ${regionName(read.scope)}`;
      const tries = read.triesLeft === 0 ? 'its PIN is blocked' : `${read.triesLeft} tries of its PIN are left`;
      return [
        `Master card ${read.csn}, ${whose}, ${keyText(read)}`,
        `  ${read.given} keys given, ${read.issued} cards proved; ${tries}`,
      ];
    }
    case 'purse':
      return [`Card ${read.csn}`, ...read.regions.flatMap(regionLines)];
  }
}

const keyText = ({ utility, n }: { readonly utility: number; readonly n: number }): string =>
  `utility ${utility}, key ${keyNameText(keyNameFromByte(n))}`;

function regionLines({ region, value }: RegionReading): readonly string[] {
  const name = `  ${regionName(region).padEnd(12)}`;
  if (value === undefined) return [`${name}is damaged: its value waits for a person.`];
  return [
    `${name}${value.balance} tokens; ${value.creditedTotal} ever loaded; ${keyText(value)}`,
    ...pendingLines(value),
    ...value.loads.map(({ counter, kind, amount }) => `    load ${counter}: ${LOAD_TEXTS[kind](amount)}`),
    ...value.debits.map(
      ({ counter, meter, amount }) => `    debit ${counter}: ${amount} to meter ${svpmsnText(meter)}`,
    ),
  ];
}

const pendingLines = ({ pending, debitCounter }: RegionValue): readonly string[] =>
  pending === undefined
    ? []
    : [
        `    pending: debit ${debitCounter} of ${pending.amount} to meter ${svpmsnText(pending.meter)}, not acknowledged`,
      ];

/** What was done with a load. */
export const LOAD_TEXTS: Readonly<Record<LoadKind, (amount: number) => string>> = {
  [LoadKind.credited]: (amount) => `${amount} credited`,
  [LoadKind.voided]: () => 'voided, nothing was credited',
  [LoadKind.full]: () => 'refused, the card was full',
  [LoadKind.closed]: (amount) => `closed, ${amount} left the card`,
  [LoadKind.released]: (amount) => `released, ${amount} that were pending left the card`,
};
