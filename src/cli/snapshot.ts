import type { Books, MeterView } from '../host/index.ts';
import { RelayReason } from '../records/index.ts';
import type { House, Utility } from '../simulation/index.ts';
import { svpmsnText } from '../units/index.ts';
import { METER_STATES, type MeterState } from '../words/index.ts';
import type { PurseWatch } from './contradictions.ts';
import { relayReasonText } from './reason-text.ts';

export interface MeterRow {
  readonly text: string;
  readonly state: MeterState;
  /** Open for want of credit, whatever else is the matter with it. */
  readonly cutOff: boolean;
  /** Why it is in this state, where the state alone does not say it. */
  readonly why: string;
  readonly balance: number;
  readonly owed: number;
  readonly watts: number;
  readonly percent: number;
  readonly buzzing: boolean;
  /** Somebody spoke with it since the last time that anybody looked. */
  readonly talking: boolean;
  /** It has something to say that nobody has heard yet. */
  readonly calling: boolean;
  /** Tokens that were sold for it and are not in it yet. */
  readonly inFlight: bigint;
  /** Milliseconds since the host last heard of it; undefined before the first time. */
  readonly heardAgo: number | undefined;
  /** What the host knows of it is old. */
  readonly stale: boolean;
}

export interface LineRow {
  readonly number: number;
  readonly meters: number;
  readonly frames: number;
  readonly retries: number;
  readonly airtimeMs: number;
  readonly cut: boolean;
}

/** What a watcher sees at one instant: books and alarms as the host has them, each meter as its own display shows it. */
export interface Snapshot {
  readonly now: number;
  readonly zoneMinutes: number;
  readonly speed: number;
  /** The address of its pages; undefined where it has none. */
  readonly pages: string | undefined;
  readonly books: Books;
  /** What the books and the memories of the meters cannot both be right about, one sentence a meter. */
  readonly contradictions: readonly string[];
  readonly lines: readonly LineRow[];
  /** What matters first. */
  readonly meters: readonly MeterRow[];
}

interface Watched {
  readonly utility: Utility;
  readonly watch: PurseWatch;
  readonly speed: number;
  readonly pages: string | undefined;
}

/** @param since what was said after it counts as being said now */
export async function snapshotOf({ utility, watch, speed, pages }: Watched, since: number): Promise<Snapshot> {
  const { host, houses, time } = utility;
  const books = await host.books();
  const views = new Map((await host.meters()).map((view) => [view.meter.svpmsn, view]));
  const inFlight = new Map(books.meters.map((meter) => [meter.svpmsn, meter.inFlight]));
  const meters = houses.map((house) => {
    const { svpmsn } = house;
    const heard = { view: views.get(svpmsn), inFlight: inFlight.get(svpmsn) ?? 0n };
    return rowOf(house, heard, since);
  });
  const urgency = ({ state }: MeterRow) => METER_STATES.indexOf(state);
  meters.sort((a, b) => urgency(a) - urgency(b) || a.balance - b.balance || b.watts - a.watts);
  return {
    now: time.now,
    zoneMinutes: houses[0]?.options.zoneMinutes ?? 0,
    speed,
    pages,
    books,
    contradictions: await watch.seen(utility),
    lines: utility.transformers.map(({ localUnit, cut }, i) => {
      const { frames, airtimeMs, retries } = localUnit.traffic;
      return { number: i + 1, meters: localUnit.meters, frames, airtimeMs, retries, cut };
    }),
    meters,
  };
}

interface Heard {
  readonly view: MeterView | undefined;
  readonly inFlight: bigint;
}

function rowOf(house: House, { view, inFlight }: Heard, since: number): MeterRow {
  const { meter, dark } = house;
  const { sessions } = meter.sam.terminal;
  const heardAgo = view?.age.heard;
  const state = stateOf(house, view?.standing.state);
  return {
    text: svpmsnText(house.svpmsn),
    state,
    cutOff: (reasonsOf(house) & RelayReason.noCredit) !== 0,
    why: whyOf(house, state, view),
    balance: house.balance,
    owed: meter.owed,
    watts: house.watts,
    percent: meter.supplies[0]?.percent ?? 0,
    buzzing: house.buzzing,
    talking: !dark && sessions.some(({ touchedAt }) => touchedAt >= house.oscillator(since)),
    calling: !dark && meter.attention !== 0,
    inFlight,
    heardAgo,
    stale: view?.standing.stale ?? true,
  };
}

/** Of seal and freeze the operator's knowledge counts: a meter tells them once, and keeps no sign of them. */
function stateOf(house: House, known: MeterState | undefined): MeterState {
  const { meter } = house;
  const reasons = reasonsOf(house);
  if (house.frozen || known === 'frozen') return 'frozen';
  if (meter.dismantled || reasons & RelayReason.tamper || known === 'tampered') return 'tampered';
  if (house.dark) return 'dark';
  if (reasons & RelayReason.noCredit) return 'off';
  if (reasons !== 0) return 'blocked';
  if (meter.owed > 0) return 'emergency';
  if (house.buzzing) return 'last-token';
  return house.balance <= meter.policy.lowBalance ? 'low' : 'supplied';
}

function whyOf(house: House, state: MeterState, view: MeterView | undefined): string {
  switch (state) {
    case 'frozen':
      return view?.purse.freeze === undefined ? 'its purse was damaged' : view.purse.freeze.replaceAll('-', ' ');
    case 'tampered':
      return (view?.standing.why ?? []).map((why) => why.replaceAll('-', ' ')).join(', ');
    case 'blocked':
      return relayReasonText(reasonsOf(house));
    default:
      return '';
  }
}

const reasonsOf = ({ meter }: House): number => meter.supplies.reduce((all, { relay }) => all | relay.reasons, 0);
