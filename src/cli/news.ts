import { cardPaymentOf, interphoneOf, type Meter } from '../meter/index.ts';
import { ATTENTION_EMERGENCIES, AttentionReason, RelayReason } from '../records/index.ts';
import type { Happening, House } from '../simulation/index.ts';
import { assertNever, type Svpmsn, svpmsnText } from '../units/index.ts';
import { attentionText, relayReasonText } from './reason-text.ts';

/** What happened, in words, with the reason as the meter knew it at that moment. */
export interface News {
  readonly at: number;
  /** `0a1b2c`, or `line 1`. */
  readonly who: string;
  /** News of one kind is summed up when there is much of it. */
  readonly kind: string;
  readonly text: string;
  readonly amount?: number;
}

/** More of one kind than this, within `FLOOD_MS`, becomes one line. */
const FLOOD_ABOVE = 3;
const FLOOD_MS = 10 * 60_000;

/** Puts happenings into words as they happen, while the meter still stands as it did. */
export class NewsDesk {
  readonly #houseOf: (svpmsn: Svpmsn) => House | undefined;
  /** Why each relay that is open was opened. */
  readonly #openedFor = new Map<Svpmsn, number>();

  constructor(houseOf: (svpmsn: Svpmsn) => House | undefined) {
    this.#houseOf = houseOf;
  }

  /** Nothing for a relay that moves for want of credit: that is told as the cut or the reconnection that it is. */
  tell(happening: Happening): News | undefined {
    const { at, what } = happening;
    if ('localUnit' in happening) {
      const text = what === 'power-failed' ? 'POWER FAILED in all its houses' : 'power is back';
      return { at, who: `line ${happening.localUnit + 1}`, kind: what, text };
    }
    const { svpmsn, amount } = happening;
    const of = (kind: string, text: string): News => {
      const news = { at, who: svpmsnText(svpmsn), kind, text };
      return amount === undefined ? news : { ...news, amount };
    };
    const house = this.#houseOf(svpmsn);
    switch (happening.what) {
      case 'bought':
        return of('bought', `bought ${amount} tokens`);
      case 'refused':
        return of('was refused', `was not sold ${amount} tokens: ${happening.sentence}`);
      case 'stored':
        return of('stored', `stored ${amount} tokens in the meter`);
      case 'buzzer':
        // At a start that is how the meter stands, and no news.
        if (house === undefined || house.meter.svm.purse.credited === 0) return undefined;
        if (house.buzzing) return of('last token: buzzer', 'last token: the buzzer sounds');
        // Where the meter itself has enough, it is a region of the card in its slot that has not.
        if (house.balance > house.meter.policy.lowBalance) return of('low card: buzzer', 'a card that is low: buzzer');
        return of('low balance: buzzer', `low balance, ${house.balance} tokens: buzzer`);
      case 'attention':
        return attention(house, of);
      case 'cut-off':
        return of('CUT OFF', `CUT OFF: no credit${house?.meter.owed ? `, and owes ${house.meter.owed}` : ''}`);
      case 'reconnected':
        return of('RECONNECTED', 'RECONNECTED: there is credit');
      case 'power-failed':
        return of('POWER FAILED', 'POWER FAILED in the house');
      case 'power-back':
        return of('power is back', 'power is back');
      case 'relay-opened':
        return this.#relayOpened(svpmsn, house, of);
      case 'relay-closed':
        return this.#relayClosed(svpmsn, of);
      default:
        return assertNever(happening);
    }
  }

  #relayOpened(svpmsn: Svpmsn, house: House | undefined, of: Wording): News | undefined {
    const reasons = house?.meter.supplies.reduce((all, { relay }) => all | relay.reasons, 0) ?? 0;
    this.#openedFor.set(svpmsn, reasons);
    if (reasons === RelayReason.noCredit) return undefined;
    return of('relay opened', `relay opened: ${relayReasonText(reasons)}`);
  }

  #relayClosed(svpmsn: Svpmsn, of: Wording): News | undefined {
    const reasons = this.#openedFor.get(svpmsn) ?? RelayReason.noCredit;
    this.#openedFor.delete(svpmsn);
    if (reasons & RelayReason.noCredit) return undefined;
    return of('relay closed', `relay closed: no more ${relayReasonText(reasons)}`);
  }
}

/** Whether a line of the log tells that tokens reached a meter: of one by itself, or of many in one line. */
export const tellsOfStoring = (line: string): boolean => / {2}stored [1-9]\d* tokens/.test(line);

type Wording = (kind: string, text: string) => News;

/** Of a meter that was never credited it is no news that its purse is empty. */
const OF_CREDIT = AttentionReason.lowBalance | AttentionReason.lastToken | AttentionReason.creditExhausted;

function attention(house: House | undefined, of: Wording): News | undefined {
  if (house === undefined) return undefined;
  const reasons = house.meter.attention & (house.meter.svm.purse.credited === 0 ? ~OF_CREDIT : ~0);
  if (reasons === 0) return undefined;
  const why = attentionText(reasons, wantedAt(house.meter));
  const text = `${reasons & ATTENTION_EMERGENCIES ? 'ALARM' : 'calls'}: ${why}`;
  return of(text, text);
}

/** What somebody at its panel wants, who asks for value otherwise. */
function wantedAt(meter: Meter): string | undefined {
  if (interphoneOf(meter).state !== 'idle') return 'somebody at its interphone';
  return cardPaymentOf(meter) === 'awaiting-host' ? 'a bank card is to pay' : undefined;
}

/**
 * The same news with every flood as one line, at its last piece: `13 meters  bought 2650 tokens`. A flood is more than
 * three of one kind in ten minutes of business.
 */
export function summedUp(news: readonly News[]): News[] {
  const groups = new Map<string, News[]>();
  for (const piece of news) {
    const key = `${Math.floor(piece.at / FLOOD_MS)} ${piece.kind}`;
    groups.set(key, [...(groups.get(key) ?? []), piece]);
  }
  const floods = new Map<News, News>();
  const gone = new Set<News>();
  for (const group of groups.values()) {
    if (group.length <= FLOOD_ABOVE) continue;
    const last = group.at(-1) as News;
    for (const piece of group) if (piece !== last) gone.add(piece);
    floods.set(last, sumOf(group, last));
  }
  return news.filter((piece) => !gone.has(piece)).map((piece) => floods.get(piece) ?? piece);
}

function sumOf(group: readonly News[], last: News): News {
  const meters = new Set(group.map(({ who }) => who)).size;
  const who = meters === 1 ? last.who : `${meters} meters`;
  const times = group.length === meters ? '' : `, ${group.length} times`;
  const amount = group.reduce((sum, piece) => sum + (piece.amount ?? 0), 0);
  const tokens = last.amount === undefined ? '' : ` ${amount} tokens`;
  return { ...last, who, amount, text: `${meters === 1 ? last.kind : ofMany(last.kind)}${tokens}${times}` };
}

/** `4 meters call: low balance` */
const ofMany = (kind: string): string => kind.replace(/^calls(?=:)/, 'call').replace(/^was /, 'were ');
