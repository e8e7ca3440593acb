import { txidTextOf } from '../../exchange/index.ts';
import type {
  Dues,
  HostServices,
  IssuedCard,
  Meter,
  NumberedPosting,
  OfflineMeter,
  Order,
  Posting,
  Tenancy,
} from '../../host/index.ts';
import { levelsOf, ReceiptKind } from '../../meter/index.ts';
import { type Svpmsn, svpmsnText } from '../../units/index.ts';
import type { House } from '../house.ts';
import type { Written } from '../mortal-store.ts';
import type { Utility } from '../utility.ts';
import type { Books } from './books.ts';
import type { Checker, Findings } from './checker.ts';
import type { Purses } from './purses.ts';

const PAGE = 1_000;
/** Of a long ledger not every page is looked at: so many, evenly drawn from the newest to the oldest. */
const PAGES_MAX = 8;
/** As the books name whoever lives where nobody does. */
const NOBODY = 'unoccupied';

/** When somebody had a meter. */
interface Stay {
  readonly person: string;
  readonly from: number;
  until: number;
}

/** What the books know of households, as it became durable. */
interface Known {
  readonly arrears: Map<string, bigint>;
  readonly occupants: Map<Svpmsn, string>;
  readonly stays: Map<Svpmsn, readonly Stay[]>;
  readonly tenancies: Map<string, Tenancy>;
  readonly cards: Map<string, string>;
  /** Tokens that came from cards, by meter. */
  readonly fromCards: Map<Svpmsn, bigint>;
  readonly paidOut: Map<string, bigint>;
}

const nothingKnown = (): Known => ({
  ...{ arrears: new Map(), occupants: new Map(), stays: new Map() },
  ...{ tenancies: new Map(), cards: new Map(), fromCards: new Map(), paidOut: new Map() },
});

const copyOf = (known: Known): Known => ({
  ...{ arrears: new Map(known.arrears), occupants: new Map(known.occupants), stays: new Map(known.stays) },
  ...{ tenancies: new Map(known.tenancies), cards: new Map(known.cards) },
  ...{ fromCards: new Map(known.fromCards), paidOut: new Map(known.paidOut) },
});

/**
 * Households that move. What was left in a purse, by the receipts of the meter itself, is theirs who leave, once: it pays
 * what they owe, goes to their next meter, or is paid out; and neither value nor loans are left to whoever comes (I35).
 * What a household owes follows it, nobody else is charged for it, and what is booked of a sale is told to whoever lived
 * there when it was made (I36).
 */
export class Households implements Checker {
  readonly watches = ['I28', 'I35', 'I36'] as const;
  readonly #findings: Findings;
  readonly #purses: Purses;
  readonly #books: Books;
  readonly #houses = new Map<Svpmsn, House>();
  /** Who lived at its meter when an order was made. */
  readonly #ordered = new Map<string, string>();
  #known = nothingKnown();
  #copy = nothingKnown();
  #isRestored = false;

  constructor(findings: Findings, purses: Purses, books: Books) {
    this.#findings = findings;
    this.#purses = purses;
    this.#books = books;
  }

  storeCopied(): void {
    this.#copy = copyOf(this.#known);
  }

  storeRestored(): void {
    this.#known = copyOf(this.#copy);
    this.#isRestored = true;
  }

  started(house: House): void {
    this.#houses.set(house.svpmsn, house);
  }

  committed(rows: readonly Written[]): void {
    const known = this.#known;
    const changes = changesIn(rows, known);
    if (changes === undefined) return;
    const { arrears, meters, orders, claims, tenancies, postings, cards, fromCards } = changes;
    const ids = new Set([...arrears.keys(), ...meters.map(({ svpmsn }) => String(svpmsn))]);
    const dueBefore = this.#due(ids);
    const tenanciesBefore = tenancies.map(({ id }) => this.#known.tenancies.get(id));
    const had = orders.map(({ svpmsn }) => known.occupants.get(svpmsn));
    const payers = postings.map(({ svpmsn }) => svpmsn && this.#known.occupants.get(svpmsn));
    for (const [id, owed] of arrears) known.arrears.set(id, owed);
    for (const meter of meters) this.#occupied(meter);
    for (const tenancy of tenancies) known.tenancies.set(tenancy.id, tenancy);
    for (const { svpmsn, fromCards: came } of fromCards) known.fromCards.set(svpmsn, came);
    for (const [i, { id, svpmsn }] of orders.entries()) {
      const has = known.occupants.get(svpmsn) ?? NOBODY;
      // Of a dead meter all is done at once: who left it ordered the closing.
      this.#ordered.set(id, has === NOBODY ? (had[i] ?? NOBODY) : has);
    }
    for (const [, claim] of claims) this.#ordered.set(claim.id, this.#buyerOf(claim));
    const made = [...orders, ...claims.map(([, claim]) => claim)];
    for (const [i, tenancy] of tenancies.entries()) this.#tenancyPut(tenanciesBefore[i], tenancy, made);
    for (const posting of postings) this.#posted(posting);
    for (const card of cards) this.#cardPut(card);
    // What somebody bought of whom the books had not heard again is theirs as they do.
    const isHeard = this.#isRestored && tenancies.some(({ state }) => state === 'living');
    if (ids.size > 0 && !isHeard) this.#owed({ dueBefore, dueAfter: this.#due(ids) }, postings, payers);
  }

  #occupied({ svpmsn, subscriber }: Meter): void {
    const { occupants, stays } = this.#known;
    const { now } = this.#findings;
    const before = stays.get(svpmsn) ?? [];
    const ended = before.map((stay) => (stay.until === Number.POSITIVE_INFINITY ? { ...stay, until: now } : stay));
    occupants.set(svpmsn, subscriber);
    stays.set(svpmsn, [...ended, { person: subscriber, from: now, until: Number.POSITIVE_INFINITY }]);
  }

  /** By the meter's own receipts: what came before it was closed for a household was bought by them. */
  #buyerOf({ svpmsn, counter = 0 }: Order): string {
    const { receipts } = this.#purses.truthOf(svpmsn);
    const left = [...this.#known.tenancies.values()].filter((each) => each.svpmsn === svpmsn && each.state === 'left');
    const gone = left.find((tenancy) => {
      const closing = receipts.get(txidTextOf(closingOf(tenancy)));
      return tenancy.reading === 'last-proved' || (closing?.counter ?? 0) > counter;
    });
    return gone?.subscriber ?? this.#known.occupants.get(svpmsn) ?? NOBODY;
  }

  #cardPut({ id, subscriber }: IssuedCard): void {
    const was = this.#known.cards.get(id);
    this.#known.cards.set(id, subscriber);
    const sentence = () => `card ${id} was of ${was}, and is of ${subscriber}`;
    this.#findings.hold('I36', undefined, was === undefined || was === subscriber, sentence);
  }

  #tenancyPut(before: Tenancy | undefined, now: Tenancy, orders: readonly Order[]): void {
    const { id, svpmsn, state, subscriber } = now;
    const hold = (holds: boolean, otherwise: () => string) =>
      this.#findings.hold('I35', svpmsn, holds, () => `tenancy ${id} ${otherwise()}`);
    if (before?.state === 'left') {
      const same = (['balance', 'leftAt', 'subscriber'] as const).every((name) => before[name] === now[name]);
      hold(same && state === 'left', () => 'was over, and is another');
    }
    if (before?.state === 'leaving') {
      const isSame = before.next === now.next && before.subscriber === subscriber && state !== 'living';
      hold(isSame, () => `was left for ${nameOf(before.next)}, and is ${state} for ${nameOf(now.next)}`);
    }
    if (state !== 'left') return;
    const { balance = 0n, settled = 0n, carried = 0, refund = 0n } = now;
    const isShared = settled + BigInt(carried) + refund === balance && carried >= 0 && refund >= 0n;
    hold(isShared, () => `left ${balance}: ${settled} paid dues, ${carried} went on, ${refund} are to be paid out`);
    if (before?.state === 'left') return;
    const occupant = this.#known.occupants.get(svpmsn);
    hold(occupant === NOBODY, () => `is over, and ${occupant} has the meter`);
    const moved = orders.filter((order) => order.id === movedIdOf(now));
    const [order] = moved;
    const isCarried =
      order === undefined ? carried === 0 : order.svpmsn === now.next && order.amount === carried && carried > 0;
    hold(isCarried, () => `had ${carried} go on to ${nameOf(now.next)}, and ${order?.amount} were sold there`);
    const isTheirs = order === undefined || this.#known.occupants.get(order.svpmsn) === subscriber;
    hold(isTheirs, () => `was of ${subscriber}, and what was left goes to ${nameOf(now.next)}, which is not theirs`);
    const rest = this.#known.arrears.get(String(svpmsn)) ?? 0n;
    hold(rest === 0n, () => `is over, and ${rest} are still owed at its meter`);
    if (now.reading === 'proved') this.#proved(now);
  }

  /** By the meter itself: all that it closed, ever, has become some household's, and nothing is in it. */
  #proved(tenancy: Tenancy): void {
    const { id, svpmsn } = tenancy;
    const house = this.#houses.get(svpmsn);
    if (house === undefined || this.#books.foreignUnfound(svpmsn)) return;
    const { stored, out, owed, fromCards } = levelsOf(house.meter);
    const closed = this.#closedUntil(tenancy);
    const over = [...this.#known.tenancies.values()].filter((each) => each.svpmsn === svpmsn && each.state === 'left');
    const given = over.reduce((sum, { balance = 0n }) => sum + balance, 0n);
    this.#findings.hold('I35', svpmsn, given === closed, () => {
      return `tenancy ${id} is over, and of ${closed} that its meter gave out households had ${given}`;
    });
    // What somebody bought who came later, and of whom the books have not heard again, stays there.
    if (this.#isRestored) return;
    const isTold = BigInt(fromCards) === (this.#known.fromCards.get(svpmsn) ?? 0n);
    this.#findings.hold('I35', svpmsn, !isTold || (stored + out === 0 && owed === 0), () => {
      return `tenancy ${id} is over, and ${stored + out} are left in its meter, and ${owed} owed`;
    });
  }

  /** What its meter gave out by closings, up to the last one for them: books that forgot others may hear of those later. */
  #closedUntil(tenancy: Tenancy): bigint {
    const { receipts } = this.#purses.truthOf(tenancy.svpmsn);
    const last = receipts.get(txidTextOf(closingOf(tenancy)))?.counter ?? 0;
    let closed = 0n;
    for (const { kind, counter, amount } of receipts.values()) {
      if (kind === ReceiptKind.closed && counter <= last) closed += BigInt(amount);
    }
    return closed;
  }

  /** What is given to those who left is given once, and all of it. */
  #posted({ kind, lines, order, svpmsn }: Posting): void {
    const amount = lines.find(({ account }) => account === 'value-moved')?.amount;
    if (kind !== 'paid-out' || amount === undefined || amount < 0n || order === undefined) return;
    const tenancy = this.#known.tenancies.get(tenancyOf(order));
    const refund = tenancy?.refund ?? 0n;
    const given = (this.#known.paidOut.get(order) ?? 0n) + amount;
    this.#known.paidOut.set(order, given);
    this.#findings.hold('I35', svpmsn, given === refund, () => `${given} of ${refund} were paid out for ${order}`);
  }

  /** What each person owes at these places. */
  #due(ids: Iterable<string>): ReadonlyMap<string, bigint> {
    const due = new Map<string, bigint>();
    for (const id of ids) {
      const person = personOf(id, this.#known);
      due.set(person, (due.get(person) ?? 0n) + (this.#known.arrears.get(id) ?? 0n));
    }
    return due;
  }

  /** What each person owes changes by what is posted of it for them, and by nothing else. */
  #owed(
    { dueBefore, dueAfter }: Readonly<Record<'dueBefore' | 'dueAfter', ReadonlyMap<string, bigint>>>,
    postings: readonly Posting[],
    payers: readonly (string | undefined)[],
  ): void {
    const posted = new Map<string, bigint>();
    postings.forEach((posting, i) => {
      const amount = posting.lines.reduce((sum, line) => sum + (line.account === 'arrears' ? line.amount : 0n), 0n);
      if (amount === 0n) return;
      const person = this.#chargedBy(posting) ?? payers[i] ?? NOBODY;
      posted.set(person, (posted.get(person) ?? 0n) + amount);
    });
    for (const person of new Set([...dueBefore.keys(), ...dueAfter.keys(), ...posted.keys()])) {
      const more = (dueAfter.get(person) ?? 0n) - (dueBefore.get(person) ?? 0n);
      const by = posted.get(person) ?? 0n;
      const sentence = () => `${person} owes ${more} more, and ${by} were posted of it for them`;
      this.#findings.hold('I36', undefined, more === by, sentence);
    }
  }

  /** Whoever ordered, pays, or comes with what they owe; else whoever has the meter. */
  #chargedBy({ order }: Posting): string | undefined {
    if (order === undefined) return undefined;
    const [, came] = /^move-in:([0-9a-f]{6})$/.exec(order) ?? [];
    if (came !== undefined) return this.#known.occupants.get(Number.parseInt(came, 16) as Svpmsn);
    const [, payer] = /^(.*) pays \d+$/.exec(order) ?? [];
    return payer ?? this.#ordered.get(order);
  }

  async healed(utility: Utility): Promise<void> {
    const { host } = utility;
    for (const tenancy of this.#known.tenancies.values()) await this.#settled(tenancy, host);
    await this.#personsOwe(host);
    await this.#told(host);
  }

  async #settled({ id, svpmsn, state, carried, next, ...tenancy }: Tenancy, host: HostServices): Promise<void> {
    this.#findings.hold('I28', svpmsn, state !== 'leaving', () => `tenancy ${id} is still not over`);
    if (carried === undefined || carried === 0 || next === undefined) return;
    const order = await host.order(movedIdOf({ id, ...tenancy }));
    const arrived = !('reason' in order) && order.state === 'stored' && this.#purses.isCredited(order.txid);
    const what = 'reason' in order ? order.sentence : `it is ${order.state}`;
    this.#findings.hold('I35', next, arrived, () => `${carried} were to come from ${id}, and ${what}`);
  }

  /** What people owe without a meter is what the ledger has without one; where nobody lives nothing is owed. */
  async #personsOwe(host: HostServices): Promise<void> {
    for (const [id, arrears] of this.#known.arrears) {
      const [, person] = /^subscriber:(.*)$/.exec(id) ?? [];
      if (person !== undefined) {
        const said = await host.duesOfPerson(person);
        const same = !('reason' in said) && said.arrears === arrears;
        this.#findings.hold('I36', undefined, same, () => `${person} owes ${arrears}, and the books say otherwise`);
      } else if (personOf(id, this.#known) === NOBODY) {
        this.#findings.hold('I36', undefined, arrears === 0n, () => `${arrears} are owed where nobody lives, at ${id}`);
      }
    }
  }

  /** Of sales, and what became of them, nobody is told but whoever lived there when they were made. */
  async #told(host: HostServices): Promise<void> {
    const last = (await host.postings({ limit: 1 }))[0]?.sequence ?? 0;
    const every = Math.max(PAGE, Math.ceil(last / PAGES_MAX));
    for (let before = last + 1; before > 1; before -= every) {
      const postings = await host.postings({ limit: PAGE, before });
      const whose = await host.whose({ postings, events: [] });
      for (const [i, posting] of postings.entries()) this.#toldOf(posting, whose.postings[i] ?? new Set());
    }
  }

  #toldOf({ kind, order, svpmsn, at }: NumberedPosting, whose: ReadonlySet<string>): void {
    const person = order === undefined ? undefined : this.#ordered.get(order);
    if (person === undefined || order === undefined || svpmsn === undefined) return;
    const others = [...whose].filter((each) => each !== person);
    const sentence = () => `${others.join()} are told of ${order}, which was of ${person}`;
    this.#findings.hold('I36', undefined, others.length === 0, sentence);
    // Whoever came back is told of the last time.
    const [stay, again] = this.#known.stays.get(svpmsn)?.filter((each) => each.person === person) ?? [];
    const isTheirs = kind === 'sold' && stay !== undefined && again === undefined && at >= stay.from && at < stay.until;
    const untold = () => `${person} is not told of ${order}, which was theirs`;
    this.#findings.hold('I36', undefined, !isTheirs || whose.has(person), untold);
  }
}

const nameOf = (svpmsn: Svpmsn | undefined): string => (svpmsn === undefined ? 'nowhere' : svpmsnText(svpmsn));
const closingOf = ({ id, closings }: Pick<Tenancy, 'id' | 'closings'>): string => `move-out:${id}#${closings}`;
const movedIdOf = (tenancy: Pick<Tenancy, 'id' | 'closings'>): string => `moved:${closingOf(tenancy)}`;
const tenancyOf = (closing: string): string => /^move-out:(.*)#\d+$/.exec(closing)?.[1] ?? '';

/** Whose what is owed somewhere is. */
function personOf(id: string, { occupants }: Known): string {
  const [, person] = /^subscriber:(.*)$/.exec(id) ?? [];
  return person ?? occupants.get(Number(id) as Svpmsn) ?? NOBODY;
}

/** What one transaction wrote of households. */
interface Changes {
  readonly arrears: ReadonlyMap<string, bigint>;
  /** Those that are somebody else's. */
  readonly meters: readonly Meter[];
  readonly orders: readonly Order[];
  /** In the place of what was found, by its id. */
  readonly claims: readonly (readonly [string, Order])[];
  readonly tenancies: readonly Tenancy[];
  readonly postings: readonly Posting[];
  readonly cards: readonly IssuedCard[];
  readonly fromCards: readonly OfflineMeter[];
}

/** Nothing where it wrote none of it. */
function changesIn(rows: readonly Written[], { occupants }: Known): Changes | undefined {
  const arrears = new Map<string, bigint>();
  const [meters, orders, tenancies]: [Meter[], Order[], Tenancy[]] = [[], [], []];
  const claims: (readonly [string, Order])[] = [];
  const [postings, cards, fromCards]: [Posting[], IssuedCard[], OfflineMeter[]] = [[], [], []];
  let any = false;
  for (const { method, values } of rows) {
    const [value, more] = values;
    if (method === 'dues.put') for (const dues of value as readonly Dues[]) arrears.set(dues.id, dues.arrears);
    else if (method === 'putMeter') {
      const meter = value as Meter;
      if (occupants.get(meter.svpmsn) !== meter.subscriber) meters.push(meter);
    } else if (method === 'addOrders') orders.push(...(value as readonly Order[]));
    else if (method === 'claimOrder') claims.push([value as string, more as Order]);
    else if (method === 'tenancies.put') tenancies.push(...(value as readonly Tenancy[]));
    else if (method === 'post') postings.push(...(value as readonly Posting[]));
    else if (method === 'cards.put') cards.push(...(value as readonly IssuedCard[]));
    else if (method === 'offlineMeters.put') fromCards.push(...(value as readonly OfflineMeter[]));
    else continue;
    any = true;
  }
  return any ? { arrears, meters, orders, claims, tenancies, postings, cards, fromCards } : undefined;
}
