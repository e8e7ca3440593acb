import type { BackhaulMessage } from '../backhaul/index.ts';
import type { KeyStore } from '../crypto/index.ts';
import type { DayProfile, InterphoneAnswer } from '../records/index.ts';
import type { BusinessClock, Milliseconds, Randomness, SupplyIndex, Svpmsn } from '../units/index.ts';
import type { Head } from './book-port.ts';
import type { CardPipePort } from './card-pipe.ts';
import type { ExchangeWatcher } from './exchange-port.ts';
import type { PaymentPort } from './payment-port.ts';
import type { ReceiptSigner } from './receipt-port.ts';
import type { Journal, JournalReads, Shelf, ShelfReads } from './shelf-port.ts';
import type { SlotTerminal } from './slot-payments.ts';
import type {
  Account,
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
  DayTemperatures,
  Dues,
  HostBeat,
  Inspection,
  IssuedCard,
  IssuedReceipt,
  KeptAnswer,
  KeyRotation,
  Knowledge,
  LedgerSum,
  LineBalance,
  LineKnowledge,
  LineNetwork,
  LineSuspicion,
  LossAlarm,
  MessageChoice,
  Meter,
  MeterEvent,
  MeterTotals,
  NumberedEvent,
  NumberedOrder,
  NumberedPosting,
  OfflineMeter,
  Order,
  OutstandingRow,
  Payment,
  PaymentMethod,
  Person,
  PhoneAccess,
  PhoneCall,
  Posting,
  Purse,
  ReadingCheck,
  ReceiptDue,
  Remittance,
  Session,
  SettledMinutes,
  SettlementClaim,
  Shift,
  Subscriber,
  SubscriberMessage,
  TariffVersion,
  Tenancy,
  TermsVersion,
  TimedSum,
  Trade,
  UsedDay,
  Vend,
  VoltageReading,
  Voucher,
  VoucherBatch,
  Webhook,
  WebhookDelivery,
  Work,
} from './types.ts';
import type { WebhookSender } from './webhooks.ts';

export type { KeyStore } from '../crypto/index.ts';
export type { DayProfile, InterphoneAnswer, InterphoneSaid, Prompt } from '../records/index.ts';
export type { BusinessClock, Randomness } from '../units/index.ts';
export type * from './book-port.ts';
export type { CardInMeter, CardPipePort } from './card-pipe.ts';
export * from './exchange-port.ts';
export type * from './shelf-port.ts';
export type { SlotTerminal } from './slot-payments.ts';
export type * from './types.ts';
export type { NotTaken, WebhookSender } from './webhooks.ts';

/** What the host needs of the world. */
export interface HostPorts {
  readonly store: Store;
  readonly keys: KeyStore;
  readonly clock: BusinessClock;
  readonly randomness: Randomness;
  readonly grid: GridLink;
  /** Those who take money for this utility, by the names under which they are asked. */
  readonly payments?: ReadonlyMap<string, PaymentWay>;
  /** As what the slots of meters take payment cards; without it they take none. */
  readonly slotTerminal?: SlotTerminal;
  /** Hosts in whose meters cards of this one's providers are put, by name. */
  readonly cardPipes?: ReadonlyMap<string, CardPipePort>;
  /** Who signs the receipts of trades, and for whom; without it they stay due. */
  readonly receipts?: {
    readonly signer: ReceiptSigner;
    readonly utility: { readonly name: string; readonly registration: string | undefined };
  };
  /** Who tells addresses outside; without it nobody is told. */
  readonly webhooks?: WebhookSender;
  /** Resolves when what has come over the network meanwhile was read: it shares the next durable step. */
  readonly gather?: () => Promise<void>;
  /** Who signs a head of the books each day; without it nobody does. */
  readonly books?: HeadSigner;
  /** Is told what goes on, to be counted. */
  readonly watcher?: HostWatcher;
  /** Is told what passes between host and meters, to be looked at. */
  readonly exchanges?: ExchangeWatcher;
  /** Who serves those that call by the interphones of meters; without it nobody answers them. */
  readonly interphones?: InterphonePort;
}

/** Towards the calls from meters: told at once, and not waited for. A meter that is told twice is called for once. */
export interface InterphonePort {
  called(meter: Svpmsn): void;
  /** What a meter answers to what was said to it: the keys in it are kept nowhere. */
  answered(meter: Svpmsn, answer: InterphoneAnswer): void;
}

export interface PaymentWay {
  readonly method: PaymentMethod;
  readonly port: PaymentPort;
}

export interface HostWatcher {
  /** An exchange came to its end, so long after M1. */
  exchanged(ms: number): void;
  /** The same of one with a card at a desk or in a meter: until what the card says of it is booked. */
  cardExchanged(ms: number): void;
  /** A frame was refused by a meter, or by this host. */
  refused(reason: string): void;
}

/** Towards the area units: sent and forgotten. Answers come back through `handle`; what is lost is sent again. */
export interface GridLink {
  /** @param localUnit area unit × 256 + local unit */
  send(localUnit: number, message: BackhaulMessage): void;
  /** Whether what is sent now may arrive. Where it is absent everything may. */
  reaches?(localUnit: number): boolean;
}

/** Why a store does not serve, in one sentence for a person. What was begun is undone. */
export interface StoreFailure {
  readonly reason:
    | 'store-full'
    /** Another program holds the database. */
    | 'store-busy'
    | 'store-damaged'
    | 'store-failed'
    /** The connection ended while a transaction was being committed: it may stand, or it may not. */
    | 'store-lost'
    /** An older copy took the place of the database while it was in use: it forgot what it had confirmed. */
    | 'store-older'
    | 'store-closed'
    | 'folder-in-use'
    | 'version-newer'
    | 'hosts-older'
    | 'file-foreign';
  readonly sentence: string;
}

/** Rejects a transaction that a store could not keep; nothing of it stays behind. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly reason: StoreFailure['reason'];

  constructor(failure: StoreFailure, options?: ErrorOptions) {
    super(failure.sentence, options);
    this.reason = failure.reason;
  }
}

/**
 * Where everything that must survive lives. A transaction is all or nothing, durable when its promise resolves,
 * and behaves as if it ran alone. A rejection of `work` undoes it. Inside, only the store's own methods are awaited.
 * Where several hosts share a store, a transaction that was in another's way is undone and `work` runs again: it
 * leaves nothing behind it but its result. A store that is far away may go away while it commits (`store-lost`).
 */
export interface Store {
  transaction<T>(work: (tx: StoreTransaction) => Promise<T>, how?: TransactionHow): Promise<T>;
  read<T>(work: (tx: StoreReads) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface TransactionHow {
  /**
   * One after the other with those of all hosts that are in turn too: they would surely be in each other's way, and what
   * is undone was done for nothing.
   */
  readonly inTurn?: boolean;
}

/** A store that seals its books. */
export interface HeadSigner {
  /**
   * Signs what the books are now, and keeps it among the heads.
   * @param restored whether they are an older copy
   */
  signHead(occasion: { readonly now: Milliseconds; readonly restored?: boolean }): Promise<void>;
}

/** Lists come in a stated order, so that the same inputs give the same outputs on every store. */
export interface StoreReads {
  subscriber(id: string): Promise<Subscriber | undefined>;
  /** By id; those after one only, if it is named, and at most so many. */
  subscribers(query?: { readonly after?: string; readonly limit?: number }): Promise<Subscriber[]>;

  /** In the order asked for. */
  metersOf(ids: readonly Svpmsn[]): Promise<(Meter | undefined)[]>;
  /** By number. */
  meters(of?: MeterQuery): Promise<Meter[]>;
  meterCount(): Promise<number>;
  /** What tells how each stands, of one local unit only, if named; by local unit and modem address. */
  meterStates(of?: { readonly localUnit?: number }): Promise<MeterStateRow[]>;

  pursesOf(ids: readonly Svpmsn[]): Promise<(Purse | undefined)[]>;
  /** In the order asked for. */
  metersToSell(ids: readonly Svpmsn[]): Promise<(MeterToSell | undefined)[]>;
  outstanding(id: Svpmsn): Promise<OutstandingRow | undefined>;

  /** In the order asked for. */
  ordersOf(ids: readonly string[]): Promise<(NumberedOrder | undefined)[]>;
  /** Whether meters have told of value that no sale here explains. */
  anyFound(): Promise<boolean>;
  /** Such value whose source begins so, the oldest first. */
  foundOf(source: string): Promise<NumberedOrder[]>;
  /** In the order asked for. */
  ordersOfTxid(txids: readonly string[]): Promise<(NumberedOrder | undefined)[]>;
  /** The oldest of a meter that waits. */
  nextWaiting(id: Svpmsn): Promise<NumberedOrder | undefined>;
  /** The oldest of a meter that is to be taken back and has no TC. */
  nextWithdrawn(id: Svpmsn): Promise<NumberedOrder | undefined>;
  /** The newest first. */
  orders(query: PageQuery): Promise<NumberedOrder[]>;
  /** Those that wait, are on their way, or are to be taken back. */
  unsettledOrders(): Promise<number>;
  /** When the oldest of them was ordered. */
  oldestUnsettled(): Promise<Milliseconds | undefined>;

  /** In the order asked for. */
  workOf(ids: readonly Svpmsn[]): Promise<(Work | undefined)[]>;
  /** Local units with work that is due, by number. */
  dueUnits(now: Milliseconds): Promise<number[]>;
  /** Work of a local unit that a host is at. */
  leasedCount(query: { readonly localUnit: number; readonly now: Milliseconds }): Promise<number>;

  /** By slot. */
  commands(id: Svpmsn): Promise<ControlCommand[]>;
  command(id: Svpmsn, slot: string): Promise<ControlCommand | undefined>;
  /** The oldest of a meter that waits. */
  nextCommand(id: Svpmsn): Promise<ControlCommand | undefined>;
  /** Of all meters those that await their local unit, by sequence. */
  commandsAwaiting(): Promise<ControlCommand[]>;
  /** The highest ever given; 0 before the first. */
  lastCommandSequence(): Promise<number>;

  /** The latest of each name, by name. */
  tariffs(): Promise<TariffVersion[]>;
  /** Of one name, the newest first. */
  tariffVersions(query: TariffQuery): Promise<TariffVersion[]>;
  /** The latest; of those that are in force at an instant only, if one is named. */
  tariff(name: string, at?: Milliseconds): Promise<TariffVersion | undefined>;
  lastTariffVersion(): Promise<number>;
  /** How many versions of a name there are up to one: which of them it is, from 1. */
  tariffEdition(of: Pick<TariffVersion, 'name' | 'version'>): Promise<number>;
  /** In the order asked for. */
  tariffsOf(versions: readonly number[]): Promise<(TariffVersion | undefined)[]>;

  /** Sums of all lines after line `after`, by kind, account and meter (those of no meter first), and the number of the last line. */
  ledgerSums(after: number): Promise<{ readonly last: number; readonly sums: LedgerSum[] }>;
  /**
   * Sums of all lines that were posted before the last of some instants, by stretch between them, kind and account.
   * It reads the ledger whole.
   * @param edges ascending; stretch 0 is what was posted before the first
   */
  ledgerByTime(edges: readonly Milliseconds[]): Promise<TimedSum[]>;
  /** Of all lines after line `after`, by account, and the number of the last posting. */
  accountSums(after: number): Promise<{ readonly last: number; readonly sums: AccountSum[] }>;
  /** Sums of a meter's lines that were posted before an instant, by kind and account. */
  ledgerOf(id: Svpmsn, before: Milliseconds): Promise<LedgerSum[]>;
  /** The newest first. */
  postings(query: PageQuery): Promise<NumberedPosting[]>;

  knowledgeOf(ids: readonly Svpmsn[]): Promise<(Knowledge | undefined)[]>;
  /** The newest first. */
  events(query: PageQuery): Promise<NumberedEvent[]>;
  /** By day. */
  profiles(query: ProfileQuery): Promise<DayProfile[]>;
  /** By supply. */
  totals(id: Svpmsn): Promise<MeterTotals[]>;

  /** By number. */
  lines(): Promise<LineKnowledge[]>;
  line(localUnit: number): Promise<LineKnowledge | undefined>;
  /** Of one local unit, by kind, address, meter. */
  suspicions(localUnit: number): Promise<LineSuspicion[]>;
  /** Of one local unit, by minute; both ends included, at most `CHECK_MINUTES_KEPT`. */
  checkMinutes(query: CheckMinuteQuery): Promise<CheckMinute[]>;
  /**
   * Sums of the check minutes of all local units by stretch between some minutes; a stretch without any is left out.
   * @param edges unix minutes, ascending, over at most `CHECK_MINUTES_KEPT`; stretch 0 is from the first to the second
   */
  checkSums(edges: readonly number[]): Promise<CheckSum[]>;

  fact(name: FactName): Promise<number | undefined>;

  readonly terms: JournalReads<TermsVersion>;
  /** By the id of their order. */
  readonly trades: ShelfReads<Trade>;
  /** By the number of their meter, or by their person who has none. */
  readonly dues: ShelfReads<Dues>;
  readonly tenancies: ShelfReads<Tenancy, 'svpmsn' | 'subscriber'>;
  readonly payments: ShelfReads<Payment, 'state' | 'approvalKey'>;
  /** By the number of their meter. */
  readonly contracts: ShelfReads<Contract>;
  /** By the number of their meter. */
  readonly cardSlots: ShelfReads<CardSlot, 'tail'>;
  readonly receiptsDue: ShelfReads<ReceiptDue>;
  readonly receipts: ShelfReads<IssuedReceipt, 'order'>;
  readonly webhooks: ShelfReads<Webhook>;
  readonly deliveries: ShelfReads<WebhookDelivery, 'state' | 'webhook'>;
  readonly closings: JournalReads<Closing>;
  readonly settledMinutes: ShelfReads<SettledMinutes>;
  readonly usedDays: ShelfReads<UsedDay>;
  readonly settlementClaims: ShelfReads<SettlementClaim>;
  readonly remittances: ShelfReads<Remittance, 'payee'>;
  readonly voucherBatches: ShelfReads<VoucherBatch>;
  readonly vouchers: ShelfReads<Voucher, 'hash' | 'payment'>;
  readonly lineBalances: ShelfReads<LineBalance>;
  /** By the number of their local unit. */
  readonly lineNetworks: ShelfReads<LineNetwork>;
  readonly temperatures: ShelfReads<DayTemperatures>;
  readonly hostBeats: ShelfReads<HostBeat>;
  readonly readingChecks: ShelfReads<ReadingCheck>;
  readonly voltages: ShelfReads<VoltageReading>;
  readonly lossAlarms: ShelfReads<LossAlarm, 'localUnit' | 'state'>;
  readonly inspections: ShelfReads<Inspection, 'svpmsn'>;
  /** By purpose and suite. */
  readonly keyRotations: ShelfReads<KeyRotation>;

  readonly agents: ShelfReads<Agent>;
  readonly agentMembers: ShelfReads<AgentMember, 'agent'>;
  /** By the id of their order. */
  readonly vends: ShelfReads<Vend>;
  readonly shifts: ShelfReads<Shift, 'openBy'>;

  /** By the number of their meter. */
  readonly phoneAccess: ShelfReads<PhoneAccess, 'number'>;
  readonly calls: ShelfReads<PhoneCall, 'state'>;
  readonly messageChoices: ShelfReads<MessageChoice>;
  readonly messages: ShelfReads<SubscriberMessage, 'key' | 'state' | 'svpmsn'>;

  readonly cardProviders: ShelfReads<CardProvider>;
  readonly cardCharges: ShelfReads<CardCharge, 'provider'>;
  readonly cards: ShelfReads<IssuedCard, 'subscriber' | 'tail' | 'state'>;
  readonly cardPurses: ShelfReads<CardPurse, 'card' | 'provider'>;
  readonly cardOrders: ShelfReads<CardOrder, 'purse' | 'openOf' | 'txid'>;
  readonly cardTickets: ShelfReads<CardTicket, 'purse' | 'meter' | 'exposes'>;
  readonly offlineMeters: ShelfReads<OfflineMeter, 'subscriber'>;

  /** By login. */
  readonly people: ShelfReads<Person, 'subscriber'>;
  readonly sessions: ShelfReads<Session, 'person'>;
  readonly apiKeys: ShelfReads<ApiKey>;
  readonly attempts: ShelfReads<Attempts>;
  readonly approvals: ShelfReads<Approval, 'state'>;
  readonly keptAnswers: ShelfReads<KeptAnswer>;
  readonly audit: JournalReads<AuditEntry>;
  readonly heads: JournalReads<Head>;
}

export interface StoreTransaction extends StoreReads {
  putSubscriber(subscriber: Subscriber): Promise<void>;
  putMeter(meter: Meter): Promise<void>;
  putPurse(purse: Purse): Promise<void>;
  /** A TC or TXID that the store has already is refused by throwing: it is a bug. Returns them as stored. */
  addOrders(orders: readonly Order[]): Promise<NumberedOrder[]>;
  putOrder(order: Order): Promise<void>;
  /** What was written as found turns out to be this order: its row, place, TXID and TC are this order's from now on. */
  claimOrder(found: string, order: Order): Promise<void>;
  putOutstanding(row: OutstandingRow): Promise<void>;
  deleteOutstanding(id: Svpmsn): Promise<void>;
  /** By lane, due time, meter. What another host's transaction has claimed is passed over. */
  claimDueWork(query: {
    readonly localUnit: number;
    readonly now: Milliseconds;
    readonly limit: number;
  }): Promise<Work[]>;
  putWork(rows: readonly Work[]): Promise<void>;
  deleteWork(id: Svpmsn): Promise<void>;
  /** At the start: whatever was leased died with the process that had it. All work is due now. */
  releaseAllWork(now: Milliseconds): Promise<void>;
  /** Whoever was at some work is gone: it is due now, but that of meters that somebody is at who lives. */
  releaseLeases(gone: { readonly now: Milliseconds; readonly but: ReadonlySet<Svpmsn> }): Promise<void>;
  putCommand(command: ControlCommand): Promise<void>;
  addTariff(version: TariffVersion): Promise<void>;
  /** Appends; nothing changes or deletes. @throws Error when a posting's lines do not sum to zero */
  post(postings: readonly Posting[]): Promise<void>;
  putKnowledge(knowledge: Knowledge): Promise<void>;
  /** Those with a sequence that the meter had before are passed over. Returns the others. */
  addEvents(events: readonly MeterEvent[]): Promise<MeterEvent[]>;
  putProfile(id: Svpmsn, profile: DayProfile): Promise<void>;
  putTotals(totals: MeterTotals): Promise<void>;
  putLine(line: LineKnowledge): Promise<void>;
  putSuspicions(rows: readonly LineSuspicion[]): Promise<void>;
  deleteSuspicions(rows: readonly LineSuspicion[]): Promise<void>;
  /**
   * Of two reports of one minute the larger stands. It takes the place of the minute `CHECK_MINUTES_KEPT` before it,
   * so that a local unit never has more; one that is older than what stands there is passed over.
   */
  putCheckMinute(minute: CheckMinute): Promise<void>;
  setFact(name: FactName, value: number): Promise<void>;

  readonly terms: Journal<TermsVersion>;
  readonly trades: Shelf<Trade>;
  readonly dues: Shelf<Dues>;
  readonly tenancies: Shelf<Tenancy, 'svpmsn' | 'subscriber'>;
  readonly payments: Shelf<Payment, 'state' | 'approvalKey'>;
  readonly contracts: Shelf<Contract>;
  /** By the number of their meter. */
  readonly cardSlots: Shelf<CardSlot, 'tail'>;
  readonly receiptsDue: Shelf<ReceiptDue>;
  readonly receipts: Shelf<IssuedReceipt, 'order'>;
  readonly webhooks: Shelf<Webhook>;
  readonly deliveries: Shelf<WebhookDelivery, 'state' | 'webhook'>;
  readonly closings: Journal<Closing>;
  readonly settledMinutes: Shelf<SettledMinutes>;
  readonly usedDays: Shelf<UsedDay>;
  readonly settlementClaims: Shelf<SettlementClaim>;
  readonly remittances: Shelf<Remittance, 'payee'>;
  readonly voucherBatches: Shelf<VoucherBatch>;
  readonly vouchers: Shelf<Voucher, 'hash' | 'payment'>;
  readonly lineBalances: Shelf<LineBalance>;
  readonly lineNetworks: Shelf<LineNetwork>;
  readonly temperatures: Shelf<DayTemperatures>;
  readonly hostBeats: Shelf<HostBeat>;
  readonly readingChecks: Shelf<ReadingCheck>;
  readonly voltages: Shelf<VoltageReading>;
  readonly lossAlarms: Shelf<LossAlarm, 'localUnit' | 'state'>;
  readonly inspections: Shelf<Inspection, 'svpmsn'>;
  readonly keyRotations: Shelf<KeyRotation>;

  readonly agents: Shelf<Agent>;
  readonly agentMembers: Shelf<AgentMember, 'agent'>;
  /** By the id of their order. */
  readonly vends: Shelf<Vend>;
  readonly shifts: Shelf<Shift, 'openBy'>;

  /** By the number of their meter. */
  readonly phoneAccess: Shelf<PhoneAccess, 'number'>;
  readonly calls: Shelf<PhoneCall, 'state'>;
  readonly messageChoices: Shelf<MessageChoice>;
  readonly messages: Shelf<SubscriberMessage, 'key' | 'state' | 'svpmsn'>;

  readonly cardProviders: Shelf<CardProvider>;
  readonly cardCharges: Shelf<CardCharge, 'provider'>;
  readonly cards: Shelf<IssuedCard, 'subscriber' | 'tail' | 'state'>;
  readonly cardPurses: Shelf<CardPurse, 'card' | 'provider'>;
  readonly cardOrders: Shelf<CardOrder, 'purse' | 'openOf' | 'txid'>;
  readonly cardTickets: Shelf<CardTicket, 'purse' | 'meter' | 'exposes'>;
  readonly offlineMeters: Shelf<OfflineMeter, 'subscriber'>;

  readonly people: Shelf<Person, 'subscriber'>;
  readonly sessions: Shelf<Session, 'person'>;
  readonly apiKeys: Shelf<ApiKey>;
  readonly attempts: Shelf<Attempts>;
  readonly approvals: Shelf<Approval, 'state'>;
  readonly keptAnswers: Shelf<KeptAnswer>;
  readonly audit: Journal<AuditEntry>;
  readonly heads: Journal<Head>;
}

/**
 * `instant-reserved`: no time of the business before it will be used again. `restored`: 1 from the moment that a store
 * finds itself to be an older copy, or that a person says so, until the next start of the host (X9). `restored-from`: when that copy was made, in Unix ms by its machine. `restored-at`: the instant of the host's first start on it. `unreconciled` and a
 * port: 1 until somebody compared its payments with books that were put back. `trace` and a
 * port: payments that it was ever asked for. `keyring`: the check value of a master key, by which a keyring is told
 * from another's.
 */
export type FactName =
  | 'instant-reserved'
  | 'address-map-version'
  | 'restored'
  | 'restored-from'
  | 'restored-at'
  | `unreconciled ${string}`
  | 'keyring'
  | `trace ${string}`;

/** Minutes of a check meter that are kept: 35 days, a month of settlement and some days to look into it. */
export const CHECK_MINUTES_KEPT = 35 * 1440;

/** Meters of one local unit, tariff or subscriber only, those after a number only, and at most so many, if named. */
export interface MeterQuery {
  readonly localUnit?: number;
  readonly tariff?: string;
  readonly subscriber?: string;
  readonly after?: number;
  readonly limit?: number;
}

/** Versions of one tariff, those before a version only, and at most so many, if named. */
export interface TariffQuery {
  readonly name: string;
  readonly before?: number;
  readonly limit?: number;
}

/** Of a meter, its purse and what is known of it, no more than tells how it stands. */
export interface MeterStateRow
  extends Pick<Meter, 'svpmsn' | 'localUnit' | 'modemAddress'>,
    Pick<Purse, 'state' | 'freeze'>,
    Pick<Knowledge, 'balance' | 'flags' | 'alarms' | 'heardAt'> {}

/** A meter as far as a sale asks: where it hangs, since when, and whether its purse takes value. */
export interface MeterToSell
  extends Pick<Meter, 'svpmsn' | 'localUnit' | 'enrolledAt'>,
    Pick<Purse, 'state' | 'freeze'> {}

/** Of an account: what its lines debit and credit, each at least 0, and how many they are. */
export interface AccountSum {
  readonly account: Account;
  readonly debit: bigint;
  readonly credit: bigint;
  readonly lines: number;
}

export interface CheckSum {
  readonly stretch: number;
  readonly minutes: number;
  readonly energy: bigint;
}

export interface CheckMinuteQuery {
  readonly localUnit: number;
  /** Unix minutes. */
  readonly from: number;
  readonly to: number;
}

export interface PageQuery {
  readonly svpmsn?: Svpmsn;
  /** Only older ones: the number of the last one of the page before. */
  readonly before?: number;
  readonly limit: number;
}

export interface ProfileQuery {
  readonly svpmsn: Svpmsn;
  readonly supply: SupplyIndex;
  /** UTC days, both included. */
  readonly fromDay: number;
  readonly toDay: number;
}
