import type { Role } from '../host/index.ts';

/** How far somebody reaches with a route: `own` is what belongs to a subscriber, or to the agent for whom one sells. */
export type Reach = 'all' | 'own';

/** What an API key may be allowed to do, of what its role may do. */
export const SCOPES = [
  'subscribers:read',
  'subscribers:write',
  'meters:read',
  'meters:write',
  'meters:control',
  'orders:read',
  'orders:sell',
  'payments:read',
  'payments:write',
  'purses:write',
  'agents:read',
  'agents:write',
  'cards:read',
  'cards:write',
  'cards:load',
  'cards:pipe',
  'tariffs:read',
  'tariffs:write',
  'lines:read',
  'lines:write',
  'books:read',
  'events:read',
  'audit:read',
  'metrics:read',
] as const;
export type Scope = (typeof SCOPES)[number];

/** Who may use a route. */
export type Access =
  /** Everybody. */
  | 'public'
  /** Everybody who is logged in, whatever their role; no API key. */
  | 'logged-in'
  | {
      /** What an API key needs; without one, a route is for people alone. */
      readonly scope?: Scope;
      readonly all: readonly Role[];
      readonly own?: readonly Role[];
    };

/**
 * The table of who may do what: route by route, by its operation. Everything reads it here: the check before each
 * request, the OpenAPI document, and the test that walks it whole. What it does not grant is refused.
 */
export const ACCESS = {
  health: 'public',
  readiness: 'public',
  metrics: { scope: 'metrics:read', all: ['operator', 'auditor', 'system-manager'] },
  openapi: 'public',
  readPages: 'public',

  logIn: 'public',
  readLogIn: 'public',
  beginLogIn: 'public',
  finishLogIn: 'public',
  readSession: 'logged-in',
  logOut: 'logged-in',
  changePassword: 'logged-in',
  readUtility: {
    scope: 'orders:sell',
    all: ['operator', 'cashier', 'agent', 'technician', 'auditor', 'system-manager', 'seller', 'subscriber'],
  },

  listSubscribers: { scope: 'subscribers:read', all: ['operator', 'cashier', 'technician', 'auditor'] },
  readSubscriber: {
    scope: 'subscribers:read',
    all: ['operator', 'cashier', 'technician', 'auditor'],
    own: ['subscriber'],
  },
  changeSubscriber: { scope: 'subscribers:write', all: ['operator'] },
  addSubscriber: { scope: 'subscribers:write', all: ['operator'] },

  readOverview: { scope: 'meters:read', all: ['operator', 'cashier', 'technician', 'auditor'] },
  readGrid: { scope: 'meters:read', all: ['operator', 'cashier', 'technician', 'auditor'] },
  listMeters: {
    scope: 'meters:read',
    all: ['operator', 'cashier', 'technician', 'auditor'],
    own: ['subscriber'],
  },
  readMeter: { scope: 'meters:read', all: ['operator', 'cashier', 'technician', 'auditor'], own: ['subscriber'] },
  enrolMeter: { scope: 'meters:write', all: ['operator', 'technician'] },
  readdressMeter: { scope: 'meters:write', all: ['operator', 'technician'] },
  listSubscriberTenancies: { scope: 'subscribers:read', all: ['operator', 'cashier', 'technician', 'auditor'] },
  listTenancies: { scope: 'subscribers:read', all: ['operator', 'cashier', 'technician', 'auditor'] },
  moveOut: { scope: 'meters:write', all: ['operator', 'technician'] },
  moveIn: { scope: 'meters:write', all: ['operator', 'technician'] },
  inspectMeter: { scope: 'meters:write', all: ['operator', 'technician'] },
  listInspections: { scope: 'meters:read', all: ['operator', 'technician', 'auditor'] },
  listMeterEvents: { scope: 'meters:read', all: ['operator', 'technician', 'auditor'], own: ['subscriber'] },
  listAllEvents: { scope: 'meters:read', all: ['operator', 'technician', 'auditor'] },
  listExchanges: { scope: 'meters:read', all: ['operator', 'technician', 'auditor'], own: ['subscriber'] },
  readStatement: { scope: 'meters:read', all: ['operator', 'auditor'], own: ['subscriber'] },
  readMinutes: { scope: 'meters:read', all: ['operator', 'auditor'], own: ['subscriber'] },
  readVoltages: { scope: 'meters:read', all: ['operator', 'auditor', 'technician'], own: ['subscriber'] },
  readBalance: { scope: 'meters:read', all: ['operator', 'auditor'], own: ['subscriber'] },
  listCutOffs: { scope: 'meters:read', all: ['operator', 'technician', 'auditor'], own: ['subscriber'] },
  readOutlook: { scope: 'meters:read', all: ['operator', 'auditor'], own: ['subscriber'] },
  readPolicy: { scope: 'meters:read', all: ['operator', 'technician', 'auditor'], own: ['subscriber'] },
  readUse: { scope: 'meters:read', all: ['operator', 'auditor'], own: ['subscriber'] },

  listCommands: { scope: 'meters:read', all: ['operator', 'technician', 'auditor'] },
  orderCommand: { scope: 'meters:control', all: ['operator', 'technician'] },

  listOrders: { scope: 'orders:read', all: ['operator', 'cashier', 'auditor'] },
  listMeterOrders: { scope: 'orders:read', all: ['operator', 'cashier', 'auditor'], own: ['subscriber'] },
  readOrder: { scope: 'orders:read', all: ['operator', 'cashier', 'auditor'], own: ['agent', 'subscriber'] },
  closePurse: { scope: 'purses:write', all: ['operator', 'technician'] },
  unfreezePurse: { scope: 'purses:write', all: ['operator'] },

  readTerms: {
    scope: 'tariffs:read',
    all: ['operator', 'cashier', 'technician', 'auditor', 'seller', 'subscriber'],
  },
  publishTerms: { scope: 'tariffs:write', all: ['operator'] },
  quote: { scope: 'orders:read', all: ['operator', 'cashier'], own: ['subscriber'] },
  buy: { scope: 'orders:sell', all: ['operator', 'cashier'] },
  readPurchase: { scope: 'orders:read', all: ['operator', 'cashier', 'auditor'], own: ['agent', 'subscriber'] },
  payOut: { scope: 'orders:sell', all: ['operator', 'cashier'] },
  listReceipts: { scope: 'orders:read', all: ['operator', 'cashier', 'auditor'], own: ['agent', 'subscriber'] },
  readReceipt: { scope: 'orders:read', all: ['operator', 'cashier', 'auditor'], own: ['agent', 'subscriber'] },
  readDues: { scope: 'orders:read', all: ['operator', 'cashier', 'auditor'], own: ['subscriber'] },
  bookDebt: { scope: 'purses:write', all: ['operator'] },
  readSubscriberDues: { scope: 'orders:read', all: ['operator', 'cashier', 'auditor'], own: ['subscriber'] },
  payOutRest: { scope: 'orders:sell', all: ['operator', 'cashier'] },
  payDues: { scope: 'orders:sell', all: ['operator', 'cashier'] },

  listAgents: { scope: 'agents:read', all: ['operator', 'auditor'] },
  addAgent: { scope: 'agents:write', all: ['operator'] },
  readAgent: { scope: 'agents:read', all: ['operator', 'auditor'], own: ['agent'] },
  changeAgent: { scope: 'agents:write', all: ['operator'] },
  listAgentMembers: { scope: 'agents:read', all: ['operator', 'auditor'] },
  addAgentMember: { all: ['operator'] },
  removeAgentMember: { all: ['operator'] },
  moveFloat: { scope: 'agents:write', all: ['operator'] },
  listAgentVends: { scope: 'agents:read', all: ['operator', 'auditor'], own: ['agent'] },
  readOwnAgent: { scope: 'orders:sell', all: [], own: ['agent'] },
  lookUpMeter: { scope: 'orders:sell', all: [], own: ['agent'] },
  lookUpCard: { scope: 'orders:sell', all: [], own: ['agent'] },
  vend: { scope: 'orders:sell', all: [], own: ['agent'] },
  readVend: { scope: 'orders:sell', all: [], own: ['agent'] },
  confirmVend: { scope: 'orders:sell', all: [], own: ['agent'] },
  reverseVend: { scope: 'orders:sell', all: [], own: ['agent'] },
  listVendReceipts: { scope: 'orders:sell', all: [], own: ['agent'] },
  listShifts: { scope: 'agents:read', all: ['operator', 'auditor'] },
  openShift: { scope: 'orders:sell', all: ['operator', 'cashier'], own: ['agent'] },
  readShift: { scope: 'orders:sell', all: ['operator', 'cashier'], own: ['agent'] },
  closeShift: { scope: 'orders:sell', all: ['operator', 'cashier'], own: ['agent'] },

  listCardProviders: { scope: 'cards:read', all: ['operator', 'cashier', 'technician', 'auditor'] },
  readCardProvider: { scope: 'cards:read', all: ['operator', 'cashier', 'technician', 'auditor'] },
  listCardCharges: { scope: 'cards:read', all: ['operator', 'cashier', 'technician', 'auditor'] },
  publishCardCharge: { scope: 'cards:write', all: ['operator'] },
  addCardProvider: { scope: 'cards:write', all: ['operator'] },
  changeCardProvider: { scope: 'cards:write', all: ['operator'] },
  listCards: { scope: 'cards:read', all: ['operator', 'cashier', 'technician', 'auditor'], own: ['subscriber'] },
  readCard: { scope: 'cards:read', all: ['operator', 'cashier', 'technician', 'auditor'], own: ['subscriber'] },
  issueCard: { scope: 'cards:write', all: ['operator', 'technician'] },
  blockCard: { scope: 'cards:write', all: ['operator', 'cashier', 'technician'] },
  replaceCard: { scope: 'cards:write', all: ['operator', 'technician'] },
  readCardRecovery: { scope: 'cards:read', all: ['operator', 'cashier', 'technician', 'auditor'] },
  unfreezeCard: { scope: 'cards:write', all: ['operator'] },
  listCardOrders: { scope: 'cards:read', all: ['operator', 'cashier', 'auditor'], own: ['subscriber'] },
  buyForCard: { scope: 'orders:sell', all: ['operator', 'cashier'] },
  readCardOrder: { scope: 'cards:read', all: ['operator', 'cashier', 'auditor'], own: ['agent', 'subscriber'] },
  listCardReceipts: { scope: 'orders:read', all: ['operator', 'cashier', 'auditor'], own: ['agent', 'subscriber'] },
  readCardReceipt: { scope: 'orders:read', all: ['operator', 'cashier', 'auditor'], own: ['agent', 'subscriber'] },
  payOutCard: { scope: 'orders:sell', all: ['operator', 'cashier'] },
  listOfflineMeterTickets: { scope: 'cards:read', all: ['operator', 'technician', 'auditor'] },
  listCardTickets: { scope: 'cards:read', all: ['operator', 'technician', 'auditor'] },
  beginCardExchange: { scope: 'cards:load', all: ['operator', 'cashier', 'technician', 'agent'] },
  goOnWithCard: { scope: 'cards:load', all: ['operator', 'cashier', 'technician', 'agent'] },
  listCardsInMeters: { scope: 'cards:pipe', all: ['operator', 'technician'] },
  passToCard: { scope: 'cards:pipe', all: ['operator', 'technician'] },
  listOfflineMeters: { scope: 'meters:read', all: ['operator', 'cashier', 'technician', 'auditor'] },
  readOfflineMeter: { scope: 'meters:read', all: ['operator', 'cashier', 'technician', 'auditor'] },
  enrolOfflineMeter: { scope: 'meters:write', all: ['operator', 'technician'] },
  giveOfflineMeter: { scope: 'meters:write', all: ['operator', 'technician'] },

  listPaymentPorts: { scope: 'payments:read', all: ['operator', 'cashier', 'auditor', 'subscriber', 'agent'] },
  pay: { scope: 'payments:write', all: ['operator', 'cashier'], own: ['subscriber'] },
  listPayments: { scope: 'payments:read', all: ['operator', 'cashier', 'auditor'] },
  listUnsettledPayments: { scope: 'payments:read', all: ['operator', 'cashier', 'auditor'] },
  readPayment: { scope: 'payments:read', all: ['operator', 'cashier', 'auditor'], own: ['subscriber'] },
  answerByChip: { scope: 'payments:write', all: ['operator', 'cashier'], own: ['subscriber'] },
  cancelPayment: { scope: 'payments:write', all: ['operator', 'cashier'], own: ['subscriber'] },
  readRestoration: { scope: 'payments:read', all: ['operator', 'cashier', 'auditor', 'system-manager'] },
  reconcilePort: { scope: 'payments:write', all: ['operator'] },
  readContract: { scope: 'payments:read', all: ['operator', 'cashier', 'auditor'], own: ['subscriber'] },
  agreeContract: { scope: 'payments:write', all: ['operator'], own: ['subscriber'] },
  endContract: { scope: 'payments:write', all: ['operator'], own: ['subscriber'] },

  proposeVoid: { all: ['operator', 'cashier'] },
  proposeCredit: { all: ['operator'] },
  proposeKeyChange: { all: ['operator', 'system-manager'] },
  proposeRevival: { all: ['operator', 'technician'] },
  readRevival: { scope: 'meters:read', all: ['operator', 'technician', 'auditor'] },
  proposeCardCredit: { all: ['operator'] },
  proposeCardVoid: { all: ['operator'] },
  proposeCardClosing: { all: ['operator'] },
  proposeCardRelease: { all: ['operator'] },
  proposeCardRecovery: { all: ['operator'] },
  listApprovals: { all: ['operator', 'cashier', 'auditor', 'system-manager'] },
  listWaitingApprovals: { all: ['operator', 'cashier', 'auditor', 'system-manager'] },
  readApproval: { all: ['operator', 'cashier', 'auditor', 'system-manager'] },
  decideApproval: { all: ['operator', 'system-manager'] },

  listTariffs: {
    scope: 'tariffs:read',
    all: ['operator', 'cashier', 'technician', 'auditor', 'seller', 'subscriber'],
  },
  readTariffWeek: {
    scope: 'tariffs:read',
    all: ['operator', 'cashier', 'technician', 'auditor'],
    own: ['subscriber'],
  },
  previewTariff: { scope: 'meters:read', all: ['operator', 'auditor'] },
  publishTariff: { scope: 'tariffs:write', all: ['operator'] },
  listTariffVersions: {
    scope: 'tariffs:read',
    all: ['operator', 'cashier', 'technician', 'auditor', 'seller', 'subscriber'],
  },
  assignTariff: { scope: 'meters:write', all: ['operator'] },

  readBooks: { scope: 'books:read', all: ['operator', 'auditor', 'seller'] },
  readCardBooks: { scope: 'books:read', all: ['operator', 'auditor'] },
  readCardMonth: { scope: 'books:read', all: ['operator', 'auditor'] },
  readAccounts: { scope: 'books:read', all: ['operator', 'auditor'] },
  listHeads: { scope: 'books:read', all: ['operator', 'auditor', 'seller'] },
  listMeterBooks: { scope: 'books:read', all: ['operator', 'auditor'] },
  listPostings: { scope: 'books:read', all: ['operator', 'auditor'] },
  listPeriods: { scope: 'books:read', all: ['operator', 'auditor', 'seller'] },
  readPeriod: { scope: 'books:read', all: ['operator', 'auditor', 'seller'] },
  closePeriod: { all: ['operator'] },
  readPayee: { scope: 'books:read', all: ['operator', 'auditor'] },
  listRemittances: { scope: 'books:read', all: ['operator', 'auditor'] },
  readRemittance: { scope: 'books:read', all: ['operator', 'auditor'] },
  proposeRemittance: { all: ['operator'] },
  takeRemittance: { all: ['operator'] },
  proposeRemittanceReversal: { all: ['operator'] },
  listVoucherBatches: { scope: 'agents:read', all: ['operator', 'cashier', 'auditor'] },
  proposeVoucherBatch: { all: ['operator'] },
  readVoucherBatch: { scope: 'agents:read', all: ['operator', 'cashier', 'auditor'] },
  printVouchers: { all: ['operator'] },
  listVouchers: { scope: 'agents:read', all: ['operator', 'cashier', 'auditor'] },
  readVoucher: { scope: 'agents:read', all: ['operator', 'cashier', 'auditor', 'agent'] },
  sellVouchers: { scope: 'orders:sell', all: ['operator', 'cashier'], own: ['agent'] },
  blockVouchers: { scope: 'agents:write', all: ['operator', 'cashier'] },
  proposeVoucherVoid: { all: ['operator'] },
  redeemVoucher: { scope: 'payments:write', all: ['operator', 'cashier', 'agent'], own: ['subscriber'] },
  listLines: { scope: 'lines:read', all: ['operator', 'technician', 'auditor', 'seller'] },
  readLineDay: { scope: 'lines:read', all: ['operator', 'technician', 'auditor', 'seller'] },
  readCheckMinutes: { scope: 'lines:read', all: ['operator', 'technician', 'auditor', 'seller'] },

  readForecast: { scope: 'books:read', all: ['operator', 'auditor', 'seller'] },
  readTemperatures: { scope: 'books:read', all: ['operator', 'auditor', 'seller'] },
  putTemperatures: { scope: 'lines:write', all: ['operator'] },
  readOutages: { scope: 'lines:read', all: ['operator', 'technician', 'auditor', 'seller'] },
  listLineBalances: { scope: 'lines:read', all: ['operator', 'technician', 'auditor', 'seller'] },
  readLineNetwork: { scope: 'lines:read', all: ['operator', 'technician', 'auditor'] },
  putLineNetwork: { scope: 'lines:write', all: ['operator', 'technician'] },
  listLossAlarms: { scope: 'lines:read', all: ['operator', 'technician', 'auditor'] },
  readLossAlarm: { scope: 'lines:read', all: ['operator', 'technician', 'auditor'] },
  changeLossAlarm: { scope: 'lines:write', all: ['operator', 'technician'] },

  readPhoneAccess: { all: ['operator', 'auditor'] },
  allowCaller: { all: ['operator'] },
  forbidCaller: { all: ['operator'] },
  listCalls: { all: ['operator', 'auditor'] },
  readCall: { all: ['operator', 'auditor'] },
  settleCall: { all: ['operator'] },
  takeCalls: { all: ['operator'] },
  readMessageChoice: { all: ['operator', 'auditor'], own: ['subscriber'] },
  chooseMessages: { all: ['operator'], own: ['subscriber'] },
  listMeterMessages: { all: ['operator', 'auditor'], own: ['subscriber'] },
  listMessages: { all: ['operator', 'auditor'] },

  streamEvents: { scope: 'events:read', all: ['operator', 'technician', 'auditor'], own: ['subscriber'] },

  readDemo: 'public',
  enterDemo: 'public',
  setDemoSpeed: 'logged-in',
  cutDemoLine: 'logged-in',
  sendDemoCard: 'logged-in',
  readDemoCard: 'logged-in',
  payByDemoCard: 'logged-in',
  readPanel: 'logged-in',
  speakAtPanel: 'logged-in',
  actOnPanel: 'logged-in',
  streamPanel: 'logged-in',
  readKeyUse: { scope: 'meters:read', all: ['operator', 'auditor', 'system-manager'] },
  listKeyRotations: { scope: 'meters:read', all: ['operator', 'auditor', 'system-manager'] },

  listPeople: { all: ['auditor', 'system-manager'] },
  readPerson: { all: ['auditor', 'system-manager'] },
  addPerson: { all: ['system-manager'] },
  changePerson: { all: ['system-manager'] },
  resetPassword: { all: ['system-manager'] },
  endSessions: { all: ['system-manager'] },
  listApiKeys: { all: ['auditor', 'system-manager'] },
  addApiKey: { all: ['system-manager'] },
  revokeApiKey: { all: ['system-manager'] },
  listWebhooks: { all: ['operator', 'auditor', 'system-manager'] },
  listDeliveries: { all: ['operator', 'auditor', 'system-manager'] },
  addWebhook: { all: ['system-manager'] },
  deleteWebhook: { all: ['system-manager'] },
  retryWebhook: { all: ['operator', 'system-manager'] },
  listAudit: { scope: 'audit:read', all: ['auditor', 'system-manager'] },
} as const satisfies Readonly<Record<string, Access>>;

export type Operation = keyof typeof ACCESS;

export const accessOf = (operation: Operation): Access => ACCESS[operation];

/** How far a role reaches with an operation, or `undefined` when it may not use it. */
export function reachOf(operation: Operation, role: Role): Reach | undefined {
  const access = accessOf(operation);
  if (access === 'public' || access === 'logged-in' || access.all.includes(role)) return 'all';
  return access.own?.includes(role) === true ? 'own' : undefined;
}

/** What a role may do: each operation that the table grants it by name, and how far it reaches. */
export const operationsOf = (role: Role): Partial<Record<Operation, Reach>> =>
  Object.fromEntries(
    (Object.keys(ACCESS) as Operation[])
      .filter((operation) => typeof accessOf(operation) === 'object')
      .map((operation) => [operation, reachOf(operation, role)])
      .filter(([, reach]) => reach !== undefined),
  );
