import type { ComponentType } from 'react';
import type { Operation, Reach } from '../api/index.ts';
import type { PAGE_NAMES } from '../words/index.ts';

export type PageName = keyof (typeof PAGE_NAMES)['en'];

/** One page: where it is, what one needs to be allowed, and where it stands in the menu. */
export interface PageEntry {
  readonly name: PageName;
  /** As the router writes it: `meters/:number`. */
  readonly path: string;
  /** Whoever may not do this sees neither the page nor its place in the menu; without one it is for all who are logged in. */
  readonly needs?: Operation;
  /** `own`: only for those who reach with it no further than what is their own, as a subscriber does. `all`: for the others. */
  readonly reach?: 'all' | 'own';
  /** Where in the menu; a page without one is reached from others. */
  readonly group?: 'see' | 'sell' | 'watch' | 'account' | 'run';
  readonly frame?: 'none';
  /** Only a demo has it: the meters of another host hang in real houses. */
  readonly demo?: true;
  /** It opens where no host answers. */
  readonly isKept?: true;
  readonly load: () => Promise<ComponentType>;
}

/** Every page there is, in the order of the menu. */
export const PAGES: readonly PageEntry[] = [
  {
    ...{ name: 'home', path: 'home', needs: 'listMeters', reach: 'own', group: 'see' },
    load: async () => (await import('./pages/home/home.tsx')).HomePage,
  },
  {
    ...{ name: 'home-buy', path: 'home-buy', needs: 'pay', reach: 'own', group: 'see' },
    load: async () => (await import('./pages/home-buy/home-buy.tsx')).HomeBuyPage,
  },
  {
    ...{ name: 'home-statement', path: 'home-statement', needs: 'readStatement', reach: 'own', group: 'see' },
    load: async () => (await import('./pages/home-statement/home-statement.tsx')).HomeStatementPage,
  },
  {
    ...{ name: 'home-receipts', path: 'home-receipts', needs: 'listMeterOrders', reach: 'own', group: 'see' },
    load: async () => (await import('./pages/home-receipts/home-receipts.tsx')).HomeReceiptsPage,
  },
  {
    ...{ name: 'overview', path: 'overview', needs: 'readOverview', group: 'see' },
    load: async () => (await import('./pages/overview/overview.tsx')).OverviewPage,
  },
  {
    ...{ name: 'grid', path: 'grid', needs: 'readGrid', group: 'see' },
    load: async () => (await import('./pages/grid/grid.tsx')).GridPage,
  },
  {
    ...{ name: 'meter', path: 'meters/:number', needs: 'readMeter' },
    load: async () => (await import('./pages/meter/meter.tsx')).MeterPage,
  },
  {
    ...{ name: 'cut', path: 'meters/:number/cut', needs: 'listCutOffs' },
    load: async () => (await import('./pages/cut/cut.tsx')).CutPage,
  },
  {
    ...{ name: 'exchange', path: 'meters/:number/exchanges/:exchange', needs: 'listExchanges' },
    load: async () => (await import('./pages/exchange/exchange.tsx')).ExchangePage,
  },
  {
    ...{ name: 'meters', path: 'meters', needs: 'listMeters', reach: 'all', group: 'see' },
    load: async () => (await import('./pages/meters/meters.tsx')).MetersPage,
  },
  {
    ...{ name: 'panel', path: 'panel', demo: true, group: 'see' },
    load: async () => (await import('./pages/panel/panels.tsx')).PanelsPage,
  },
  {
    ...{ name: 'panel', path: 'panel/:number', demo: true },
    load: async () => (await import('./pages/panel/panel.tsx')).PanelPage,
  },
  {
    ...{ name: 'subscribers', path: 'subscribers', needs: 'listSubscribers', group: 'see' },
    load: async () => (await import('./pages/subscribers/subscribers.tsx')).SubscribersPage,
  },
  {
    ...{ name: 'subscribers', path: 'subscribers/:subscriber', needs: 'listSubscribers' },
    load: async () => (await import('./pages/subscribers/subscriber.tsx')).SubscriberPage,
  },
  {
    ...{ name: 'sell', path: 'sell', needs: 'buy', group: 'sell' },
    load: async () => (await import('./pages/sell/sell.tsx')).SellPage,
  },
  {
    ...{ name: 'sell', path: 'sell/:order', needs: 'listOrders' },
    load: async () => (await import('./pages/sell/sale.tsx')).SalePage,
  },
  {
    ...{ name: 'sell', path: 'vend', needs: 'vend', group: 'sell' },
    load: async () => (await import('./pages/vend/vend.tsx')).VendPage,
  },
  {
    ...{ name: 'sell', path: 'vend/:reference', needs: 'vend' },
    load: async () => (await import('./pages/vend/vend-sale.tsx')).VendSalePage,
  },
  {
    ...{ name: 'till', path: 'till', needs: 'openShift', group: 'sell' },
    load: async () => (await import('./pages/till/till.tsx')).TillPage,
  },
  {
    ...{ name: 'payments', path: 'payments', needs: 'listPayments', group: 'sell' },
    load: async () => (await import('./pages/payments/payments.tsx')).PaymentsPage,
  },
  {
    ...{ name: 'payments', path: 'payments/:payment', needs: 'listPayments' },
    load: async () => (await import('./pages/payments/payment.tsx')).PaymentPage,
  },
  {
    ...{ name: 'calls', path: 'calls', needs: 'listCalls', group: 'sell' },
    load: async () => (await import('./pages/calls/calls.tsx')).CallsPage,
  },
  {
    ...{ name: 'calls', path: 'calls/:call', needs: 'readCall' },
    load: async () => (await import('./pages/calls/call.tsx')).CallPage,
  },
  {
    ...{ name: 'agents', path: 'agents', needs: 'listAgents', group: 'sell' },
    load: async () => (await import('./pages/agents/agents.tsx')).AgentsPage,
  },
  {
    ...{ name: 'agents', path: 'agents/:agent', needs: 'listAgents' },
    load: async () => (await import('./pages/agents/agent.tsx')).AgentPage,
  },
  {
    ...{ name: 'cards', path: 'cards', needs: 'listCards', reach: 'all', group: 'sell' },
    load: async () => (await import('./pages/cards/cards.tsx')).CardsPage,
  },
  {
    ...{ name: 'cards', path: 'cards/:card', needs: 'readCard', reach: 'all' },
    load: async () => (await import('./pages/cards/card.tsx')).CardPage,
  },
  {
    ...{ name: 'cards', path: 'cards/meters/:number', needs: 'readOfflineMeter', reach: 'all' },
    load: async () => (await import('./pages/cards/offline-meter.tsx')).OfflineMeterPage,
  },
  {
    ...{ name: 'kiosk', path: 'kiosk', needs: 'vend', group: 'sell', frame: 'none' },
    load: async () => (await import('./pages/kiosk/kiosk.tsx')).KioskPage,
  },
  {
    ...{ name: 'losses', path: 'losses', needs: 'listLines', group: 'watch' },
    load: async () => (await import('./pages/losses/losses.tsx')).LossesPage,
  },
  {
    ...{ name: 'forecast', path: 'forecast', needs: 'readForecast', group: 'watch' },
    load: async () => (await import('./pages/forecast/forecast.tsx')).ForecastPage,
  },
  {
    ...{ name: 'field', path: 'field', needs: 'readdressMeter', group: 'watch', isKept: true },
    load: async () => (await import('./pages/field/field.tsx')).FieldPage,
  },
  {
    ...{ name: 'field', path: 'field/:number', needs: 'readdressMeter', isKept: true },
    load: async () => (await import('./pages/field/field.tsx')).FieldMeterPage,
  },
  {
    ...{ name: 'books', path: 'books', needs: 'readBooks', group: 'account' },
    load: async () => (await import('./pages/books/books.tsx')).BooksPage,
  },
  {
    ...{ name: 'books', path: 'audit', needs: 'listAudit' },
    load: async () => (await import('./pages/books/books.tsx')).BooksPage,
  },
  {
    ...{ name: 'settlement', path: 'settlement', needs: 'listPeriods', group: 'account' },
    load: async () => (await import('./pages/settlement/settlement.tsx')).SettlementPage,
  },
  {
    ...{ name: 'settlement', path: 'settlement/:month', needs: 'readPeriod' },
    load: async () => (await import('./pages/settlement/period.tsx')).PeriodPage,
  },
  {
    ...{ name: 'tariffs', path: 'tariffs', needs: 'previewTariff', group: 'run' },
    load: async () => (await import('./pages/tariffs/tariffs.tsx')).TariffsPage,
  },
  {
    ...{ name: 'tariffs', path: 'tariffs/:name', needs: 'previewTariff' },
    load: async () => (await import('./pages/tariffs/tariff.tsx')).TariffPage,
  },
  {
    ...{ name: 'approvals', path: 'approvals', needs: 'listApprovals', group: 'run' },
    load: async () => (await import('./pages/approvals/approvals.tsx')).ApprovalsPage,
  },
  {
    ...{ name: 'people', path: 'people', needs: 'listPeople', group: 'run' },
    load: async () => (await import('./pages/people/people.tsx')).PeoplePage,
  },
  {
    ...{ name: 'keys', path: 'keys', needs: 'readKeyUse', group: 'run' },
    load: async () => (await import('./pages/keys/keys.tsx')).KeysPage,
  },
  {
    ...{ name: 'settings', path: 'settings', needs: 'listWebhooks', group: 'run' },
    load: async () => (await import('./pages/settings/settings.tsx')).SettingsPage,
  },
];

/** Whether a page is for somebody: what they may do, how far they reach with it, and whether it is there at all. */
export function isFor(
  { needs, reach, demo }: PageEntry,
  may: (operation: Operation) => Reach | undefined,
  isDemo: boolean,
): boolean {
  if (demo === true && !isDemo) return false;
  const reached = needs === undefined ? 'all' : may(needs);
  return reached !== undefined && (reach === undefined || reach === reached);
}
