import type {
  Agent,
  AgentMember,
  ApiKey,
  Approval,
  Attempts,
  AuditEntry,
  CardCharge,
  CardOrder,
  CardProvider,
  CardPurse,
  CardSlot,
  CardTicket,
  CheckMinute,
  Closing,
  Contract,
  ControlCommand,
  DayProfile,
  Dues,
  Head,
  HostBeat,
  Inspection,
  IssuedCard,
  IssuedReceipt,
  KeptAnswer,
  KeyRotation,
  Line,
  LineBalance,
  LineKnowledge,
  LineNetwork,
  LineSuspicion,
  LossAlarm,
  Meter,
  MeterEvent,
  MeterTotals,
  Numbered,
  NumberedOrder,
  OfflineMeter,
  OutstandingRow,
  Payment,
  Person,
  Posting,
  Purse,
  ReceiptDue,
  Remittance,
  Session,
  SettledMinutes,
  SettlementClaim,
  Shift,
  Subscriber,
  TariffVersion,
  TermsVersion,
  Trade,
  UsedDay,
  Vend,
  Webhook,
  WebhookDelivery,
  Work,
} from '../host/ports.ts';
import { table } from './table.ts';

export * from './monitoring-tables.ts';
export * from './telephone-tables.ts';
export * from './tenancy-tables.ts';
export * from './voucher-tables.ts';

export const subscribers = table<Subscriber>('subscribers', ['id'], { id: 'text', name: 'text', contact: 'text' });
export const meters = table<Meter>('meters', ['svpmsn'], {
  svpmsn: 'number',
  subscriber: 'text',
  localUnit: 'number',
  modemAddress: 'number',
  suite: 'number',
  supplies: 'number',
  tariff: 'text?',
  enrolledAt: 'number',
  valueGeneration: 'number',
  controlGeneration: 'number',
  monitoringGeneration: 'number',
});
export const purses = table<Purse>('purses', ['svpmsn'], {
  svpmsn: 'number',
  state: 'text',
  lastCounter: 'number',
  queryWanted: 'boolean',
  freeze: 'text?',
  frozenAt: 'number?',
  credited: 'bigint',
  closed: 'bigint',
  spent: 'bigint',
  owed: 'bigint',
  usedUnits: 'json',
  bookedAt: 'number',
  reportedAt: 'number',
});
export const orders = table<NumberedOrder>('orders', ['sequence'], {
  id: 'text',
  sequence: 'number',
  svpmsn: 'number',
  op: 'text',
  amount: 'number',
  source: 'text',
  txid: 'text',
  state: 'text',
  why: 'text?',
  counter: 'number?',
  orderedAt: 'number',
  settledAt: 'number?',
});
export const outstanding = table<OutstandingRow>('outstanding', ['svpmsn'], {
  svpmsn: 'number',
  counter: 'number',
  order: 'text',
  txid: 'text',
  amount: 'number',
  op: 'text',
});
export const work = table<Work>('work', ['svpmsn'], {
  svpmsn: 'number',
  localUnit: 'number',
  lane: 'number',
  dueAt: 'number',
  attempts: 'number',
  leased: 'boolean',
});
export const commands = table<ControlCommand>('commands', ['svpmsn', 'slot'], {
  svpmsn: 'number',
  slot: 'text',
  sequence: 'number',
  h: 'number',
  body: 'bytes',
  version: 'number',
  state: 'text',
  result: 'number?',
  orderedAt: 'number',
  settledAt: 'number?',
});
export const tariffs = table<TariffVersion>('tariffs', ['version'], {
  version: 'number',
  name: 'text',
  definition: 'json',
  validFrom: 'number',
  publishedAt: 'number',
});
export const postings = table<Omit<Posting, 'lines'> & { readonly sequence: number }>('postings', ['sequence'], {
  sequence: 'number',
  kind: 'text',
  at: 'number',
  svpmsn: 'number?',
  order: 'text?',
});
export const lines = table<Line & { readonly posting: number; readonly place: number }>('lines', ['posting', 'place'], {
  posting: 'number',
  place: 'number',
  account: 'text',
  amount: 'bigint',
});
/** `number` counts all events as they came, `event` is the meter's own sequence. */
export type EventRow = Omit<MeterEvent, 'sequence'> & { readonly number: number; readonly event: number };
export const events = table<EventRow>('events', ['svpmsn', 'event'], {
  number: 'number',
  svpmsn: 'number',
  event: 'number',
  time: 'number',
  kind: 'number',
  supply: 'number',
  detail: 'number',
  value: 'number',
  heardAt: 'number',
});
export const profiles = table<DayProfile & { readonly svpmsn: number }>('profiles', ['svpmsn', 'supply', 'day'], {
  svpmsn: 'number',
  supply: 'number',
  day: 'number',
  energies: 'energies',
  bands: 'bytes',
});
export const totals = table<MeterTotals>('totals', ['svpmsn', 'supply'], {
  svpmsn: 'number',
  supply: 'number',
  at: 'number',
  body: 'bytes',
});
export const linesOfUnits = table<LineKnowledge>('lines_of_units', ['localUnit'], {
  localUnit: 'number',
  healthAt: 'number?',
  health: 'json?',
  checkedAt: 'number?',
  mapRefusedAt: 'number?',
  mapRefusal: 'text?',
});
export const suspicions = table<LineSuspicion>('suspicions', ['localUnit', 'kind', 'address', 'svpmsn'], {
  localUnit: 'number',
  kind: 'text',
  address: 'number',
  svpmsn: 'number',
  sinceMs: 'number',
  namedAt: 'number',
});
/** A ring for each local unit: `slot` is the minute modulo the minutes that are kept. */
export const checkMinutes = table<CheckMinute & { readonly slot: number }>('check_minutes', ['localUnit', 'slot'], {
  localUnit: 'number',
  slot: 'number',
  minute: 'number',
  energy: 'number',
});
export const terms = table<Numbered<TermsVersion>>('terms', ['number'], {
  number: 'number',
  at: 'number',
  terms: 'json',
});
export const trades = table<Trade>('trades', ['id'], {
  id: 'text',
  svpmsn: 'number',
  method: 'text',
  at: 'number',
  paid: 'bigint',
  energy: 'bigint',
  fixedCharge: 'bigint',
  arrears: 'bigint',
  fee: 'bigint',
  tax: 'bigint',
  paidOutAt: 'number?',
});
export const dues = table<Dues>('dues', ['id'], {
  id: 'text',
  arrears: 'bigint',
  fixedCharge: 'bigint',
  chargedMonth: 'number',
});
export const payments = table<Payment>('payments', ['id'], {
  id: 'text',
  port: 'text',
  method: 'text',
  trace: 'number',
  svpmsn: 'number?',
  purse: 'text?',
  paid: 'number',
  at: 'number',
  state: 'text',
  approval: 'text?',
  approvalKey: 'text?',
  shown: 'text?',
  why: 'text?',
  dueAt: 'number',
  attempts: 'number',
});
export const contracts = table<Contract>('contracts', ['id'], {
  id: 'text',
  svpmsn: 'number',
  threshold: 'number',
  paid: 'number',
  port: 'text',
  account: 'json',
  perDayMax: 'number',
  perMonthMax: 'number',
  agreedAt: 'number',
  count: 'number',
  day: 'number',
  paidThatDay: 'number',
  month: 'number',
  paidThatMonth: 'number',
});
export const cardSlots = table<CardSlot>('card_slots', ['id'], {
  id: 'text',
  svpmsn: 'number',
  tail: 'text',
  insertedAt: 'number',
  dueAt: 'number?',
  attempts: 'number',
});
export const receiptsDue = table<ReceiptDue>('receipts_due', ['id'], { id: 'text' });
export const receipts = table<IssuedReceipt>('receipts', ['id'], {
  id: 'text',
  order: 'text',
  issuedAt: 'number',
  text: 'text',
});
export const webhooks = table<Webhook>('webhooks', ['id'], {
  id: 'text',
  url: 'text',
  events: 'json',
  createdAt: 'number',
});
export const deliveries = table<WebhookDelivery>('deliveries', ['id'], {
  id: 'text',
  webhook: 'text',
  body: 'text',
  state: 'text',
  at: 'number',
  dueAt: 'number',
  attempts: 'number',
  why: 'text?',
});
export const closings = table<Numbered<Closing>>('closings', ['number'], {
  number: 'number',
  month: 'text',
  closedAt: 'number',
  inputs: 'json',
  price: 'bigint',
  priceOfAll: 'bigint',
  priceLeft: 'bigint',
  interestLeft: 'bigint',
  digest: 'text',
});
export const settledMinutes = table<SettledMinutes>('settled_minutes', ['id'], { id: 'text', energies: 'bytes' });
export const usedDays = table<UsedDay>('used_days', ['id'], { id: 'text', units: 'json' });
export const settlementClaims = table<SettlementClaim>('settlement_claims', ['id'], {
  id: 'text',
  claim: 'text',
  answer: 'text?',
});
export const remittances = table<Remittance>('remittances', ['id'], {
  id: 'text',
  payee: 'text',
  amount: 'bigint',
  method: 'text',
  paidOn: 'text',
  reference: 'text',
  by: 'text',
  at: 'number',
  reversedAt: 'number?',
});
export const lineBalances = table<LineBalance>('line_balances', ['id'], {
  id: 'text',
  localUnit: 'number',
  day: 'number',
  judgedAt: 'number',
  verdict: 'text',
  why: 'text?',
  figures: 'json',
});
export const hostBeats = table<HostBeat>('host_beats', ['id'], { id: 'text', beats: 'number' });
export const lineNetworks = table<LineNetwork>('line_networks', ['id'], {
  id: 'text',
  localUnit: 'number',
  file: 'json',
});
export const lossAlarms = table<LossAlarm>('loss_alarms', ['id'], {
  id: 'text',
  localUnit: 'number',
  state: 'text',
  raisedAt: 'number',
  firstDay: 'number',
  lastDay: 'number',
  days: 'number',
  unexplained: 'number',
  confidence: 'number',
  steps: 'json',
  suspects: 'json?',
});
export const inspections = table<Inspection>('inspections', ['id'], {
  id: 'text',
  svpmsn: 'number',
  inspectedAt: 'number',
  by: 'text',
  findings: 'json',
  note: 'text',
});
export const keyRotations = table<KeyRotation>('key_rotations', ['id'], {
  id: 'text',
  purpose: 'text',
  suite: 'number',
  state: 'text',
  generation: 'number',
  beganAt: 'number?',
  givenAt: 'number?',
  dueAt: 'number?',
  withheld: 'boolean',
  nextAt: 'number',
  after: 'number',
  walk: 'json',
  counts: 'json?',
  countedAt: 'number?',
});
export const agents = table<Agent>('agents', ['id'], {
  id: 'text',
  name: 'text',
  commissionBasisPoints: 'number',
  balance: 'bigint',
  createdAt: 'number',
  closedAt: 'number?',
});
export const agentMembers = table<AgentMember>('agent_members', ['id'], { id: 'text', agent: 'text' });
export const vends = table<Vend>('vends', ['id'], {
  id: 'text',
  agent: 'text',
  reference: 'text',
  by: 'text',
  svpmsn: 'number?',
  paid: 'bigint',
  commission: 'bigint',
  at: 'number',
  confirmedAt: 'number?',
  reversedAt: 'number?',
  purse: 'text?',
});
export const shifts = table<Shift>('shifts', ['id'], {
  id: 'text',
  person: 'text',
  openBy: 'text?',
  agent: 'text?',
  openedAt: 'number',
  opening: 'bigint',
  taken: 'bigint',
  paidOut: 'bigint',
  closedAt: 'number?',
  counted: 'bigint?',
});
export const cardProviders = table<CardProvider>('card_providers', ['id'], {
  id: 'text',
  utility: 'number',
  region: 'number',
  name: 'text',
  account: 'text',
  ticketLimit: 'number',
  ticketDays: 'number',
  createdAt: 'number',
});
export const cardCharges = table<CardCharge>('card_charges', ['id'], {
  id: 'text',
  provider: 'text',
  validFrom: 'number',
  unitCharge: 'number',
  publishedAt: 'number',
});
export const cards = table<IssuedCard>('cards', ['id'], {
  id: 'text',
  tail: 'text',
  subscriber: 'text',
  state: 'text',
  issuedAt: 'number',
  endedAt: 'number?',
  replacedBy: 'text?',
});
export const cardPurses = table<CardPurse>('card_purses', ['id'], {
  id: 'text',
  card: 'text',
  region: 'number',
  provider: 'text',
  n: 'number',
  lastCounter: 'number',
  outstanding: 'text?',
  queryWanted: 'boolean',
  freeze: 'text?',
  frozenAt: 'number?',
  credited: 'bigint',
  closed: 'bigint',
  released: 'bigint',
  handed: 'bigint',
  toOthers: 'bigint',
  recovered: 'bigint',
  toldAt: 'number?',
  balance: 'bigint',
  debited: 'bigint',
  pendingMeter: 'number?',
  pending: 'bigint',
  debitCounter: 'number',
  ticketVersion: 'number',
});
export const cardOrders = table<CardOrder>('card_orders', ['id'], {
  id: 'text',
  purse: 'text',
  openOf: 'text?',
  provider: 'text',
  op: 'text',
  amount: 'number',
  debitCounter: 'number?',
  source: 'text',
  txid: 'text',
  state: 'text',
  why: 'text?',
  counter: 'number?',
  method: 'text?',
  paid: 'bigint',
  fee: 'bigint',
  tax: 'bigint',
  orderedAt: 'number',
  settledAt: 'number?',
  paidOutAt: 'number?',
  unitCharge: 'number?',
});
export const cardTickets = table<CardTicket>('card_tickets', ['id'], {
  id: 'text',
  purse: 'text',
  meter: 'number',
  n: 'number',
  version: 'number',
  limit: 'number',
  expiry: 'number',
  epoch: 'number',
  issuedAt: 'number',
  takenAt: 'number?',
  exposes: 'text?',
});
export const offlineMeters = table<OfflineMeter>('offline_meters', ['id'], {
  id: 'text',
  svpmsn: 'number',
  provider: 'text',
  subscriber: 'text',
  n: 'number',
  enrolledAt: 'number',
  line: 'boolean',
  awaited: 'boolean',
  epoch: 'number',
  epochThere: 'number',
  sequence: 'number',
  reportedAt: 'number?',
  fromCards: 'bigint',
  fromOthers: 'bigint',
  handedThen: 'bigint',
  spent: 'bigint',
  balance: 'bigint',
  owed: 'bigint',
  register: 'bigint',
  flags: 'number',
  toldAt: 'number',
  events: 'json',
  doubt: 'text?',
});
export const people = table<Person>('people', ['id'], {
  id: 'text',
  name: 'text',
  role: 'text',
  subscriber: 'text?',
  password: 'text',
  oneTimeUntil: 'number?',
  locked: 'boolean',
  createdAt: 'number',
});
export const sessions = table<Session>('sessions', ['id'], {
  id: 'text',
  person: 'text',
  createdAt: 'number',
  seenAt: 'number',
});
export const apiKeys = table<ApiKey>('api_keys', ['id'], {
  id: 'text',
  hash: 'text',
  name: 'text',
  role: 'text',
  scopes: 'json',
  createdBy: 'text',
  createdAt: 'number',
  expiresAt: 'number?',
  revokedAt: 'number?',
});
export const attempts = table<Attempts>('attempts', ['id'], { id: 'text', count: 'number', lockedUntil: 'number' });
export const approvals = table<Approval>('approvals', ['id'], {
  id: 'text',
  proposal: 'json',
  why: 'text',
  state: 'text',
  askedBy: 'text',
  askedAt: 'number',
  decidedBy: 'text?',
  decidedAt: 'number?',
});
export const keptAnswers = table<KeptAnswer>('kept_answers', ['id'], {
  id: 'text',
  fingerprint: 'text',
  body: 'text',
  at: 'number',
});
export const audit = table<Numbered<AuditEntry>>('audit', ['number'], {
  number: 'number',
  at: 'number',
  by: 'text',
  role: 'text',
  action: 'text',
  subject: 'text',
  detail: 'text',
  request: 'text',
});
export const heads = table<Numbered<Head>>('heads', ['number'], {
  number: 'number',
  at: 'number',
  body: 'text',
  kid: 'text',
  signature: 'text',
});
type Fact = { readonly name: string; readonly value: number };
export const facts = table<Fact>('facts', ['name'], { name: 'text', value: 'number' });
