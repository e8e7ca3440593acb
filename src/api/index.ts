/** The HTTP API: routes, their schemas, and who may use them. */
export { ACCESS, type Access, type Operation, type Reach, reachOf, SCOPES, type Scope } from './access.ts';
export { createApi, PREFIX } from './api.ts';
export * from './demo-port.ts';
export { DOCUMENT_URL, PAGE_URL } from './documentation.ts';
export type { IdentityProvider } from './identity-port.ts';
export type { KioskCardJson, KioskJson, KioskLoadJson, KioskPaidJson } from './kiosk-bridge.ts';
export { Metrics } from './metrics.ts';
export type { ParticularsJson, ProblemCode, ProblemJson, TalkCode } from './problem.ts';
export type { AccountJson, HeadJson, TrialBalanceJson } from './schemas/accounts.ts';
export type { AgentJson, AgentMemberJson, CardLookupJson, LookupJson, ShiftJson, VendJson } from './schemas/agents.ts';
export type { CallJson, PhoneAccessJson } from './schemas/calls.ts';
export type {
  CardBooksJson,
  CardChargeJson,
  CardExchangeJson,
  CardJson,
  CardMonthJson,
  CardOrderJson,
  CardPassedJson,
  CardProviderJson,
  CardStepJson,
  CardTicketJson,
  OfflineMeterJson,
  RecoveryJson,
} from './schemas/cards.ts';
export type { CommandJson, MeterPolicyJson, TariffJson } from './schemas/control.ts';
export type { CutOffJson } from './schemas/cut-offs.ts';
export type { DemoJson, DemoTimeJson, PanelJson } from './schemas/demo.ts';
export type { ExchangeJson, TrafficEventJson, TrafficJson } from './schemas/exchanges.ts';
export type { ForecastJson } from './schemas/forecast.ts';
export type { InspectionJson } from './schemas/inspections.ts';
export type { KeyRotationJson, KeyUseJson } from './schemas/keys.ts';
export type { CheckMinuteJson, LineDayJson, LineJson } from './schemas/lines.ts';
export type { BalanceJson, MinutesJson, OutlookJson, VoltagesJson } from './schemas/load.ts';
export type { LineBalanceJson, LossAlarmJson } from './schemas/losses.ts';
export type { MessageChoiceJson, MessageJson } from './schemas/messages.ts';
export type { EventJson, MeterJson, PurseJson, SubscriberJson, UseBucketJson } from './schemas/meters.ts';
export type {
  ContractJson,
  DuesJson,
  PaymentJson,
  PaymentPortJson,
  PurchaseJson,
  QuoteJson,
  ReceiptJson,
  TermsJson,
} from './schemas/money.ts';
export type { ApprovalJson, BooksJson, OrderJson, PostingJson, RevivalJson } from './schemas/orders.ts';
export type { AlarmJson, GridJson, OverviewJson } from './schemas/overview.ts';
export type { ApiKeyJson, AuditJson, LogInJson, PersonJson, SessionJson } from './schemas/people.ts';
export type { PayeeAccountJson, RemittanceJson } from './schemas/remittances.ts';
export type { ClosedPeriodJson, PeriodJson } from './schemas/settlement.ts';
export type { StatementJson } from './schemas/statement.ts';
export type { TariffPreviewJson, TariffWeekJson } from './schemas/tariff-week.ts';
export type { SubscriberDuesJson, TenancyJson } from './schemas/tenancies.ts';
export type { UtilityJson } from './schemas/utility.ts';
export type { VoucherBatchJson, VoucherJson, VouchersChangedJson } from './schemas/vouchers.ts';
export type { DeliveryJson, WebhookJson } from './schemas/webhooks.ts';
export type { Api, ApiServices, ApiSettings, Readiness } from './server.ts';
export { readTakerMessage } from './taker-messages.ts';
export type { Sound, Taker, TakerSeat, TalkPort, VoicePort } from './talk-port.ts';
