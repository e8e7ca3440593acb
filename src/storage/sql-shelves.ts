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
  Closing,
  Contract,
  DayTemperatures,
  Dues,
  Head,
  HostBeat,
  Inspection,
  IssuedCard,
  IssuedReceipt,
  KeptAnswer,
  KeyRotation,
  LineBalance,
  LineNetwork,
  LossAlarm,
  MessageChoice,
  OfflineMeter,
  Payment,
  Person,
  PhoneAccess,
  PhoneCall,
  ReadingCheck,
  ReceiptDue,
  Remittance,
  Session,
  SettledMinutes,
  SettlementClaim,
  Shift,
  SubscriberMessage,
  Tenancy,
  TermsVersion,
  Trade,
  UsedDay,
  Vend,
  VoltageReading,
  Voucher,
  VoucherBatch,
  Webhook,
  WebhookDelivery,
} from '../host/ports.ts';
import type { Rows } from './rows.ts';
import { SqlJournal, SqlShelf } from './shelf.ts';
import {
  agentMembers,
  agents,
  apiKeys,
  approvals,
  attempts,
  audit,
  calls,
  cardCharges,
  cardOrders,
  cardProviders,
  cardPurses,
  cardSlots,
  cards,
  cardTickets,
  closings,
  contracts,
  deliveries,
  dues,
  heads,
  hostBeats,
  inspections,
  keptAnswers,
  keyRotations,
  lineBalances,
  lineNetworks,
  lossAlarms,
  messageChoices,
  messages,
  offlineMeters,
  payments,
  people,
  phoneAccess,
  readingChecks,
  receipts,
  receiptsDue,
  remittances,
  sessions,
  settledMinutes,
  settlementClaims,
  shifts,
  temperatures,
  tenancies,
  terms,
  trades,
  usedDays,
  vends,
  voltages,
  voucherBatches,
  vouchers,
  webhooks,
} from './tables.ts';

/** All shelves and journals of a store in a database. */
export class SqlShelves {
  readonly terms: SqlJournal<TermsVersion>;
  readonly trades: SqlShelf<Trade>;
  readonly dues: SqlShelf<Dues>;
  readonly tenancies: SqlShelf<Tenancy, 'svpmsn' | 'subscriber'>;
  readonly payments: SqlShelf<Payment, 'state' | 'approvalKey'>;
  readonly contracts: SqlShelf<Contract>;
  readonly cardSlots: SqlShelf<CardSlot, 'tail'>;
  readonly receiptsDue: SqlShelf<ReceiptDue>;
  readonly receipts: SqlShelf<IssuedReceipt, 'order'>;
  readonly webhooks: SqlShelf<Webhook>;
  readonly deliveries: SqlShelf<WebhookDelivery, 'state' | 'webhook'>;
  readonly closings: SqlJournal<Closing>;
  readonly settledMinutes: SqlShelf<SettledMinutes>;
  readonly usedDays: SqlShelf<UsedDay>;
  readonly settlementClaims: SqlShelf<SettlementClaim>;
  readonly remittances: SqlShelf<Remittance, 'payee'>;
  readonly voucherBatches: SqlShelf<VoucherBatch>;
  readonly vouchers: SqlShelf<Voucher, 'hash' | 'payment'>;
  readonly lineBalances: SqlShelf<LineBalance>;
  readonly hostBeats: SqlShelf<HostBeat>;
  readonly lineNetworks: SqlShelf<LineNetwork>;
  readonly temperatures: SqlShelf<DayTemperatures>;
  readonly readingChecks: SqlShelf<ReadingCheck>;
  readonly voltages: SqlShelf<VoltageReading>;
  readonly lossAlarms: SqlShelf<LossAlarm, 'localUnit' | 'state'>;
  readonly inspections: SqlShelf<Inspection, 'svpmsn'>;
  readonly keyRotations: SqlShelf<KeyRotation>;
  readonly agents: SqlShelf<Agent>;
  readonly agentMembers: SqlShelf<AgentMember, 'agent'>;
  readonly vends: SqlShelf<Vend>;
  readonly shifts: SqlShelf<Shift, 'openBy'>;
  readonly phoneAccess: SqlShelf<PhoneAccess, 'number'>;
  readonly calls: SqlShelf<PhoneCall, 'state'>;
  readonly messageChoices: SqlShelf<MessageChoice>;
  readonly messages: SqlShelf<SubscriberMessage, 'key' | 'state' | 'svpmsn'>;
  readonly cardProviders: SqlShelf<CardProvider>;
  readonly cardCharges: SqlShelf<CardCharge, 'provider'>;
  readonly cards: SqlShelf<IssuedCard, 'subscriber' | 'tail' | 'state'>;
  readonly cardPurses: SqlShelf<CardPurse, 'card' | 'provider'>;
  readonly cardOrders: SqlShelf<CardOrder, 'purse' | 'openOf' | 'txid'>;
  readonly cardTickets: SqlShelf<CardTicket, 'purse' | 'meter' | 'exposes'>;
  readonly offlineMeters: SqlShelf<OfflineMeter, 'subscriber'>;
  readonly people: SqlShelf<Person, 'subscriber'>;
  readonly sessions: SqlShelf<Session, 'person'>;
  readonly apiKeys: SqlShelf<ApiKey>;
  readonly attempts: SqlShelf<Attempts>;
  readonly approvals: SqlShelf<Approval, 'state'>;
  readonly keptAnswers: SqlShelf<KeptAnswer>;
  readonly audit: SqlJournal<AuditEntry>;
  readonly heads: SqlJournal<Head>;

  constructor(connection: Rows) {
    this.terms = new SqlJournal(connection, terms);
    this.trades = new SqlShelf(connection, trades);
    this.dues = new SqlShelf(connection, dues);
    this.tenancies = new SqlShelf(connection, tenancies);
    this.payments = new SqlShelf(connection, payments);
    this.contracts = new SqlShelf(connection, contracts);
    this.cardSlots = new SqlShelf(connection, cardSlots);
    this.receiptsDue = new SqlShelf(connection, receiptsDue);
    this.receipts = new SqlShelf(connection, receipts);
    this.webhooks = new SqlShelf(connection, webhooks);
    this.deliveries = new SqlShelf(connection, deliveries);
    this.closings = new SqlJournal(connection, closings);
    this.settledMinutes = new SqlShelf(connection, settledMinutes);
    this.usedDays = new SqlShelf(connection, usedDays);
    this.settlementClaims = new SqlShelf(connection, settlementClaims);
    this.remittances = new SqlShelf(connection, remittances);
    this.voucherBatches = new SqlShelf(connection, voucherBatches);
    this.vouchers = new SqlShelf(connection, vouchers);
    this.lineBalances = new SqlShelf(connection, lineBalances);
    this.hostBeats = new SqlShelf(connection, hostBeats);
    this.lineNetworks = new SqlShelf(connection, lineNetworks);
    this.temperatures = new SqlShelf(connection, temperatures);
    this.readingChecks = new SqlShelf(connection, readingChecks);
    this.voltages = new SqlShelf(connection, voltages);
    this.lossAlarms = new SqlShelf(connection, lossAlarms);
    this.inspections = new SqlShelf(connection, inspections);
    this.keyRotations = new SqlShelf(connection, keyRotations);
    this.agents = new SqlShelf(connection, agents);
    this.agentMembers = new SqlShelf(connection, agentMembers);
    this.vends = new SqlShelf(connection, vends);
    this.shifts = new SqlShelf(connection, shifts);
    this.phoneAccess = new SqlShelf(connection, phoneAccess);
    this.calls = new SqlShelf(connection, calls);
    this.messageChoices = new SqlShelf(connection, messageChoices);
    this.messages = new SqlShelf(connection, messages);
    this.cardProviders = new SqlShelf(connection, cardProviders);
    this.cardCharges = new SqlShelf(connection, cardCharges);
    this.cards = new SqlShelf(connection, cards);
    this.cardPurses = new SqlShelf(connection, cardPurses);
    this.cardOrders = new SqlShelf(connection, cardOrders);
    this.cardTickets = new SqlShelf(connection, cardTickets);
    this.offlineMeters = new SqlShelf(connection, offlineMeters);
    this.people = new SqlShelf(connection, people);
    this.sessions = new SqlShelf(connection, sessions);
    this.apiKeys = new SqlShelf(connection, apiKeys);
    this.attempts = new SqlShelf(connection, attempts);
    this.approvals = new SqlShelf(connection, approvals);
    this.keptAnswers = new SqlShelf(connection, keptAnswers);
    this.audit = new SqlJournal(connection, audit);
    this.heads = new SqlJournal(connection, heads);
  }
}
