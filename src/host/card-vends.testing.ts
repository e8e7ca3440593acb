import assert from 'node:assert/strict';
import { createAgentOffice } from './agent-office.ts';
import type { AgentOffice } from './agent-services.ts';
import { checkBooks } from './book-check.ts';
import { checkCards } from './card-check.ts';
import { type CardRig, GAS, KIMS_CARD } from './card-rig.testing.ts';
import { made } from './rig.testing.ts';
import type { HostFailure, Person } from './types.ts';
import { vendFindings } from './vend-check.testing.ts';
import { type VendView, vendOf } from './vends.ts';
import { witnessed } from './witness.ts';

export const PAID_IN = 2_000;
const GAS_OF_KIM = { csn: KIMS_CARD, region: 2 };

const CLERK: Person = {
  ...{ id: 'clerk', name: 'Clerk', role: 'agent', subscriber: undefined, password: '' },
  ...{ oneTimeUntil: undefined, locked: false, createdAt: 0 as Person['createdAt'] },
};

/** An agent that sells gas for Kim's card. */
export class CardKiosk {
  readonly rig: CardRig;
  #acts = 0;

  /** An agent that is there already. */
  constructor(rig: CardRig) {
    this.rig = rig;
  }

  static async open(rig: CardRig, commissionBasisPoints = 200): Promise<CardKiosk> {
    await rig.store.transaction((tx) => tx.people.put([CLERK]));
    const kiosk = new CardKiosk(rig);
    const office = kiosk.office();
    made(await office.addAgent({ id: 'kiosk', name: 'Kiosk', commissionBasisPoints }));
    made(await office.addAgentMember({ id: CLERK.id, agent: 'kiosk' }));
    const slip = { agent: 'kiosk', direction: 'pay-in', method: 'cash', reference: 'slip 1' } as const;
    made(await office.moveFloat({ ...slip, amount: PAID_IN }));
    return kiosk;
  }

  office(): AgentOffice {
    const { rig } = this;
    const at = rig.clock.now();
    const request = String(++this.#acts);
    const officeOf = createAgentOffice({
      store: rig.store,
      request: (work, act) => rig.do((tx, now) => witnessed(tx, act, () => work(tx, now))),
      buy: () => assert.fail('nothing is sold to a meter here'),
      dispatchToAll: async () => {},
    });
    return officeOf({ at, by: CLERK.id, role: 'agent', action: 'test', subject: '', detail: '', request });
  }

  vend(reference: string, paid = 300): Promise<VendView | HostFailure> {
    return this.office().vend({ reference, card: GAS_OF_KIM, paid, method: 'cash' });
  }

  reverse(reference: string): Promise<VendView | HostFailure> {
    return this.office().reverseVend({ reference, card: GAS_OF_KIM });
  }

  confirm(reference: string): Promise<VendView | HostFailure> {
    return this.office().confirmVend(reference);
  }

  view(reference: string): Promise<VendView | HostFailure> {
    return this.rig.store.read((tx) => vendOf(tx, { agent: 'kiosk', reference }));
  }

  /** What is in the float. */
  async float(): Promise<bigint> {
    const [agent] = await this.rig.store.read((tx) => tx.agents.of(['kiosk']));
    assert.ok(agent !== undefined);
    return agent.balance;
  }

  /** Float, commissions, ledger, books and card agree on what was sold. */
  async agrees({ stored, commission }: { readonly stored: bigint; readonly commission: bigint }): Promise<void> {
    const { account, ...totals } = await this.rig.totals();
    assert.equal(await this.float(), BigInt(PAID_IN) - stored + commission, 'the float');
    assert.deepEqual(
      ['float:kiosk', 'commissions', `cards-payable:${GAS}`, 'cash'].map(account),
      [stored - commission - BigInt(PAID_IN), commission, 0n, BigInt(PAID_IN)],
      'the ledger',
    );
    const { stored: loaded, found, inFlight } = totals;
    assert.deepEqual([loaded, found, inFlight], [stored, 0n, 0n], 'the books');
    assert.equal((await this.rig.purse()).balance, stored, 'the card');
    await this.rig.store.read(async (tx) => {
      const { sums } = await tx.ledgerSums(0);
      const agents = await tx.agents.page({ limit: 9 });
      assert.deepEqual((await checkBooks(sums, { purses: [], agents })).findings, []);
      assert.deepEqual(await vendFindings(tx), []);
      const [purses, meters] = [await tx.cardPurses.page({ limit: 9 }), await tx.offlineMeters.page({ limit: 9 })];
      const orders = await tx.cardOrders.page({ limit: 99 });
      assert.deepEqual(checkCards(sums, { purses, orders, meters }).findings, []);
    });
  }
}
