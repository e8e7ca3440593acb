import { type Books, holds, LedgerReader } from './ledger.ts';
import type { Account, Agent, BookFinding, Closing, LedgerSum, Purse, Remittance } from './ports.ts';
import { payeeOf } from './remittances.ts';
import { type Divided, divide } from './revenue.ts';
import { floatOf } from './tills.ts';

/** What the sums of a ledger come to, and where they do not hold. */
export interface CheckedBooks {
  readonly books: Books;
  readonly findings: readonly BookFinding[];
}

/**
 * The equations of the books over the sums of their lines, of all and of each meter; and each purse and each float of
 * an agent as the books know it, against the ledger that it was booked in.
 */
export async function checkBooks(
  sums: readonly LedgerSum[],
  { purses, agents }: { readonly purses: readonly Purse[]; readonly agents: readonly Agent[] },
): Promise<CheckedBooks> {
  const books = await new LedgerReader().books({ ledgerSums: async () => ({ last: 1, sums: [...sums] }) });
  const findings: BookFinding[] = [];
  for (const meter of books.meters) {
    if (!holds(meter)) {
      const what =
        'what was issued, stored, in flight and refunded, or spent, owed and in purses, does not come out even';
      findings.push({ table: 'postings', row: `meter ${meter.svpmsn}`, what });
    }
  }
  if (!books.balanced && findings.length === 0) {
    findings.push({ table: 'lines', row: undefined, what: 'all lines together do not sum to zero' });
  }
  const totals = new Map(books.meters.map((meter) => [meter.svpmsn, meter]));
  for (const purse of purses) {
    const { svpmsn, credited, closed, spent, owed } = purse;
    const total = totals.get(svpmsn);
    const booked = [credited, closed, spent, owed];
    const posted = total ? [total.stored + total.found, total.closed, total.spent, total.owed] : [0n, 0n, 0n, 0n];
    const names = ['credited', 'closed', 'spent', 'owed'];
    const wrong = names.flatMap((name, i) =>
      booked[i] === posted[i] ? [] : [`${name} ${booked[i]} where the ledger says ${posted[i]}`],
    );
    wrong.push(...stepsWrong(purse, total));
    if (wrong.length > 0) findings.push({ table: 'purses', row: String(svpmsn), what: wrong.join(', ') });
  }
  const accounts = new Map<Account, bigint>();
  for (const { account, amount } of sums) accounts.set(account, (accounts.get(account) ?? 0n) + amount);
  for (const { id, balance } of agents) {
    const posted = -(accounts.get(floatOf(id)) ?? 0n);
    if (balance === posted) continue;
    findings.push({ table: 'agents', row: id, what: `balance ${balance} where the ledger says ${posted}` });
  }
  return { books, findings };
}

/** What is owed to the seller by the closings of the books, against the lines of its account. */
export function checkSeller(sums: readonly LedgerSum[], closings: readonly Closing[]): BookFinding[] {
  const posted = sums.reduce(
    (all, { kind, account, amount }) => (kind === 'bought' && account === 'seller' ? all - amount : all),
    0n,
  );
  const last = closings.reduce<Closing | undefined>(
    (a, b) => (a !== undefined && a.month > b.month ? a : b),
    undefined,
  );
  const owed = last?.priceOfAll ?? 0n;
  if (posted === owed) return [];
  return [{ table: 'closings', row: last?.month, what: `bought ${owed} where the ledger says ${posted}` }];
}

/** What was paid to each payee, and what of it was reversed, by what is kept of it, against the lines of its account. */
export function checkRemittances(sums: readonly LedgerSum[], remittances: readonly Remittance[]): BookFinding[] {
  const kept = new Map<string, bigint>();
  const posted = new Map<string, bigint>();
  const add = (to: Map<string, bigint>, key: string, amount: bigint) => to.set(key, (to.get(key) ?? 0n) + amount);
  for (const { payee, amount, reversedAt } of remittances) {
    add(kept, `${payee}: paid`, amount);
    if (reversedAt !== undefined) add(kept, `${payee}: reversed`, amount);
  }
  for (const { kind, account, amount } of sums) {
    const payee = payeeOf(account);
    if (payee === undefined) continue;
    if (kind === 'remitted') add(posted, `${payee}: paid`, amount);
    if (kind === 'remittance-reversed') add(posted, `${payee}: reversed`, -amount);
  }
  return [...new Set([...kept.keys(), ...posted.keys()])].sort().flatMap((key) => {
    const [own, ledger] = [kept.get(key) ?? 0n, posted.get(key) ?? 0n];
    if (own === ledger) return [];
    const [row, what] = key.split(': ');
    return [{ table: 'remittances', row, what: `${what} ${own} where the ledger says ${ledger}` }];
  });
}

function stepsWrong(purse: Purse, total: Pick<Books, 'revenue'> | undefined): string[] {
  const posted = new Map(total?.revenue.steps.map(({ percent, tokens }) => [percent, tokens]));
  const used = dividedOf(purse);
  if (used === undefined) return ['what it used at which step cannot be read'];
  return [...new Set([...posted.keys(), ...used.keys()])].flatMap((step) => {
    const [own, ledger] = [used.get(step) ?? 0n, posted.get(step) ?? 0n];
    return own === ledger ? [] : `${own} used at ${step} % where the ledger says ${ledger}`;
  });
}

/** Nothing where somebody wrote what is no charge. */
function dividedOf(purse: Purse): Divided | undefined {
  try {
    return divide(purse);
  } catch {
    return undefined;
  }
}
