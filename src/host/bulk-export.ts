import { SUITE_NAMES } from '../crypto/index.ts';
import { startsOfDays } from '../tariff/index.ts';
import { type Milliseconds, regionText, svpmsnText } from '../units/index.ts';
import { regionsCell } from './bulk-cards.ts';
import { IMPORT_KINDS } from './bulk-import.ts';
import { csvRow } from './csv.ts';
import { fail, isFailure } from './failures.ts';
import type { HostServices, UseQuery } from './services.ts';
import type { HostFailure } from './types.ts';

export const EXPORT_KINDS = [...IMPORT_KINDS, 'card-values', 'ledger', 'use'] as const;

export type ExportRequest =
  | { readonly kind: Exclude<(typeof EXPORT_KINDS)[number], 'use'> }
  | {
      readonly kind: 'use';
      readonly by: UseQuery['by'];
      /** Dates of local time, both included. */
      readonly from: string;
      readonly to: string;
    };

type Source = Pick<
  HostServices,
  'subscribers' | 'meters' | 'tariffs' | 'agents' | 'cardProviders' | 'cards' | 'offlineMeters' | 'postings' | 'use'
>;

const PAGE = 500;
const USE_DAYS_MAX = 366;

/**
 * A table as CSV, piece by piece, so that the largest ledger needs no more memory than a page of it. What an import
 * takes, an import of what is exported finds as it was; `card-values`, `ledger` and `use` only go out.
 */
export async function exportTable(
  host: Source,
  asked: ExportRequest,
  zone: string,
): Promise<AsyncIterable<string> | HostFailure> {
  switch (asked.kind) {
    case 'subscribers':
      return subscribers(host);
    case 'meters':
      return meters(host);
    case 'tariffs':
      return tariffs(host);
    case 'agents':
      return agents(host);
    case 'card-providers':
      return cardProviders(host);
    case 'cards':
      return cards(host);
    case 'card-values':
      return cardValues(host);
    case 'offline-meters':
      return offlineMeters(host);
    case 'ledger':
      return ledger(host);
    case 'use': {
      const starts = startsOfDays(zone, asked.from, asked.to);
      const [from, to] = [starts?.[0], starts?.at(-1)];
      const days = (starts?.length ?? 0) - 1;
      if (from === undefined || to === undefined || days < 1 || days > USE_DAYS_MAX) {
        const span = `"${asked.from}" to "${asked.to}"`;
        return fail(
          'range-wrong',
          `Use is of 1 to ${USE_DAYS_MAX} days by their dates, as 2026-03-01, not of ${span}.`,
          { daysMax: USE_DAYS_MAX },
        );
      }
      return use(host, asked.by, { from, to });
    }
  }
}

async function* subscribers(host: Source): AsyncGenerator<string> {
  yield csvRow(['id', 'name', 'contact']);
  for (let after: string | undefined; ; ) {
    const page = await host.subscribers({ limit: PAGE, ...(after !== undefined && { after }) });
    if (page.length > 0) yield page.map(({ id, name, contact }) => csvRow([id, name, contact])).join('');
    if (page.length < PAGE) return;
    after = page.at(-1)?.id;
  }
}

async function* meterPages(host: Source) {
  for (let after = -1; ; ) {
    const page = await host.meters({ limit: PAGE, after });
    if (page.length > 0) yield page.map(({ meter }) => meter);
    if (page.length < PAGE) return;
    after = page.at(-1)?.meter.svpmsn ?? after;
  }
}

async function* meters(host: Source): AsyncGenerator<string> {
  yield csvRow(['number', 'subscriber', 'local_unit', 'modem_address', 'suite', 'supplies', 'tariff']);
  for await (const page of meterPages(host)) {
    yield page
      .map(({ svpmsn, subscriber, localUnit, modemAddress, suite, supplies, tariff }) =>
        csvRow([svpmsnText(svpmsn), subscriber, localUnit, modemAddress, SUITE_NAMES[suite], supplies, tariff]),
      )
      .join('');
  }
}

async function* tariffs(host: Source): AsyncGenerator<string> {
  yield csvRow(['name', 'valid_from', 'definition']);
  for (const { name, validFrom, definition } of await host.tariffs()) {
    yield csvRow([name, instantText(validFrom), JSON.stringify(definition)]);
  }
}

/** Those that sell. A float is money that was paid in here, and goes nowhere with a table. */
async function* agents(host: Source): AsyncGenerator<string> {
  yield csvRow(['id', 'name', 'commission_basis_points']);
  for (let after: string | undefined; ; ) {
    const page = await host.agents({ limit: PAGE, ...(after !== undefined && { after }) });
    const selling = page.filter(({ closedAt }) => closedAt === undefined);
    const rows = selling.map(({ id, name, commissionBasisPoints }) => csvRow([id, name, commissionBasisPoints]));
    if (rows.length > 0) yield rows.join('');
    if (page.length < PAGE) return;
    after = page.at(-1)?.id;
  }
}

async function* cardProviders(host: Source): AsyncGenerator<string> {
  yield csvRow(['utility', 'region', 'name', 'account', 'ticket_limit', 'ticket_days']);
  for (const { utility, region, name, account, ticketLimit, ticketDays } of await host.cardProviders()) {
    yield csvRow([utility, regionText(region), name, account, ticketLimit, ticketDays]);
  }
}

/** Those in use. What was sold for them is in the ledger, and their value on them. */
async function* cards(host: Source): AsyncGenerator<string> {
  yield csvRow(['number', 'subscriber', 'regions']);
  for (let after: string | undefined; ; ) {
    const page = await host.cards({ state: 'active', limit: PAGE, ...(after !== undefined && { after }) });
    const rows = page.map(({ card, purses }) => csvRow([card.id, card.subscriber, regionsCell(purses)]));
    if (rows.length > 0) yield rows.join('');
    if (page.length < PAGE) return;
    after = page.at(-1)?.card.id;
  }
}

/** Of each region of each card that was ever issued what was loaded, and where the card told last that it is. */
async function* cardValues(host: Source): AsyncGenerator<string> {
  const sums = ['loaded', 'balance', 'pending', 'handed_over', 'taken_off', 'given_to_other_cards'];
  yield csvRow(['card', 'state', 'region', 'provider', ...sums, 'told_at']);
  for (let after: string | undefined; ; ) {
    const page = await host.cards({ limit: PAGE, ...(after !== undefined && { after }) });
    const rows = page.flatMap(({ card: { id, state }, purses }) =>
      purses.map((purse) =>
        csvRow([
          ...[id, state, regionText(purse.region), purse.provider],
          ...[purse.credited, purse.balance, purse.pending, purse.handed, purse.closed + purse.released],
          ...[purse.recovered, purse.toldAt === undefined ? undefined : instantText(purse.toldAt)],
        ]),
      ),
    );
    if (rows.length > 0) yield rows.join('');
    if (page.length < PAGE) return;
    after = page.at(-1)?.card.id;
  }
}

/** What has a line is among the meters, and comes to this list by itself. */
async function* offlineMeters(host: Source): AsyncGenerator<string> {
  yield csvRow(['number', 'provider', 'subscriber', 'key']);
  for (let after: string | undefined; ; ) {
    const page = await host.offlineMeters({ limit: PAGE, ...(after !== undefined && { after }) });
    const without = page.filter(({ line }) => !line);
    const rows = without.map(({ id, provider, subscriber, n }) => csvRow([id, provider, subscriber, n]));
    if (rows.length > 0) yield rows.join('');
    if (page.length < PAGE) return;
    after = page.at(-1)?.id;
  }
}

/** A line for each line of a posting, the newest posting first. */
async function* ledger(host: Source): AsyncGenerator<string> {
  yield csvRow(['sequence', 'at', 'kind', 'meter', 'order', 'account', 'amount']);
  for (let before: number | undefined; ; ) {
    const page = await host.postings({ limit: PAGE, ...(before !== undefined && { before }) });
    const rows = page.flatMap(({ sequence, at, kind, svpmsn, order, lines }) =>
      lines.map(({ account, amount }) =>
        csvRow([
          sequence,
          instantText(at),
          kind,
          svpmsn === undefined ? undefined : svpmsnText(svpmsn),
          order,
          account,
          amount,
        ]),
      ),
    );
    if (rows.length > 0) yield rows.join('');
    if (page.length < PAGE) return;
    before = page.at(-1)?.sequence;
  }
}

async function* use(
  host: Source,
  by: UseQuery['by'],
  span: { readonly from: Milliseconds; readonly to: Milliseconds },
): AsyncGenerator<string> {
  yield csvRow(['meter', 'supply', by, 'start', 'energy_wh', 'missing_minutes', 'uncertain_minutes']);
  for await (const page of meterPages(host)) {
    for (const { svpmsn, supplies } of page) {
      for (let supply = 1; supply <= supplies; supply++) {
        const buckets = await host.use({ meter: svpmsn, supply, by, ...span });
        // The span is the same for all meters: it was refused for the first of them, or for none.
        if (isFailure(buckets)) throw new RangeError(buckets.sentence);
        yield buckets
          .map(({ name, start, energy, missingMinutes, uncertainMinutes }) => {
            const wattHours = `${Math.floor(energy / 10)}.${energy % 10}`;
            const when = instantText(start * 1000);
            return csvRow([svpmsnText(svpmsn), supply, name, when, wattHours, missingMinutes, uncertainMinutes]);
          })
          .join('');
      }
    }
  }
}

const instantText = (at: number): string => new Date(at).toISOString();
