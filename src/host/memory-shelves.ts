import { MemoryJournal, MemoryShelf } from './memory-shelf.ts';
import type { Head } from './ports.ts';
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
} from './types.ts';

/** All shelves and journals of a store in memory; a transaction that is rejected undoes what it did, change by change. */
export class MemoryShelves {
  readonly undo: (() => void)[] = [];
  readonly terms = new MemoryJournal<TermsVersion>(this.undo);
  readonly trades = new MemoryShelf<Trade>(this.undo);
  readonly dues = new MemoryShelf<Dues>(this.undo);
  readonly tenancies = new MemoryShelf<Tenancy, 'svpmsn' | 'subscriber'>(this.undo, ['svpmsn', 'subscriber']);
  readonly payments = new MemoryShelf<Payment, 'state' | 'approvalKey'>(this.undo, ['state', 'approvalKey']);
  readonly contracts = new MemoryShelf<Contract>(this.undo);
  readonly cardSlots = new MemoryShelf<CardSlot, 'tail'>(this.undo, ['tail']);
  readonly receiptsDue = new MemoryShelf<ReceiptDue>(this.undo);
  readonly receipts = new MemoryShelf<IssuedReceipt, 'order'>(this.undo, ['order']);
  readonly webhooks = new MemoryShelf<Webhook>(this.undo);
  readonly deliveries = new MemoryShelf<WebhookDelivery, 'state' | 'webhook'>(this.undo, ['state', 'webhook']);
  readonly closings = new MemoryJournal<Closing>(this.undo);
  readonly settledMinutes = new MemoryShelf<SettledMinutes>(this.undo);
  readonly usedDays = new MemoryShelf<UsedDay>(this.undo);
  readonly settlementClaims = new MemoryShelf<SettlementClaim>(this.undo);
  readonly remittances = new MemoryShelf<Remittance, 'payee'>(this.undo, ['payee']);
  readonly voucherBatches = new MemoryShelf<VoucherBatch>(this.undo);
  readonly vouchers = new MemoryShelf<Voucher, 'hash' | 'payment'>(this.undo, ['hash', 'payment']);
  readonly lineBalances = new MemoryShelf<LineBalance>(this.undo);
  readonly hostBeats = new MemoryShelf<HostBeat>(this.undo);
  readonly lineNetworks = new MemoryShelf<LineNetwork>(this.undo);
  readonly temperatures = new MemoryShelf<DayTemperatures>(this.undo);
  readonly readingChecks = new MemoryShelf<ReadingCheck>(this.undo);
  readonly voltages = new MemoryShelf<VoltageReading>(this.undo);
  readonly lossAlarms = new MemoryShelf<LossAlarm, 'localUnit' | 'state'>(this.undo, ['localUnit', 'state']);
  readonly inspections = new MemoryShelf<Inspection, 'svpmsn'>(this.undo, ['svpmsn']);
  readonly keyRotations = new MemoryShelf<KeyRotation>(this.undo);
  readonly agents = new MemoryShelf<Agent>(this.undo);
  readonly agentMembers = new MemoryShelf<AgentMember, 'agent'>(this.undo, ['agent']);
  readonly vends = new MemoryShelf<Vend>(this.undo);
  readonly shifts = new MemoryShelf<Shift, 'openBy'>(this.undo, ['openBy']);
  readonly phoneAccess = new MemoryShelf<PhoneAccess, 'number'>(this.undo, ['number']);
  readonly calls = new MemoryShelf<PhoneCall, 'state'>(this.undo, ['state']);
  readonly messageChoices = new MemoryShelf<MessageChoice>(this.undo);
  readonly messages = new MemoryShelf<SubscriberMessage, 'key' | 'state' | 'svpmsn'>(this.undo, [
    'key',
    'state',
    'svpmsn',
  ]);
  readonly cardProviders = new MemoryShelf<CardProvider>(this.undo);
  readonly cardCharges = new MemoryShelf<CardCharge, 'provider'>(this.undo, ['provider']);
  readonly cards = new MemoryShelf<IssuedCard, 'subscriber' | 'tail' | 'state'>(this.undo, [
    'subscriber',
    'tail',
    'state',
  ]);
  readonly cardPurses = new MemoryShelf<CardPurse, 'card' | 'provider'>(this.undo, ['card', 'provider']);
  readonly cardOrders = new MemoryShelf<CardOrder, 'purse' | 'openOf' | 'txid'>(this.undo, ['purse', 'openOf', 'txid']);
  readonly cardTickets = new MemoryShelf<CardTicket, 'purse' | 'meter' | 'exposes'>(this.undo, [
    'purse',
    'meter',
    'exposes',
  ]);
  readonly offlineMeters = new MemoryShelf<OfflineMeter, 'subscriber'>(this.undo, ['subscriber']);
  readonly people = new MemoryShelf<Person, 'subscriber'>(this.undo, ['subscriber']);
  readonly sessions = new MemoryShelf<Session, 'person'>(this.undo, ['person']);
  readonly apiKeys = new MemoryShelf<ApiKey>(this.undo);
  readonly attempts = new MemoryShelf<Attempts>(this.undo);
  readonly approvals = new MemoryShelf<Approval, 'state'>(this.undo, ['state']);
  readonly keptAnswers = new MemoryShelf<KeptAnswer>(this.undo);
  readonly audit = new MemoryJournal<AuditEntry>(this.undo);
  readonly heads = new MemoryJournal<Head>(this.undo);

  /** With all that others hold. */
  fillShelves(others: MemoryShelves): void {
    this.terms.fill(others.terms);
    this.trades.fill(others.trades);
    this.dues.fill(others.dues);
    this.tenancies.fill(others.tenancies);
    this.payments.fill(others.payments);
    this.contracts.fill(others.contracts);
    this.cardSlots.fill(others.cardSlots);
    this.receiptsDue.fill(others.receiptsDue);
    this.receipts.fill(others.receipts);
    this.webhooks.fill(others.webhooks);
    this.deliveries.fill(others.deliveries);
    this.closings.fill(others.closings);
    this.settledMinutes.fill(others.settledMinutes);
    this.usedDays.fill(others.usedDays);
    this.settlementClaims.fill(others.settlementClaims);
    this.remittances.fill(others.remittances);
    this.voucherBatches.fill(others.voucherBatches);
    this.vouchers.fill(others.vouchers);
    this.lineBalances.fill(others.lineBalances);
    this.hostBeats.fill(others.hostBeats);
    this.lineNetworks.fill(others.lineNetworks);
    this.temperatures.fill(others.temperatures);
    this.readingChecks.fill(others.readingChecks);
    this.voltages.fill(others.voltages);
    this.lossAlarms.fill(others.lossAlarms);
    this.inspections.fill(others.inspections);
    this.keyRotations.fill(others.keyRotations);
    this.agents.fill(others.agents);
    this.agentMembers.fill(others.agentMembers);
    this.vends.fill(others.vends);
    this.shifts.fill(others.shifts);
    this.phoneAccess.fill(others.phoneAccess);
    this.calls.fill(others.calls);
    this.messageChoices.fill(others.messageChoices);
    this.messages.fill(others.messages);
    this.cardProviders.fill(others.cardProviders);
    this.cardCharges.fill(others.cardCharges);
    this.cards.fill(others.cards);
    this.cardPurses.fill(others.cardPurses);
    this.cardOrders.fill(others.cardOrders);
    this.cardTickets.fill(others.cardTickets);
    this.offlineMeters.fill(others.offlineMeters);
    this.people.fill(others.people);
    this.sessions.fill(others.sessions);
    this.apiKeys.fill(others.apiKeys);
    this.attempts.fill(others.attempts);
    this.approvals.fill(others.approvals);
    this.keptAnswers.fill(others.keptAnswers);
    this.audit.fill(others.audit);
    this.heads.fill(others.heads);
  }
}
