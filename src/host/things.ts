import type { Svpmsn } from '../units/index.ts';
import type { StoreReads } from './ports.ts';
import { termsOf } from './terms.ts';
import type { Meter, Purse } from './types.ts';

/** What somebody looks at and then changes: of which kind, and which one of them. */
export interface Thing {
  readonly type: ThingType;
  /** Its id; of a meter its six hex digits, of a shift whoever has it open; nothing where there is one alone. */
  readonly id: string;
}

export type ThingType = keyof typeof STATES;

/** All of a thing that people change, as a text: the same text, the same thing. What changes by itself is not in it. */
export async function stateOf(tx: StoreReads, { type, id }: Thing): Promise<string> {
  const state = await STATES[type](tx, id);
  return JSON.stringify(state ?? null, (_, value) => (typeof value === 'bigint' ? String(value) : value));
}

/** Of a meter, for whoever has read it already: it is read more often than anything else. */
export const stateOfMeter = (view: MeterRows): string => JSON.stringify(meterState(view));

interface MeterRows {
  readonly meter: Meter;
  readonly purse: Purse;
}

function meterState({ meter, purse }: MeterRows) {
  const { subscriber, localUnit, modemAddress, tariff } = meter;
  return [subscriber, localUnit, modemAddress, tariff, purse.state, purse.freeze];
}

const meterOf = (text: string): Svpmsn => Number.parseInt(text, 16) as Svpmsn;

type StateOf = (tx: StoreReads, id: string) => Promise<unknown>;

const STATES = {
  subscriber: (tx, id) => tx.subscriber(id),
  async meter(tx, text) {
    const id = meterOf(text);
    const [[meter], [purse]] = [await tx.metersOf([id]), await tx.pursesOf([id])];
    return meter && purse && meterState({ meter, purse });
  },
  /** What a meter was ordered last, in each slot. */
  commands: async (tx, text) => (await tx.commands(meterOf(text))).map(({ slot, sequence }) => [slot, sequence]),
  dues: async (tx, text) => (await tx.dues.of([String(meterOf(text))]))[0],
  async contract(tx, text) {
    const [contract] = await tx.contracts.of([String(meterOf(text))]);
    if (contract === undefined) return undefined;
    const { count: _, day, paidThatDay, month, paidThatMonth, ...agreed } = contract;
    return agreed;
  },
  async tariff(tx, name) {
    const tariff = await tx.tariff(name);
    return tariff && [tariff.definition, tariff.validFrom];
  },
  terms: (tx) => termsOf(tx),
  async order(tx, id) {
    const [[order], [trade]] = [await tx.ordersOf([id]), await tx.trades.of([id])];
    return [order?.state, trade?.paidOutAt];
  },
  async payment(tx, id) {
    return (await tx.payments.of([id]))[0]?.state;
  },
  async agent(tx, id) {
    const [agent] = await tx.agents.of([id]);
    return agent && [agent.name, agent.commissionBasisPoints, agent.closedAt];
  },
  members: async (tx, agent) => (await tx.agentMembers.where('agent', agent)).map(({ id }) => id),
  shift: async (tx, person) => (await tx.shifts.where('openBy', person))[0],
  async card(tx, csn) {
    const [card] = await tx.cards.of([csn]);
    return [card, (await tx.cardPurses.where('card', csn)).map(({ id, freeze }) => [id, freeze])];
  },
  async cardOrder(tx, id) {
    const [order] = await tx.cardOrders.of([id]);
    return [order?.state, order?.paidOutAt];
  },
  async charge(tx, provider) {
    return (await tx.cardCharges.inOrder('provider', provider, 'validFrom', { falling: true, limit: 1 }))[0];
  },
  async offlineMeter(tx, id) {
    return (await tx.offlineMeters.of([id]))[0]?.subscriber;
  },
  cardProvider: async (tx, id) => (await tx.cardProviders.of([id]))[0],
  async alarm(tx, id) {
    const [alarm] = await tx.lossAlarms.of([id]);
    return [alarm?.state, alarm?.steps];
  },
  async approval(tx, id) {
    return (await tx.approvals.of([id]))[0]?.state;
  },
  async remittance(tx, id) {
    return (await tx.remittances.of([id]))[0];
  },
  async person(tx, login) {
    const [person] = await tx.people.of([login]);
    if (person === undefined) return undefined;
    const { password: _, ...shown } = person;
    return shown;
  },
} as const satisfies Readonly<Record<string, StateOf>>;
