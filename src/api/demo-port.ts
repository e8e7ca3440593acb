import type { PaymentMethod, Role } from '../host/index.ts';
import type { Milliseconds, Svpmsn } from '../units/index.ts';

/**
 * What a demo lends to those who watch it: its time, its lines, and the meters as things that hang in houses. A host of
 * real meters has nothing of it, and then its routes are not there.
 */
export interface DemoPort {
  /** By role the login of somebody whom anybody may be, and nobody where other machines can reach the demo. */
  readonly people: ReadonlyMap<Role, string>;
  /** With what somebody may pay here, by the method of its port: the number of a card, of a telephone. */
  readonly purses: Readonly<Partial<Record<PaymentMethod, string>>>;
  /** IANA name. */
  readonly zone: string;
  time(): DemoTime;
  meters(): readonly { readonly svpmsn: Svpmsn; readonly subscriber: string }[];
  /** Purse cards that people here have, and the meters without a line that they carry them to. */
  cards(): readonly { readonly csn: string; readonly subscriber: string; readonly meters: readonly Svpmsn[] }[];
  /** Somebody takes a card to be loaded, and to its meters, now; whether anybody has it. */
  sendCard(csn: string): boolean;
  /** Somebody holds a card to the reader here until all that waits is on it; whether anybody has it at hand. */
  readCard(csn: string): Promise<boolean>;
  /** The bank card that is lent to whoever buys here is put into the reader of a kiosk, to pay so many minor units. */
  payByCard(paid: number): Promise<{ readonly approved: boolean; readonly shown: string }>;
  /** @param speed business seconds a second, 1 to `DEMO_SPEED_MAX` */
  setSpeed(speed: number): void;
  /** Cuts the wire behind a local unit, or mends it; whether there is such a line. */
  cutLine(localUnit: number, cut: boolean): boolean;
  /** `undefined` where there is no such meter. */
  panel(meter: number): Panel | undefined;
  /** Somebody does something at the meter, or in its house; whether there is what it is done with. */
  act(meter: number, action: PanelAction): boolean;
}

export interface DemoTime {
  readonly now: Milliseconds;
  /** Business seconds a second. */
  readonly speed: number;
}

export const DEMO_SPEED_MAX = 3600;

export const PANEL_PAGES = [
  'balance',
  'transmission',
  'power',
  'energy',
  'month',
  'rate',
  'time-left',
  'card',
] as const;
export const PANEL_KEYS = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '#', '*', 'page', 'call'] as const;
export const INTERPHONE_STATES = ['idle', 'calling', 'live'] as const;

/** The meter as it hangs in the house: what it shows, what it does, and what somebody did to it. */
export interface Panel {
  readonly svpmsn: Svpmsn;
  readonly localUnit: number;
  /** What stands on the glass; nothing without power. */
  readonly display:
    | {
        readonly page: (typeof PANEL_PAGES)[number];
        /** Of a quantity that belongs to a supply. */
        readonly supply: number | undefined;
        readonly text: string;
        readonly unit: string;
        /** The digits of a request stand there in place of the page. */
        readonly keying: boolean;
        readonly signs: Readonly<Record<PanelSign, boolean>>;
      }
    | undefined;
  /** What its voice says, by the numbers of the catalogue. */
  readonly interphone: {
    readonly state: (typeof INTERPHONE_STATES)[number];
    readonly prompts: readonly {
      readonly number: number;
      readonly language: number;
      readonly values: readonly string[];
    }[];
  };
  /** It sounds until credit comes. */
  readonly buzzer: boolean;
  /** Short warnings that it gave since the demo was started. */
  readonly warnings: number;
  readonly supplies: readonly {
    readonly supply: number;
    readonly open: boolean;
    /** Bits of RelayReason: why it is open. */
    readonly reasons: number;
    readonly watts: number;
    /** Of the unit charge: the tariff's step in force. */
    readonly percent: number;
  }[];
  /** Whole tokens: in the value store, the tank and the exchanger, which are the balance together, and owed. */
  readonly credit: {
    readonly balance: number;
    readonly stored: number;
    readonly tank: number;
    readonly exchanger: number;
    readonly owed: number;
    readonly frozen: boolean;
  };
  /** Of the meter's own clock, once it was set. */
  readonly clock: Milliseconds | undefined;
  /** Bits of AttentionReason: what it calls for. */
  readonly attention: number;
  readonly coverLifted: boolean;
  /** Its keys are gone, because the cover was lifted. */
  readonly dismantled: boolean;
  readonly bypassed: boolean;
  /** The house has its supply. */
  readonly powered: boolean;
  /** The wire behind its local unit is cut. */
  readonly lineCut: boolean;
  /** The purse card of those who live there; nobody has one where absent. */
  readonly card: { readonly csn: string; readonly where: (typeof CARD_PLACES)[number] } | undefined;
  /** The bank card of the demo, which whoever stands before a meter may put into its slit, and how it pays there. */
  readonly bankCard: {
    readonly where: 'hand' | 'slot';
    readonly payment: (typeof BANK_CARD_PAYMENTS)[number];
    /** What it has paid, in minor units of the currency. */
    readonly paid: number | undefined;
    /** Value has come into the meter since it paid. */
    readonly valueArrived: boolean;
  };
  readonly appliances: readonly {
    readonly id: string;
    readonly watts: number;
    readonly on: boolean;
  }[];
}

/** At home, in the slit of the meter, or carried to be loaded and to the meters without a line. */
export const CARD_PLACES = ['hand', 'slot', 'out'] as const;

/** How a payment by the card in the slit stands: what it waits for, or how it ended. */
export const BANK_CARD_PAYMENTS = [
  ...(['none', 'awaiting-amount', 'awaiting-host', 'awaiting-card', 'awaiting-bank', 'approved'] as const),
  ...(['declined', 'unanswered', 'card-unusable'] as const),
] as const;

export const PANEL_SIGNS = ['relayOpen', 'lowBalance', 'emergencyCredit', 'waiting', 'tamper'] as const;
export type PanelSign = (typeof PANEL_SIGNS)[number];

export type PanelAction =
  | { readonly type: 'press'; readonly key: (typeof PANEL_KEYS)[number] }
  | { readonly type: 'switch'; readonly appliance: string; readonly on: boolean }
  | { readonly type: 'cover'; readonly lifted: boolean }
  | { readonly type: 'card'; readonly to: 'slot' | 'hand' }
  | { readonly type: 'bank-card'; readonly to: 'slot' | 'hand' }
  | { readonly type: 'bypass'; readonly on: boolean }
  | { readonly type: 'power'; readonly on: boolean };
