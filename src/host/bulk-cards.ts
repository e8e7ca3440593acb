import { isCsn, REGION_NAMES, Region, type RegionName, svpmsnText } from '../units/index.ts';
import type { Kind } from './bulk-import.ts';
import { providerIdOf, regionOfProvider } from './card-ids.ts';
import { cardKeyMissing, offlineKeyMissing } from './card-keys.ts';
import { addProvider, enrolOffline, issueCard } from './cards.ts';
import { fail, isFailure } from './failures.ts';
import type { CardProvider, HostFailure, OfflineMeter } from './types.ts';

/** Tables of those for whom cards carry value, of cards, and of meters without a line, as they are taken in. */
export const CARD_KINDS = {
  'card-providers': {
    columns: ['utility', 'region', 'name', 'account', 'ticket_limit', 'ticket_days'],
    needed: ['utility', 'region', 'name', 'account', 'ticket_limit', 'ticket_days'],
    blames: { 'provider-known': 'utility' },
    async take(tx, cells, _office, now) {
      const name = cells.text('region');
      const region = Region[name as RegionName];
      if (region === undefined) cells.refuse('region', `A region is one of ${REGION_NAMES.join(', ')}.`);
      const row = {
        ...{ utility: cells.whole('utility'), region, name: cells.text('name'), account: cells.text('account') },
        ...{ ticketLimit: cells.whole('ticket_limit'), ticketDays: cells.whole('ticket_days') },
      };
      if (cells.faults.length > 0) return undefined;
      const [before] = await tx.cardProviders.of([providerIdOf(row)]);
      if (before === undefined) return added(await addProvider(tx, row, now));
      if (isSameProvider(before, row)) return 'known';
      return fail('provider-known', `Provider ${before.id} is here already, and not as this line says.`);
    },
  },
  cards: {
    columns: ['number', 'subscriber', 'regions'],
    needed: ['number', 'subscriber', 'regions'],
    blames: {
      ...{ 'card-known': 'number', 'subscriber-unknown': 'subscriber', 'provider-unknown': 'regions' },
      'card-key-missing': 'regions',
    },
    async take(tx, cells, { keys }, now) {
      const csn = cells.text('number');
      if (!isCsn(csn)) cells.refuse('number', "A card's number has 14 lower-case hex digits.");
      const said = cells.text('regions').split(' ');
      if (!said.every((each) => REGION_FORM.test(each))) {
        cells.refuse('regions', 'Regions are the provider and the key of each, as 258-2:32 258-3:32.');
      }
      if (cells.faults.length > 0) return undefined;
      const regions = said.map((each) => {
        const [provider = '', n] = each.split(':');
        return { region: regionOfProvider(provider), provider, n: Number(n) };
      });
      const card = { csn, subscriber: cells.text('subscriber'), regions };
      const [before] = await tx.cards.of([csn]);
      const providers = await tx.cardProviders.of(regions.map(({ provider }) => provider));
      const missing = before === undefined ? await cardKeyMissing(keys, card, providers) : undefined;
      if (missing !== undefined) return missing;
      const issued = await issueCard(tx, card, now);
      if (before === undefined || !isFailure(issued)) return before === undefined ? added(issued) : 'known';
      return issued.reason === 'card-known'
        ? fail('card-known', `Card ${csn} is here already, and not as this line says.`)
        : issued;
    },
  },
  'offline-meters': {
    columns: ['number', 'provider', 'subscriber', 'key'],
    needed: ['number', 'provider', 'subscriber', 'key'],
    blames: {
      ...{ 'meter-known': 'number', 'subscriber-unknown': 'subscriber', 'provider-unknown': 'provider' },
      'card-key-missing': 'key',
    },
    async take(tx, cells, { keys }, now) {
      const row = {
        ...{ svpmsn: cells.meterNumber('number'), provider: cells.text('provider') },
        ...{ subscriber: cells.text('subscriber'), n: cells.whole('key') },
      };
      if (cells.faults.length > 0) return undefined;
      const id = svpmsnText(row.svpmsn as OfflineMeter['svpmsn']);
      const [before] = await tx.offlineMeters.of([id]);
      if (before !== undefined) {
        const { provider, subscriber, n, line } = before;
        if (!line && provider === row.provider && subscriber === row.subscriber && n === row.n) return 'known';
        return fail('meter-known', `Meter ${id} is enrolled already, and not as this line says.`);
      }
      return (await offlineKeyMissing(keys, row)) ?? added(await enrolOffline(tx, row, now));
    },
  },
} as const satisfies Readonly<Record<string, Kind>>;

/** Provider and name of the key. */
const REGION_FORM = /^\d{1,5}-[1-6]:\d{1,3}$/;

const isSameProvider = (
  a: CardProvider,
  b: Pick<CardProvider, 'name' | 'account'> & Readonly<Record<'ticketLimit' | 'ticketDays', number>>,
) => a.name === b.name && a.account === b.account && a.ticketLimit === b.ticketLimit && a.ticketDays === b.ticketDays;

const added = (answer: object): 'added' | HostFailure => (isFailure(answer) ? answer : 'added');

/** The regions of a card as `CARD_KINDS` takes them. */
export const regionsCell = (regions: readonly { readonly provider: string; readonly n: number }[]): string =>
  regions.map(({ provider, n }) => `${provider}:${n}`).join(' ');
