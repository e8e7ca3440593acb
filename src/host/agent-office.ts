import type { Milliseconds, Svpmsn } from '../units/index.ts';
import type { AgentOffice } from './agent-services.ts';
import { addAgent, addMember, agentOfMember, changeAgent, moveFloat, removeMember } from './agents.ts';
import { purseIdOf } from './card-ids.ts';
import { buyForCard } from './card-sale.ts';
import { isFailure, orStoreFailure } from './failures.ts';
import type { Store, StoreTransaction } from './ports.ts';
import { closeShift, openShift } from './shifts.ts';
import type { Purchase, Traded } from './trading.ts';
import type { HostFailure } from './types.ts';
import { confirmVend, reverseVend, type VendAsked, vendIdOf, vendOf } from './vends.ts';
import type { Act, Acted } from './witness.ts';

interface AgentOfficeParts {
  readonly store: Store;
  readonly request: <T extends object>(
    work: (tx: StoreTransaction, now: Milliseconds) => Promise<T>,
    act?: Act,
  ) => Promise<T | HostFailure>;
  /** Sells for money, together with what others sell at the same time. */
  readonly buy: (purchase: Acted<Purchase>) => Promise<Traded | HostFailure>;
  /** Sends what was made due for meters. */
  readonly dispatchToAll: (made: readonly { readonly svpmsn: Svpmsn }[]) => Promise<void>;
}

/** What is done with agents, by agents and at tills, in the name of whoever acts. */
export function createAgentOffice({ store, request, buy, dispatchToAll }: AgentOfficeParts): (act: Act) => AgentOffice {
  return (act) => ({
    addAgent: (agent) => request((tx, now) => addAgent(tx, agent, now), act),
    changeAgent: (change) => request((tx, now) => changeAgent(tx, change, now), act),
    addAgentMember: (member) => request((tx) => addMember(tx, member), act),
    removeAgentMember: (member) => request((tx) => removeMember(tx, member), act),
    moveFloat: (move) => request((tx, now) => moveFloat(tx, move, act.by, now), act),
    async vend({ reference, ...asked }) {
      const agent = await orStoreFailure(store.read((tx) => agentOfMember(tx, act.by)));
      if (isFailure(agent)) return agent;
      const named = { agent: agent.id, reference };
      const orderId = vendIdOf(named);
      // Asked again for the same, it is told what became of it, not what was answered first.
      const once = { key: `${orderId} ${contentsOf(asked)}`, fingerprint: '', answer: () => '' };
      const { paid, method } = asked;
      const sale = { paid, method, orderId, by: act.by, vend: named };
      const made =
        asked.card === undefined
          ? await buy({ act: { ...act, once }, input: { ...sale, meter: asked.meter } })
          : await request((tx, now) => buyForCard(tx, { ...sale, ...asked.card }, now), { ...act, once });
      if (isFailure(made) && made.reason !== 'asked-before') return made;
      return orStoreFailure(store.read((tx) => vendOf(tx, named)));
    },
    confirmVend: (reference) =>
      request(async (tx, now) => {
        const agent = await agentOfMember(tx, act.by);
        return isFailure(agent) ? agent : confirmVend(tx, { agent: agent.id, reference }, now);
      }, act),
    async reverseVend(asked) {
      const view = await request(async (tx, now) => {
        const agent = await agentOfMember(tx, act.by);
        return isFailure(agent) ? agent : reverseVend(tx, { ...asked, agent: agent.id, by: act.by }, now);
      }, act);
      if (!isFailure(view) && view.sale !== undefined) await dispatchToAll([view.sale.order]);
      return view;
    },
    openShift: (shift) => request((tx, now) => openShift(tx, shift, act, now), act),
    closeShift: (counted) => request((tx, now) => closeShift(tx, { person: act.by, counted }, now), act),
  });
}

const contentsOf = ({ meter, card, paid, method }: Omit<VendAsked, 'reference'>): string =>
  `${card === undefined ? meter : purseIdOf(card.csn, card.region)} ${paid} ${method}`;
