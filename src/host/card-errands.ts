import { decodeFrame, Message, Refusal } from '../exchange/index.ts';
import { assertNever, type Csn, type Milliseconds, type Region, type Svpmsn } from '../units/index.ts';
import type { CardDesk } from './card-desk.ts';
import { hasMoved, wantedRegions } from './card-loads.ts';
import { cardsByTail } from './card-lookup.ts';
import type { CardInMeter, CardPipePort } from './card-pipe.ts';
import { isFailure, orStoreFailure } from './failures.ts';
import type { HostPorts, StoreReads } from './ports.ts';
import type { CardPurse } from './types.ts';
import { backOff } from './work.ts';

/** As often as another host is asked which cards are in its meters. */
const ASK_EVERY_MS = 15_000;
/** The same frame again, while the card works: the other host's local unit has asked a dozen times already. */
const WORKS_MAX = 8;
/** For one card at a time: more are a fault of the host's. */
const EXCHANGES_MAX = 16;

/** A card in a meter of another host, and what became of it since it was put in. */
interface Visit {
  readonly insertedAt: number;
  /** Its regions that were heard, whether there was something for them or not. */
  readonly heard: Set<Region>;
  attempts: number;
  /** Nothing while it is left alone until it is put in anew. */
  dueAt: Milliseconds | undefined;
}

interface Pipe {
  readonly port: CardPipePort;
  readonly visits: Map<Svpmsn, Visit>;
  askAt: number;
}

type Ended = 'done' | 'failed' | 'absent';

/**
 * Loads cards that are in meters of other hosts, of which this one knows neither meter nor line: it asks where its
 * cards are, and its own desk speaks to each of them end to end. Who carries can hold back, repeat and invent, as any
 * line can; what it says moves nothing in the books that a card has not sealed. A crash forgets where cards are, which is
 * asked again.
 */
export class CardErrands {
  readonly #ports: Pick<HostPorts, 'store' | 'clock' | 'randomness'>;
  readonly #desk: CardDesk;
  readonly #pipes: readonly Pipe[];

  constructor(
    { cardPipes, ...ports }: Pick<HostPorts, 'store' | 'clock' | 'randomness' | 'cardPipes'>,
    desk: CardDesk,
  ) {
    this.#ports = ports;
    this.#desk = desk;
    this.#pipes = [...(cardPipes ?? []).values()].map((port) => ({ port, visits: new Map(), askAt: 0 }));
  }

  /** Does what is due now, through all of them at once; called again and again. */
  async serveThroughPipes(): Promise<void> {
    await Promise.all(this.#pipes.map((pipe) => this.#serve(pipe)));
  }

  async #serve(pipe: Pipe): Promise<void> {
    const { port, visits } = pipe;
    const now = this.#ports.clock.now();
    if (now < pipe.askAt) return;
    pipe.askAt = now + ASK_EVERY_MS;
    const found = await port.cardsInMeters();
    for (const meter of [...visits.keys()]) if (found.every((each) => each.meter !== meter)) visits.delete(meter);
    for (const card of found) {
      const before = visits.get(card.meter);
      const isSame = before?.insertedAt === card.insertedAt;
      const visit = isSame
        ? before
        : { insertedAt: card.insertedAt, heard: new Set<Region>(), attempts: 0, dueAt: now };
      visits.set(card.meter, visit);
      if (visit.dueAt !== undefined && visit.dueAt <= now) await this.#visit(port, card, visit);
    }
  }

  /** All that is to be said to a card; what is not there, or does not go, is left alone for a while. */
  async #visit(port: CardPipePort, { meter, tail }: CardInMeter, visit: Visit): Promise<void> {
    const { store, clock, randomness } = this.#ports;
    for (let count = 0; count < EXCHANGES_MAX; count++) {
      const due = await orStoreFailure(store.read((tx) => dueErrands(tx, { tail, meter }, visit, clock.now())));
      if (isFailure(due) || due.length === 0) return;
      // After a try in vain another has its turn: a region that does not go keeps none that would from going.
      const errand = due[visit.attempts % due.length] as Errand;
      const ended = await this.#exchange(port, errand, meter);
      if (ended === 'done') {
        visit.heard.add(errand.purse.region);
        visit.attempts = 0;
        continue;
      }
      visit.dueAt =
        ended === 'absent' ? undefined : ((clock.now() + backOff(visit.attempts, randomness)) as Milliseconds);
      visit.attempts += 1;
      return;
    }
  }

  /** One exchange of 0x18. Without an answer nothing is known, and it begins anew another time. */
  async #exchange(port: CardPipePort, { csn, purse, waits }: Errand, route: Svpmsn): Promise<Ended> {
    const begun = await this.#desk.begin({ csn, region: purse.region, route });
    if (isFailure(begun)) return 'failed';
    let { frame } = begun;
    for (;;) {
      const said = await pass(port, route, frame);
      if (said === undefined) return 'failed';
      const step = await this.#desk.receive(begun.exchange, said);
      if (isFailure(step)) return 'failed';
      switch (step.type) {
        case 'send':
          frame = step.frame;
          break;
        case 'done':
          return hasMoved(purse, step.purse) || !waits ? 'done' : 'failed';
        case 'frozen':
          return 'done';
        case 'refused':
          return step.refusal === Refusal.cardAbsent ? 'absent' : 'failed';
        case 'ignored':
          return 'failed';
        default:
          return assertNever(step);
      }
    }
  }
}

/** What a card answers to a frame, or its meter; the very same frame again while the card works. */
async function pass(port: CardPipePort, meter: Svpmsn, frame: Uint8Array): Promise<Uint8Array | undefined> {
  for (let tries = 0; tries <= WORKS_MAX; tries++) {
    const { outcome, frame: said } = await port.passToCard(meter, frame);
    if (outcome !== 'answered' || said === undefined) return undefined;
    const answer = decodeFrame(said);
    const works = !('reason' in answer) && answer.message === Message.refusal && answer.body[0] === Refusal.cardWorks;
    if (!works) return said;
  }
  return undefined;
}

/** A region of a card for which something waits, or that has not told yet since it was put in what became of its value. */
interface Errand {
  readonly csn: Csn;
  readonly purse: CardPurse;
  readonly waits: boolean;
}

/** What waits comes first. */
async function dueErrands(
  tx: StoreReads,
  { tail, meter: route }: Pick<CardInMeter, 'tail' | 'meter'>,
  { heard }: Visit,
  now: Milliseconds,
): Promise<Errand[]> {
  const errands: Errand[] = [];
  for (const csn of await cardsByTail(tx, tail)) {
    const wanted = await wantedRegions(tx, { csn, route }, now);
    for (const purse of await tx.cardPurses.where('card', csn)) {
      const { id, region, freeze } = purse;
      const waits = wanted.includes(region);
      const isUnheard = freeze === undefined && !heard.has(region);
      if (waits || (isUnheard && (await tx.cardTickets.where('purse', id)).length > 0)) {
        errands.push({ csn, purse, waits });
      }
    }
  }
  return errands.sort((a, b) => Number(b.waits) - Number(a.waits));
}
