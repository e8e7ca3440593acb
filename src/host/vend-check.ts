import { svpmsnText } from '../units/index.ts';
import type { BookFinding, LedgerSum } from './ports.ts';
import { floatOf } from './tills.ts';
import type { SoldVend } from './types.ts';
import { vendIdOf } from './vends.ts';

/** What one agent's sales come to. */
interface AgentTotals {
  sold: bigint;
  givenBack: bigint;
  commission: bigint;
}

/**
 * Sales by agents against the orders that they made, one after the other, and then all of each agent against the lines
 * of its float: of many vends nothing is kept but sums.
 */
export class VendCheck {
  readonly #totals = new Map<string, AgentTotals>();

  /** What is wrong with a vend, in one clause. */
  fault(sold: SoldVend): string | undefined {
    const { vend, order, cardOrder } = sold;
    const { id, agent, paid, commission } = vend;
    const totals = this.#totals.get(agent) ?? { sold: 0n, givenBack: 0n, commission: 0n };
    this.#totals.set(agent, totals);
    totals.sold += paid;
    if ((order ?? cardOrder)?.state === 'refunded') totals.givenBack += paid;
    else totals.commission += commission;
    if (id !== vendIdOf(vend)) return 'its agent and reference are not those of its id';
    if (paid > 0n) return vend.purse === undefined ? faultOfMeter(sold) : faultOfCard(sold);
    return (order ?? cardOrder) === undefined && commission === 0n
      ? undefined
      : 'it says that nothing was sold, and something was';
  }

  /** Once all vends were seen: where those of an agent and the lines of its float differ. */
  findings(sums: readonly LedgerSum[]): BookFinding[] {
    const posted = new Map<string, bigint>();
    for (const { kind, account, amount } of sums) {
      const key = `${KIND_OF[kind] ?? kind} ${account}`;
      posted.set(key, (posted.get(key) ?? 0n) + amount);
    }
    const agents = new Set(this.#totals.keys());
    for (const { account } of sums) if (account.startsWith(FLOAT)) agents.add(account.slice(FLOAT.length));
    return [...agents].sort().flatMap((agent) => {
      const { sold = 0n, givenBack = 0n, commission = 0n } = this.#totals.get(agent) ?? {};
      const float = floatOf(agent);
      const of = (kind: string) => posted.get(`${kind} ${float}`) ?? 0n;
      const wrong = [
        ['sold', sold, of('sold')],
        ['given back', givenBack, -of('paid-out')],
        ['commission', commission, -of('commission')],
      ].filter(([, own, ledger]) => own !== ledger);
      const what = wrong.map(([name, own, ledger]) => `${name} ${own} where the ledger says ${ledger}`).join(', ');
      return what === '' ? [] : [{ table: 'vends', row: `agent ${agent}`, what }];
    });
  }
}

const FLOAT = floatOf('');
/** To the float of an agent a sale to a card is one as any other. */
const KIND_OF: Readonly<Partial<Record<LedgerSum['kind'], LedgerSum['kind']>>> = {
  'card-sold': 'sold',
  'card-paid-out': 'paid-out',
};

function faultOfMeter({ vend: { svpmsn, paid }, order, trade, cardOrder }: SoldVend): string | undefined {
  if (order === undefined || trade === undefined || cardOrder !== undefined) return unsold(paid);
  if (order.svpmsn !== svpmsn || trade.svpmsn !== svpmsn) return `its order is for meter ${svpmsnText(order.svpmsn)}`;
  return amountFault(paid, trade.paid);
}

function faultOfCard({ vend: { purse, paid }, order, cardOrder, region }: SoldVend): string | undefined {
  if (order !== undefined || cardOrder === undefined) return unsold(paid);
  // It may be for the next card by now, and is for the same provider for ever.
  if (cardOrder.purse !== purse && cardOrder.provider !== region?.provider)
    return `its order is for ${cardOrder.purse}`;
  return amountFault(paid, cardOrder.paid);
}

const unsold = (paid: bigint): string => `it says that ${paid} was paid, and no order is of it`;

const amountFault = (own: bigint, ofOrder: bigint): string | undefined =>
  own === ofOrder ? undefined : `paid ${own} where its order says ${ofOrder}`;
