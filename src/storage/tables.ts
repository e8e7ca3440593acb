import type {
  Agent,
  AgentMember,
  ApiKey,
  Approval,
  Attempts,
  AuditEntry,
  CheckMinute,
  Closing,
  Contract,
  ControlCommand,
  DayProfile,
  Dues,
  Head,
  IssuedReceipt,
  KeptAnswer,
  Knowledge,
  Line,
  LineKnowledge,
  LineSuspicion,
  Meter,
  MeterEvent,
  MeterTotals,
  Numbered,
  NumberedOrder,
  OutstandingRow,
  Payment,
  Person,
  Posting,
  Purse,
  ReceiptDue,
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
export const knowledge = table<Knowledge>('knowledge', ['svpmsn'], {
  svpmsn: 'number',
  heardAt: 'number?',
  balance: 'number?',
  balanceAt: 'number?',
  flags: 'number?',
  flagsAt: 'number?',
  infoAt: 'number?',
  owed: 'number?',
  clockOffsetMs: 'number?',
  tableVersion: 'number?',
  lastDay: 'number?',
  nextEvent: 'number?',
  policyAt: 'number?',
  policyVersion: 'number?',
  nextTableVersion: 'number?',
  profileDay: 'number?',
  eventsBefore: 'number?',
  attentionAt: 'number?',
  attention: 'number?',
  alarms: 'number?',
  alarmsAt: 'number?',
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
  svpmsn: 'number',
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
  svpmsn: 'number',
  paid: 'bigint',
  commission: 'bigint',
  at: 'number',
  confirmedAt: 'number?',
  reversedAt: 'number?',
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
export const facts = table<{ readonly name: string; readonly value: number }>('facts', ['name'], {
  name: 'text',
  value: 'number',
});
