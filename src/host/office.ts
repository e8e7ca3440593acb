import type { AgentOffice, AgentReads } from './agent-services.ts';
import type { Decided, Decision } from './approvals.ts';
import type { CardOffice, CardReads } from './card-services.ts';
import type { Inspecting } from './inspections.ts';
import type { RotationAsked, RotationPlan } from './key-rotation.ts';
import type { LossAlarmChange } from './loss-alarms.ts';
import type { MoveIn, MoveOut } from './moving.ts';
import type { DuesPayment, PersonDues } from './paying-dues.ts';
import type { Remitting } from './remittances.ts';
import type { Replacement } from './replacement.ts';
import type { ControlRequest, HostServices } from './services.ts';
import type { GivenTemperatures } from './temperatures.ts';
import type {
  Approval,
  ControlCommand,
  HostFailure,
  Inspection,
  LineNetwork,
  LossAlarm,
  NumberedOrder,
  PaymentMethod,
  Remittance,
  Tenancy,
} from './types.ts';
import type { Act } from './witness.ts';

export type { Decided, Decision } from './approvals.ts';
export type { Thing, ThingType } from './things.ts';
export type { Act, Once, Seen } from './witness.ts';

/**
 * What somebody does at the host in their own name. Whatever of it changes anything leaves its entry in the audit log,
 * in its own transaction. What needs two people is there only as a proposal and its decision, but for what `CardOffice`
 * names.
 */
export interface Office
  extends Pick<
      HostServices,
      | 'addSubscriber'
      | 'changeSubscriber'
      | 'enrol'
      | 'readdress'
      | 'purchase'
      | 'payOut'
      | 'pay'
      | 'chipSaid'
      | 'cancelPayment'
      | 'reconciled'
      | 'agreeContract'
      | 'endContract'
      | 'publishTerms'
      | 'bookDebt'
      | 'closePurse'
      | 'unfreeze'
      | 'publishTariff'
      | 'assignTariff'
      | 'addWebhook'
      | 'deleteWebhook'
      | 'retryWebhook'
      | 'closePeriod'
    >,
    AgentOffice,
    CardOffice {
  command(
    meter: number,
    request: Exclude<ControlRequest, { readonly type: 'key-change' }>,
  ): Promise<ControlCommand | HostFailure>;
  /** One meter takes the place of another: what is in the purse moves to it, once. Answered with the order that closes the old one. */
  replaceMeter(replacement: Replacement): Promise<NumberedOrder | HostFailure>;
  /** A household leaves a meter: a last reading, and what was left is theirs, once. Answered with how far it is. */
  moveOut(moving: MoveOut): Promise<Tenancy | HostFailure>;
  /** A household comes to a meter where nobody lives. */
  moveIn(moving: MoveIn): Promise<Tenancy | HostFailure>;
  /** What was left of a household that moved out is given to it, once. */
  payOutRest(rest: { readonly id: string; readonly method: PaymentMethod }): Promise<Tenancy | HostFailure>;
  /** Books what a person paid of what they owe who has no meter; answered with what they owe after that. */
  payDues(payment: DuesPayment): Promise<PersonDues | HostFailure>;
  /** Orders a step of a rotation from the meters of a stage; asked again it goes on where it was. */
  rotateKeys(asked: RotationAsked): Promise<RotationPlan | HostFailure>;
  /** Writes down what was found at a meter by whoever looked. */
  inspect(inspecting: Inspecting): Promise<Inspection | HostFailure>;
  /** Takes an alarm of loss further on its way: seen, visited, closed with a finding. */
  changeLossAlarm(change: LossAlarmChange): Promise<LossAlarm | HostFailure>;
  /** Books money that came from the seller or a provider, of what they owe back; what leaves takes two people. */
  takeRemittance(taken: Remitting): Promise<Remittance | HostFailure>;
  /** Says how warm the air was, or is expected to be, hour by hour; for forecasts of demand. */
  putTemperatures(given: GivenTemperatures): Promise<GivenTemperatures | HostFailure>;
  /** Describes the network behind the transformer of a local unit; it takes the place of the one before. */
  putLineNetwork(network: Pick<LineNetwork, 'localUnit' | 'file'>): Promise<LineNetwork | HostFailure>;
  propose(request: Pick<Approval, 'proposal' | 'why'>): Promise<Approval | HostFailure>;
  decide(decision: Decision): Promise<Decided | HostFailure>;
}

/** The host for those who have to say who they are: its books and lists, and no way to change anything but `by`. */
export type HostByName = Pick<
  HostServices,
  | 'here'
  | 'stateOf'
  | 'books'
  | 'overview'
  | 'trialBalance'
  | 'heads'
  | 'postingPage'
  | 'grid'
  | 'subscriber'
  | 'subscribers'
  | 'meters'
  | 'meter'
  | 'order'
  | 'orders'
  | 'unsettledOrders'
  | 'trade'
  | 'quote'
  | 'payment'
  | 'payments'
  | 'unsettledPayments'
  | 'paymentPorts'
  | 'restoration'
  | 'contract'
  | 'terms'
  | 'dues'
  | 'duesOfPerson'
  | 'inspections'
  | 'tenancies'
  | 'tenanciesOfPerson'
  | 'stay'
  | 'whose'
  | 'receipts'
  | 'webhooks'
  | 'periods'
  | 'remittance'
  | 'remittances'
  | 'payeeAccount'
  | 'period'
  | 'claims'
  | 'commands'
  | 'revival'
  | 'tariffs'
  | 'tariffVersions'
  | 'keyUse'
  | 'keyRotations'
  | 'events'
  | 'postings'
  | 'use'
  | 'statement'
  | 'minutes'
  | 'voltages'
  | 'balance'
  | 'outlook'
  | 'cutOffs'
  | 'policy'
  | 'tariffWeek'
  | 'previewTariff'
  | 'lines'
  | 'checkMinutes'
  | 'lineDay'
  | 'lineBalances'
  | 'forecast'
  | 'outages'
  | 'temperatures'
  | 'lineNetwork'
  | 'lossAlarms'
  | 'lossAlarm'
  | 'webhooks'
  | 'undelivered'
  | 'deliveries'
  | keyof AgentReads
  | keyof CardReads
> & { by(act: Act): Office };
