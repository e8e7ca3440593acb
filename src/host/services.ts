import type { BackhaulMessage } from '../backhaul/index.ts';
import type { Suite } from '../crypto/index.ts';
import type { InterphoneSaid, RelayAction, SupplyPolicy } from '../records/index.ts';
import type { TariffDefinition } from '../tariff/index.ts';
import type { Milliseconds, Svpmsn } from '../units/index.ts';
import type { AgentReads } from './agent-services.ts';
import type { BalanceHistory } from './balance.ts';
import type { Head } from './book-port.ts';
import type { ImportReport, ImportRequest } from './bulk-import.ts';
import type { CardServices } from './card-services.ts';
import type { Agreement } from './contracts.ts';
import type { CutOff, CutOffQuery } from './cut-offs.ts';
import type { Forecast, ForecastQuery } from './forecast.ts';
import type { Grid } from './grid.ts';
import type { InspectionQuery } from './inspections.ts';
import type { RotatedPurpose } from './key-change.ts';
import type { RotationAsked, RotationPlan } from './key-rotation.ts';
import type { RotationTimings } from './key-timer.ts';
import type { KeyUse } from './key-use.ts';
import type { Books } from './ledger.ts';
import type { LineDay, LineDayQuery } from './line-day.ts';
import type { DatesQuery, Minutes, MinutesQuery } from './load.ts';
import type { LineBalanceQuery, LossAlarmQuery } from './loss-alarms.ts';
import type { MoveIn } from './moving.ts';
import type { Act, Office } from './office.ts';
import type { OutageQuery, OutageReport } from './outages.ts';
import type { Outlook } from './outlook.ts';
import type { Overview } from './overview.ts';
import type { PersonDues } from './paying-dues.ts';
import type { ChipSaid, PaymentAnswered, PaymentAsked, PaymentNotice } from './payments.ts';
import type { MeterPolicy } from './policy.ts';
import type { PageQuery, TariffQuery } from './ports.ts';
import type { PayeeAccount } from './remittances.ts';
import type { RestorationView } from './restoration.ts';
import type { Revival } from './revivals.ts';
import type { MeterFilter, SubscriberFilter } from './search.ts';
import type { ClosedPeriod, CloseRequest } from './settlement.ts';
import type { SettledClaim } from './settlement-exchange.ts';
import type { JournalQuery, Numbered, OrderedQuery } from './shelf-port.ts';
import type { MeterStanding } from './standing.ts';
import type { Statement } from './statement.ts';
import type { StatementQuery } from './statement-reading.ts';
import type { Happened, Stay, Whose } from './stay.ts';
import type { PreviewQuery, TariffPreview } from './tariff-preview.ts';
import type { TariffWeek, TariffWeekQuery } from './tariff-week.ts';
import type { GivenTemperatures, TemperatureSpan } from './temperatures.ts';
import type { Thing } from './things.ts';
import type { Debt, Purchase, Quote, Traded } from './trading.ts';
import type { PostingPage, PostingQuery, TrialBalance } from './trial-balance.ts';
import type {
  CheckMinute,
  Closing,
  Contract,
  ControlCommand,
  Dues,
  HostFailure,
  Inspection,
  IssuedReceipt,
  KeyRotation,
  Knowledge,
  LineBalance,
  LineKnowledge,
  LineNetwork,
  LineSuspicion,
  LossAlarm,
  Meter,
  NumberedEvent,
  NumberedOrder,
  NumberedPosting,
  NumberedTariff,
  Payment,
  PaymentMethod,
  Purse,
  Remittance,
  Subscriber,
  Tenancy,
  Terms,
  TermsVersion,
  Webhook,
} from './types.ts';
import type { UseBucket, UseQuery } from './use.ts';
import type { Voltages } from './voltages.ts';
import type { DeliveryPage, Undelivered, WebhookMade } from './webhooks.ts';

export type * from './agent-services.ts';
export type { BalanceHistory, BalancePoint } from './balance.ts';
export type { ImportFault, ImportKind, ImportReport, ImportRequest } from './bulk-import.ts';
export type * from './caller-services.ts';
export type * from './card-services.ts';
export type { Agreement } from './contracts.ts';
export type { CutOff, CutOffEnd, CutOffQuery, HoursBefore } from './cut-offs.ts';
export type { Expected, ExpectedSpan, Forecast, ForecastQuery, PurchaseProposal } from './forecast.ts';
export type { Grid, GridCell, Street } from './grid.ts';
export type { Inspecting, InspectionQuery } from './inspections.ts';
export type { KeyUse } from './key-use.ts';
export type { Books, Revenue, Totalled } from './ledger.ts';
export type { DatesQuery, Minutes, MinutesOfDay, MinutesQuery } from './load.ts';
export type { LineBalanceQuery, LossAlarmChange, LossAlarmQuery } from './loss-alarms.ts';
export type { MoveIn, MoveOut } from './moving.ts';
export type { Act, Decided, Decision, HostByName, Office, Once, Seen, Thing, ThingType } from './office.ts';
export type { Outlook } from './outlook.ts';
export type { Alarm, EnergySoFar, Overview } from './overview.ts';
export type { ChipSaid, PaymentAnswered, PaymentAsked, PaymentNotice } from './payments.ts';
export type { PayeeAccount, Remitting } from './remittances.ts';
export type { MeterFilter, SubscriberFilter } from './search.ts';
export type { ClosedPeriod, CloseRequest } from './settlement.ts';
export type { MeterStanding } from './standing.ts';
export type * from './statement.ts';
export type { StatementQuery } from './statement-reading.ts';
export type { Stay, Whose } from './stay.ts';
export type { PreviewBand, PreviewQuery, PreviewSide, PreviewStep, TariffPreview } from './tariff-preview.ts';
export type { TariffDayView, TariffWeek, TariffWeekQuery } from './tariff-week.ts';
export type { GivenTemperatures, TemperatureSpan } from './temperatures.ts';
export type { Debt, Purchase, Quote, Traded } from './trading.ts';
export type { PostingPage, PostingQuery, TrialBalance } from './trial-balance.ts';
export type * from './types.ts';
export type { UseBucket, UseQuery } from './use.ts';
export type { Voltages, VoltagesOfDay } from './voltages.ts';
export type { DeliveryPage, Undelivered, WebhookMade } from './webhooks.ts';

/** What came from outside: time that passed, or a message of a local unit. */
export type HostInput =
  | { readonly type: 'tick' }
  /** About a second passed, in a process that is one of several over the same books. */
  | { readonly type: 'beat' }
  | ({ readonly type: 'grid' } & Said)
  /** Much at once, in the order in which it was heard: it takes fewer durable steps than one by one. */
  | { readonly type: 'grid-all'; readonly said: readonly Said[] };

/** What a local unit said, or the area unit above it. */
export interface Said {
  /** Area unit × 256 + local unit. */
  readonly localUnit: number;
  readonly message: BackhaulMessage;
}

export interface HostSettings {
  /** IANA name of the utility's time zone. */
  readonly zone: string;
  /** Meters on this host in all. */
  readonly metersMax: number;
  /** How often a local unit goes round its meters; an hour where absent. */
  readonly roundMs?: number;
  /** Which keys are rotated by the host itself; none where absent. */
  readonly rotation?: RotationTimings;
  /** Of this process among several over the same books, drawn when it began; absent where there is only one. */
  readonly process?: string;
}

/** What else a subscriber is called, and where they are reached; their id stays. */
export interface SubscriberChange {
  readonly id: string;
  readonly name?: string;
  readonly contact?: string;
}

export interface Enrolment {
  readonly svpmsn: number;
  readonly subscriber: string;
  readonly localUnit: number;
  readonly modemAddress: number;
  readonly suite: Suite;
  readonly supplies?: number;
  readonly tariff?: string;
}

export interface Sale {
  readonly meter: number;
  /** Whole tokens, 1 to u32. */
  readonly amount: number;
  /** The payment's own; the same id twice is the same sale. */
  readonly orderId: string;
  readonly source: string;
}

export type ControlRequest =
  | { readonly type: 'clock-set' }
  /** Under the monitoring key: at most 60 s a day, never over a tariff edge. */
  | { readonly type: 'clock-slew'; readonly seconds: number }
  /** Supply 0 is all of them. */
  | { readonly type: 'relay'; readonly supply: number; readonly action: RelayAction }
  /** The next generation of a key; the key store has to hold it. One of monitoring goes to the local unit first. */
  | { readonly type: 'key-change'; readonly purpose: RotatedPurpose }
  /** What the interphone of the meter is to say; of two only the later is said. */
  | { readonly type: 'interphone'; readonly said: InterphoneSaid }
  /** The host gives it its version, above every one that the meter may hold. */
  | { readonly type: 'supply-policy'; readonly policy: Omit<SupplyPolicy, 'version'> };

/** A meter with everything known of it, and how old that is. */
export interface MeterView {
  readonly meter: Meter;
  readonly purse: Purse;
  readonly known: Knowledge | undefined;
  /** Ages in milliseconds of the groups of `known`; `undefined` for what was never told. */
  readonly age: {
    readonly heard: number | undefined;
    readonly balance: number | undefined;
    readonly flags: number | undefined;
    readonly info: number | undefined;
    readonly policy: number | undefined;
    /** Since the end of the newest day that has a load profile. */
    readonly profile: number | undefined;
    readonly attention: number | undefined;
  };
  readonly standing: MeterStanding;
}

/** A local unit and its line with everything known of them, and how old that is, in milliseconds. */
export interface LineView {
  readonly line: LineKnowledge;
  readonly age: {
    readonly health: number | undefined;
    readonly check: number | undefined;
    readonly mapRefusal: number | undefined;
  };
  /** By kind, address and meter. */
  readonly suspicions: readonly {
    readonly suspicion: LineSuspicion;
    /** Whether the last report still named it. */
    readonly stands: boolean;
    readonly age: { readonly since: number | undefined; readonly named: number };
  }[];
}

export interface CheckQuery {
  /** Area unit × 256 + local unit. */
  readonly localUnit: number;
  readonly from: Milliseconds;
  /** Not included. */
  readonly to: Milliseconds;
}

/** What the host has done since it started; in memory only. */
export interface HostCounters {
  carries: number;
  answers: number;
  noAnswers: number;
  refusals: number;
  ignoredFrames: number;
  recordsNotUnderstood: number;
  /** Messages of a local unit about a meter that is not on its line: they change nothing. */
  strayMessages: number;
  /** Exchanges that could not begin, because the key store lacks a key. */
  keysMissing: number;
}

/**
 * What the host offers. What may be refused answers with a value or a `HostFailure`, and a store that fails
 * underneath is one too. What cannot be refused, `start`, `handle`, the books and the lists, rejects with the store's
 * `StoreError`, and may be called again. `start` comes first.
 */
export interface HostServices extends AgentReads, CardServices {
  /**
   * Takes up what a process before left, and sends what is due. With the fact `restored` in its store it first asks
   * every meter for its receipts: until then nothing is sent or refunded (X9).
   */
  start(): Promise<void>;
  /** Resolves when all that follows is stored, and what is to be sent was sent. */
  handle(input: HostInput): Promise<void>;

  addSubscriber(subscriber: Subscriber): Promise<Subscriber | HostFailure>;
  changeSubscriber(change: SubscriberChange): Promise<Subscriber | HostFailure>;
  enrol(enrolment: Enrolment): Promise<Meter | HostFailure>;
  /** The meter's modem was given another address on its line. */
  readdress(request: { readonly meter: number; readonly modemAddress: number }): Promise<Meter | HostFailure>;

  sell(sale: Sale): Promise<NumberedOrder | HostFailure>;
  /** One transaction, each sale all or nothing. They leave with the next tick. */
  sellAll(sales: readonly Sale[]): Promise<(NumberedOrder | HostFailure)[]>;
  /** Sells for money: dues, fee and tax are taken by the terms, and the rest is energy. */
  purchase(purchase: Purchase): Promise<Traded | HostFailure>;
  /** One transaction, each purchase all or nothing. They leave with the next tick. */
  purchaseAll(purchases: readonly Purchase[]): Promise<(Traded | HostFailure)[]>;
  /** What a payment would be made of now; nothing is sold. */
  quote(purchase: Omit<Purchase, 'orderId'>): Promise<Quote | HostFailure>;
  /** A sale for money, by the id of its order. */
  trade(orderId: string): Promise<Traded | HostFailure>;
  /** Gives back what was paid for an order that was refunded. */
  payOut(orderId: string): Promise<Traded | HostFailure>;
  /** Asks one of the host's payment ports for money, and sells when it is there; by a chip, when the chip agrees. */
  pay(asked: PaymentAsked): Promise<PaymentAnswered | HostFailure>;
  /** What the chip of a card said to the approval of its bank: the payment is sold for, or given back. */
  chipSaid(said: ChipSaid): Promise<Payment | HostFailure>;
  /** What a payment port tells of itself. */
  paymentNotice(notice: PaymentNotice): Promise<Payment | HostFailure>;
  /** Nobody waits for a payment that is asked or pending any more: it is reversed, whatever is answered later. */
  cancelPayment(id: string): Promise<Payment | HostFailure>;
  /** What was learned since the books were put back from a copy; `never-restored` where they never were. */
  restoration(): Promise<RestorationView | HostFailure>;
  /**
   * The payments of a port were compared with books that were put back. Until that was said of all ports no value leaves
   * for a meter or card, and no port is told to give or take money (X9).
   */
  reconciled(port: string): Promise<RestorationView | HostFailure>;
  /** Captures and reverses what is due. It waits for payment ports: call it beside `handle`, again and again. */
  settlePayments(): Promise<void>;
  /**
   * Asks the banks of the payment cards that wait in the slots of meters, also of those that come meanwhile, and waits for
   * them: call it beside `handle`, again and again, while somebody stands before each. Once stopped it asks no more.
   */
  askBanks(stopped?: AbortSignal): Promise<void>;
  payment(id: string): Promise<Payment | HostFailure>;
  /** By id. */
  payments(query: { readonly after?: string; readonly limit: number }): Promise<Payment[]>;
  /** Those that have not come to their end, the oldest first. */
  unsettledPayments(query: Omit<OrderedQuery, 'falling'>): Promise<Payment[]>;
  /** Those who take money for this utility. */
  paymentPorts(): readonly { readonly name: string; readonly method: PaymentMethod }[];

  /** Automatic transfer for a meter, by contract; `settlePayments` begins what is due. */
  agreeContract(agreement: Agreement): Promise<Contract | HostFailure>;
  endContract(meter: number): Promise<Contract | HostFailure>;
  contract(meter: number): Promise<Contract | HostFailure>;

  /** Signs the receipts that are due, if the host has a signer: of trades that are new, or came to their end. */
  issueReceipts(): Promise<void>;
  /** Of a purchase, in the order of their numbers; the last one stands. */
  receipts(orderId: string): Promise<IssuedReceipt[] | HostFailure>;

  webhooks(): Promise<Webhook[]>;
  /** Its secret is shown now and never again. */
  addWebhook(webhook: Omit<Webhook, 'createdAt'>): Promise<WebhookMade | HostFailure>;
  deleteWebhook(id: string): Promise<Webhook | HostFailure>;
  /** What has not been told yet, and what was given up, by webhook. */
  undelivered(): Promise<Undelivered[]>;
  /** Each event that a webhook has not taken, the oldest first. */
  deliveries(webhook: string): Promise<DeliveryPage | HostFailure>;
  /** What was given up is told again; answers how much that is. */
  retryWebhook(id: string): Promise<{ readonly deliveries: number } | HostFailure>;
  /** Tells addresses outside what is due. It waits for them: call it beside `handle`, again and again. */
  deliverWebhooks(): Promise<void>;

  terms(): Promise<Terms>;
  publishTerms(terms: Terms): Promise<TermsVersion | HostFailure>;
  /** What a subscriber owes from before; it is recovered from what is paid. */
  bookDebt(debt: Debt): Promise<Dues | HostFailure>;
  /** What a meter owes beside its energy, now. */
  dues(meter: number): Promise<Dues | HostFailure>;
  /** What a household owes that left its meter and has no other. */
  duesOfPerson(subscriber: string): Promise<PersonDues | HostFailure>;
  /** What was found by those who looked at a meter, the latest first. */
  inspections(query: InspectionQuery): Promise<Inspection[] | HostFailure>;
  /** Who lived at a meter, the newest first; nobody where nobody ever moved. */
  tenancies(meter: number): Promise<Tenancy[] | HostFailure>;
  /** Where a subscriber lived, the newest first; nowhere where they never moved. */
  tenanciesOfPerson(subscriber: string): Promise<Tenancy[] | HostFailure>;
  /** When a subscriber had a meter, the last time. */
  stay(whose: MoveIn): Promise<Stay | HostFailure>;
  /** Which subscribers may be told of each of these. */
  whose(happened: Happened): Promise<Happened<Whose, Whose>>;

  /** Takes a sale back, if it is not in the meter already; the receipt decides (X8). */
  voidOrder(orderId: string): Promise<NumberedOrder | HostFailure>;
  /** Takes the rest out of a purse and opens the relay; the order's amount is what the receipt names. */
  closePurse(request: { readonly meter: number; readonly orderId: string }): Promise<NumberedOrder | HostFailure>;
  /** A person looked: value may flow again, after the meter was asked for its receipts. */
  unfreeze(meter: number): Promise<Purse | HostFailure>;

  command(meter: number, request: ControlRequest): Promise<ControlCommand | HostFailure>;
  /** Compiles, gives it a new version, and sends it to all meters of that tariff. */
  publishTariff(
    name: string,
    definition: TariffDefinition,
    validFrom?: Milliseconds,
  ): Promise<NumberedTariff | HostFailure>;
  assignTariff(meter: number, name: string): Promise<NumberedTariff | HostFailure>;

  /** Takes in a table, all of it or nothing, and names every line that is wrong. */
  importTable(request: ImportRequest, act: Act): Promise<ImportReport | HostFailure>;

  /** Closes a month between seller and re-seller: once, in order, and never again. */
  closePeriod(request: CloseRequest): Promise<Closing | HostFailure>;
  /** The newest first. */
  periods(): Promise<Closing[]>;
  remittance(id: string): Promise<Remittance | HostFailure>;
  /** Of one payee, the newest first. */
  remittances(query: { readonly payee: string } & Omit<OrderedQuery, 'falling'>): Promise<Remittance[]>;
  /** How the utility stands with the seller, `seller`, or a provider of cards. */
  payeeAccount(payee: string): Promise<PayeeAccount | HostFailure>;
  /** A month that is closed, computed anew. */
  period(month: string): Promise<ClosedPeriod | HostFailure>;
  /** Claims for a month, made or taken here, and what was answered. */
  claims(month: string): Promise<SettledClaim[]>;
  /** What somebody does in their own name: the same services, with an entry in the audit log for each. */
  by(act: Act): Office;

  books(): Promise<Books>;
  /** Account by account. */
  trialBalance(): Promise<TrialBalance>;
  /** What was signed of the books, the newest first. */
  heads(query: JournalQuery): Promise<Numbered<Head>[]>;
  /** The whole utility at one glance. */
  overview(): Promise<Overview>;
  /** How all meters stand, or those of one local unit. */
  grid(of: { readonly localUnit?: number }): Promise<Grid>;
  subscriber(id: string): Promise<Subscriber | HostFailure>;
  /** By id. */
  subscribers(query?: SubscriberFilter): Promise<Subscriber[]>;
  /** By number. */
  meters(of?: MeterFilter): Promise<MeterView[]>;
  meter(svpmsn: number): Promise<MeterView | HostFailure>;
  order(id: string): Promise<NumberedOrder | HostFailure>;
  orders(query: PageQuery): Promise<NumberedOrder[]>;
  /** Orders that are neither stored nor refunded yet. */
  unsettledOrders(): Promise<number>;
  /** How far the revival of a meter is whose case was opened. */
  revival(meter: number): Promise<Revival | HostFailure>;
  commands(meter: number): Promise<ControlCommand[]>;
  /** The latest of each name, by name. */
  tariffs(): Promise<NumberedTariff[]>;
  /** Versions of one tariff, the newest first. */
  tariffVersions(query: TariffQuery): Promise<NumberedTariff[]>;
  /** How many meters can take a step of a rotation; nothing is changed. */
  planRotation(asked: RotationAsked): Promise<RotationPlan | HostFailure>;
  /** Takes the next step of what the timer of keys has to do; about one a second. */
  rotateDueKeys(): Promise<void>;
  /** How the timer stands with each key that it rotates, by purpose and suite. */
  keyRotations(): Promise<KeyRotation[]>;
  /** The same of whatever timer worked on these books, for whoever has no configuration. */
  allKeyRotations(): Promise<KeyRotation[]>;
  /** How far the keys of meters have been changed, by purpose and suite. */
  keyUse(): Promise<KeyUse[]>;
  events(query: PageQuery): Promise<NumberedEvent[]>;
  postings(query: PageQuery): Promise<NumberedPosting[]>;
  /** The newest first, of an account, or about one thing only, if named. */
  postingPage(query: PostingQuery): Promise<PostingPage>;
  use(query: UseQuery): Promise<UseBucket[] | HostFailure>;
  /** A meter's balance explained, day by day and price by price. */
  statement(query: StatementQuery): Promise<Statement | HostFailure>;
  /** The load of a meter by minute; at most 35 days at once. */
  minutes(query: MinutesQuery): Promise<Minutes | HostFailure>;
  /** At most 35 days. */
  voltages(query: MinutesQuery): Promise<Voltages | HostFailure>;
  /** The balance of a meter over time; at most 100 days at once. */
  balance(query: DatesQuery): Promise<BalanceHistory | HostFailure>;
  /** How long the balance of a meter is enough, if use goes on as it was. */
  outlook(meter: number): Promise<Outlook | HostFailure>;
  /** The supply rules of a meter: what is in force as it told, and what it is ordered. */
  policy(meter: number): Promise<MeterPolicy | HostFailure>;
  /** What a kilowatt-hour costs a meter in each minute of seven days. */
  tariffWeek(query: TariffWeekQuery): Promise<TariffWeek | HostFailure>;
  /** What a month of a household would have cost under another tariff; nothing is stored. */
  previewTariff(query: PreviewQuery): Promise<TariffPreview | HostFailure>;
  /** When a relay opened, and why; the newest first. */
  cutOffs(query: CutOffQuery): Promise<CutOff[] | HostFailure>;
  /** By number of the local unit. */
  lines(): Promise<LineView[]>;
  /** A day of a line: what its transformer gave beside what its meters counted. */
  lineDay(query: LineDayQuery): Promise<LineDay | HostFailure>;
  /** What the days of a transformer came to, by day; they are kept for more than a year. */
  lineBalances(query: LineBalanceQuery): Promise<LineBalance[]>;
  /** What transformers will be asked for, and what to buy for it; computed once a day. */
  forecast(query: ForecastQuery): Promise<Forecast | HostFailure>;
  /** Who was without supply in a span of at most 35 days, and who is now. */
  outages(query: OutageQuery): Promise<OutageReport | HostFailure>;
  /** What was given for a span of at most 35 days, hour by hour. */
  temperatures(span: TemperatureSpan): Promise<GivenTemperatures | HostFailure>;
  /** The network behind the transformer of a local unit. */
  lineNetwork(localUnit: number): Promise<LineNetwork | HostFailure>;
  /** By local unit and first day. */
  lossAlarms(query: LossAlarmQuery): Promise<LossAlarm[]>;
  lossAlarm(id: string): Promise<LossAlarm | HostFailure>;
  /** Minutes of a transformer's own meter, by time; the last 35 days are kept. */
  checkMinutes(query: CheckQuery): Promise<CheckMinute[] | HostFailure>;
  /** All of a thing that people change, as a text: the same text, the same thing. */
  stateOf(thing: Thing): Promise<string>;
  counters(): Readonly<HostCounters>;
  /** No instant at or after this was used by a process before; a clock that starts here never goes backwards. */
  instantReserved(): Promise<Milliseconds>;
  /** Where and when the utility is: the IANA name of its time zone, and its business time. */
  here(): { readonly zone: string; readonly now: Milliseconds };
  meterNumber(meter: number): Svpmsn | HostFailure;
}
