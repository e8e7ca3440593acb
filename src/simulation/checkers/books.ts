import { toHex } from '../../bytes/index.ts';
import type { Order, OutstandingRow, Posting, Purse } from '../../host/index.ts';
import { type Receipt, ReceiptKind } from '../../meter/index.ts';
import { type Svpmsn, svpmsnText } from '../../units/index.ts';
import type { House } from '../house.ts';
import type { Written } from '../mortal-store.ts';
import type { ForeignCredit } from '../stranger.ts';
import type { Checker, Findings } from './checker.ts';
import type { Purses } from './purses.ts';

/** The books against the purses, row by row as they become durable: I5, I6, I8, I9, I10, I11, and of I15 what is value. */
export class Books implements Checker {
  readonly watches = ['I5', 'I6', 'I8', 'I9', 'I10', 'I11', 'I15'] as const;
  readonly #findings: Findings;
  readonly #purses: Purses;
  readonly #say: (text: string) => void;
  /** Every transaction that was ever durable before its M3 could leave, by meter, TC and TXID. */
  readonly #named = new Set<string>();
  /** Of these, what an older copy that was put back may have on its way: there it can be taken back, and begins nothing. */
  #copied: ReadonlySet<string> = new Set();
  /** The one that is outstanding, by meter. */
  readonly #outstanding = new Map<Svpmsn, OutstandingRow>();
  /** TXIDs that the books gave back. */
  readonly #refunded = new Set<string>();
  /** How an order ended, which is final. */
  readonly #settled = new Map<string, Order['state']>();
  /** Orders that are neither stored nor given back, by meter. */
  readonly #open = new Map<Svpmsn, Set<string>>();

  /** What other books credited last, by meter, and what these found. */
  readonly #foreign = new Map<Svpmsn, string>();
  readonly #found = new Set<string>();

  /** What the transaction that is being looked at settles, by meter and TC. */
  #settling: ReadonlySet<string> = new Set();

  constructor(findings: Findings, purses: Purses, say: (text: string) => void) {
    this.#findings = findings;
    this.#purses = purses;
    this.#say = say;
  }

  /** How many orders of a meter are neither stored nor given back. */
  openOrders(svpmsn: Svpmsn): number {
    return this.#open.get(svpmsn)?.size ?? 0;
  }

  /** Other books may have credited this: it counts as named by a host, and these books have to find it. */
  foreign(svpmsn: Svpmsn, { counter, txid }: ForeignCredit): void {
    this.#named.add(`${svpmsn} ${counter} ${toHex(txid)}`);
    this.#foreign.set(svpmsn, toHex(txid));
  }

  /** Whether other books credited a meter, and these have not found it. */
  foreignUnfound(svpmsn: Svpmsn): boolean {
    const txid = this.#foreign.get(svpmsn);
    return txid !== undefined && this.#purses.isCredited(txid) && !this.#found.has(txid);
  }

  storeRestored(): void {
    this.#copied = new Set(this.#named);
    this.#found.clear();
    this.#open.clear();
    this.#refunded.clear();
    this.#settled.clear();
    this.#outstanding.clear();
  }

  committed(rows: readonly Written[]): void {
    this.#settling = settledIn(rows);
    for (const { method, values } of rows) {
      switch (method) {
        case 'deleteOutstanding':
          this.#outstanding.delete(values[0] as Svpmsn);
          break;
        case 'putOutstanding':
          this.#outstandingPut(values[0] as OutstandingRow);
          break;
        case 'addOrders':
          for (const order of values[0] as readonly Order[]) this.#orderPut(order);
          break;
        case 'putOrder':
          this.#orderPut(values[0] as Order);
          break;
        case 'putPurse':
          this.#pursePut(values[0] as Purse);
          break;
        case 'post':
          for (const posting of values[0] as readonly Posting[]) this.#posted(posting);
          break;
        default:
          break;
      }
    }
  }

  receipted({ svpmsn }: House, { txid: bytes, counter, kind, amount }: Receipt): void {
    const txid = toHex(bytes);
    this.#say(`meter: ${svpmsnText(svpmsn)} TC ${counter} TXID ${txid} ${amount}`);
    this.#findings.hold(
      'I15',
      svpmsn,
      this.#named.has(`${svpmsn} ${counter} ${txid}`),
      () => `it applied TC ${counter}, TXID ${txid}, which no host had stored before`,
    );
    if (kind !== ReceiptKind.credited) return;
    this.#findings.hold('I6', svpmsn, !this.#refunded.has(txid), () => `TXID ${txid} was given back, and then applied`);
  }

  #outstandingPut(row: OutstandingRow): void {
    const { svpmsn, counter, txid, op } = row;
    const before = this.#outstanding.get(svpmsn);
    const { lastCounter } = this.#purses.truthOf(svpmsn);
    // Where the meter has another's transaction of that TC, the own one takes the next (X7), and is not begun by it.
    const movesUp = this.#settling.has(`${svpmsn} ${counter - 1}`);
    this.#findings.hold(
      'I9',
      svpmsn,
      before === undefined || (before.txid === txid && (counter === before.counter || movesUp)),
      () => `the host begins TC ${counter} while TC ${before?.counter} is outstanding`,
    );
    this.#outstanding.set(svpmsn, row);
    const name = `${svpmsn} ${counter} ${txid}`;
    // Nor does a void of what was under way before others came.
    const isTakenBack = op === 'void' && (before === undefined ? this.#copied.has(name) : before.counter === counter);
    this.#named.add(name);
    this.#findings.hold(
      'I10',
      svpmsn,
      movesUp || isTakenBack || Math.abs(counter - 1 - lastCounter) <= 1,
      () => `the host begins TC ${counter}, and the meter's last is ${lastCounter}`,
    );
  }

  #orderPut({ id, svpmsn, txid, state, op }: Order): void {
    if (state === 'found') this.#found.add(txid);
    const open = this.#open.get(svpmsn) ?? new Set();
    this.#open.set(svpmsn, open);
    this.#say(`books: ${svpmsnText(svpmsn)} ${id} is ${state}`);
    if (state === 'waiting' || state === 'outstanding' || state === 'voiding') open.add(id);
    else open.delete(id);
    const settled = this.#settled.get(id);
    this.#findings.hold(
      'I11',
      svpmsn,
      settled === undefined || settled === state,
      () => `${id} was ${settled}, and is ${state}`,
    );
    if (state === 'stored' || state === 'refunded' || state === 'closed') this.#settled.set(id, state);
    const receipt = this.#purses.truthOf(svpmsn).receipts.get(txid);
    if (state === 'stored') {
      this.#findings.hold(
        'I5',
        svpmsn,
        receipt?.kind === ReceiptKind.credited,
        () => `the host confirms TXID ${txid}, which is not in the meter`,
      );
    }
    if (state === 'refunded' && op === 'credit') {
      this.#findings.hold(
        'I6',
        svpmsn,
        receipt?.kind !== ReceiptKind.credited,
        () => `the host gives TXID ${txid} back, which is in the meter`,
      );
      this.#refunded.add(txid);
    }
  }

  #pursePut({ svpmsn, lastCounter, credited, freeze }: Purse): void {
    this.#findings.hold(
      'I10',
      svpmsn,
      // Until a move that these books forgot is asked for again.
      freeze === undefined || freeze === 'closing-forgotten',
      () => `it is frozen (${freeze}), and nothing of it is damaged`,
    );
    const truth = this.#purses.truthOf(svpmsn);
    this.#findings.hold(
      'I5',
      svpmsn,
      lastCounter <= truth.lastCounter && credited <= BigInt(truth.credited),
      () =>
        `the books have TC ${lastCounter} and ${credited} credited, the meter ${truth.lastCounter} and ${truth.credited}`,
    );
  }

  #posted({ lines, svpmsn }: Posting): void {
    const sum = lines.reduce((total, { amount }) => total + amount, 0n);
    this.#findings.hold('I8', svpmsn, sum === 0n, () => `a posting does not come to zero but to ${sum}`);
  }
}

function settledIn(rows: readonly Written[]): ReadonlySet<string> {
  const orders = rows.flatMap(({ method, values }) => {
    if (method === 'addOrders') return values[0] as readonly Order[];
    return method === 'putOrder' ? [values[0] as Order] : [];
  });
  const settled = orders.filter(({ state }) => state === 'stored' || state === 'refunded' || state === 'found');
  return new Set(settled.map(({ svpmsn, counter }) => `${svpmsn} ${counter}`));
}
