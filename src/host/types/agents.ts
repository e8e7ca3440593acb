import type { Milliseconds, Svpmsn } from '../../units/index.ts';
import type { NumberedOrder } from '../types.ts';
import type { CardOrder, CardPurse } from './cards.ts';
import type { Trade } from './money.ts';

/** A shop or a kiosk that sells in the utility's name, out of money that it paid in before: its float. */
export interface Agent {
  readonly id: string;
  readonly name: string;
  /** Of what is paid for each sale, in hundredths of a percent. */
  readonly commissionBasisPoints: number;
  /** Minor units of the currency; what the lines of its account `float:<id>` sum to, which is on the credit side. */
  readonly balance: bigint;
  readonly createdAt: Milliseconds;
  /** It sells no more; what is left of its float is paid back. */
  readonly closedAt: Milliseconds | undefined;
}

/** Who sells for an agent. */
export interface AgentMember {
  /** A login, or `key:` and the id of an API key. */
  readonly id: string;
  readonly agent: string;
}

/**
 * A sale by an agent, or that there will be none. What became of it its order says; without an order it was reversed
 * before it came, and is refused if it comes.
 */
export interface Vend {
  /** Of its order: `vend:`, the agent, `:` and the agent's own reference. */
  readonly id: string;
  readonly agent: string;
  readonly reference: string;
  /** Who sold, as the audit log names them. */
  readonly by: string;
  /** The meter that it is for, or nothing. */
  readonly svpmsn: Svpmsn | undefined;
  /** Id of the region of a card that it is for, or nothing: a vend is for one of the two. */
  readonly purse: string | undefined;
  /** Minor units of the currency; 0 where nothing was sold. */
  readonly paid: bigint;
  readonly commission: bigint;
  readonly at: Milliseconds;
  /** The customer was given the receipt: from now on the agent does not take it back. */
  readonly confirmedAt: Milliseconds | undefined;
  /** The agent asked for it to be taken back. */
  readonly reversedAt: Milliseconds | undefined;
}

/** A vend with the rows that tell of the same sale, as far as they are there. */
export interface SoldVend {
  readonly vend: Vend;
  /** Of a sale to a meter. */
  readonly order: NumberedOrder | undefined;
  readonly trade: Trade | undefined;
  /** Of a sale to a card. */
  readonly cardOrder: CardOrder | undefined;
  /** The region of a card that the vend names. */
  readonly region: CardPurse | undefined;
}

/** Somebody at a till, from opening to cash-up. Amounts in minor units of the currency. */
export interface Shift {
  readonly id: string;
  /** A login, or `key:` and the id of an API key. */
  readonly person: string;
  /** The same while it is open: nobody has two. */
  readonly openBy: string | undefined;
  /** The agent for whom they sell: the cash is the agent's own. */
  readonly agent: string | undefined;
  readonly openedAt: Milliseconds;
  /** Cash at the beginning. */
  readonly opening: bigint;
  /** Cash for what was sold, or that an agent paid in. */
  readonly taken: bigint;
  /** Cash that was given back. */
  readonly paidOut: bigint;
  readonly closedAt: Milliseconds | undefined;
  readonly counted: bigint | undefined;
}
