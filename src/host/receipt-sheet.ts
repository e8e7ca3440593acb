import { Temporal } from 'temporal-polyfill';
import { type Milliseconds, svpmsnText } from '../units/index.ts';
import { amountText, CARD_WORDS, type Language, RECEIPT_WORDS, type ReceiptWords } from '../words/index.ts';
import type { OrderPart, PaymentPart, Receipt, ReceiptHead, ReceiptLine } from './receipt-document.ts';

/** A receipt as people read it, before it is drawn on paper or on a screen: the same rows everywhere. */
export interface ReceiptSheet {
  readonly title: string;
  /** The utility, a line each. */
  readonly issuer: readonly string[];
  readonly sections: readonly SheetSection[];
}

export interface SheetSection {
  readonly title: string | undefined;
  readonly rows: readonly SheetRow[];
  /** In place of what is withheld. */
  readonly note: string | undefined;
}

export interface SheetRow {
  /** Amounts stand below each other at the right; a total stands out. */
  readonly type: 'fact' | 'amount' | 'total';
  readonly label: string;
  readonly value: string;
}

export function receiptSheet({ head, order, payment }: Receipt, language: Language): ReceiptSheet {
  const words = RECEIPT_WORDS[language];
  const { utility, zone, total } = head;
  const registration = utility.registration === undefined ? [] : [`${words.registration} ${utility.registration}`];
  return {
    title: words.title,
    issuer: [utility.name, ...registration],
    sections: [
      { title: undefined, rows: headRows(head, order, words), note: undefined },
      order === undefined
        ? { title: words.order, rows: [], note: words.orderWithheld }
        : { title: words.order, rows: orderRows(order, head, language), note: undefined },
      {
        title: undefined,
        rows: [...lineRows(order, head, words), totalRow(words.total, total, head)],
        note: undefined,
      },
      payment === undefined
        ? { title: words.payment, rows: [], note: words.paymentWithheld }
        : { title: words.payment, rows: paymentRows(payment, zone, words), note: undefined },
    ],
  };
}

const fact = (label: string, value: string | undefined): readonly SheetRow[] =>
  value === undefined ? [] : [{ type: 'fact', label, value }];

const headRows = (
  { number, zone, issuedAt, state, corrects }: ReceiptHead,
  order: OrderPart | undefined,
  words: ReceiptWords,
): SheetRow[] => [
  ...fact(words.number, number),
  ...fact(words.replaces, corrects),
  ...fact(words.issued, timeText(issuedAt, zone)),
  ...fact(words.state, words.states[order === undefined ? 'withheld' : placeOf(order)][state]),
];

function orderRows(order: OrderPart, { zone, state }: ReceiptHead, language: Language): SheetRow[] {
  const words = RECEIPT_WORDS[language];
  const { id, meter, card, tokens, orderedAt, settledAt, counter } = order;
  const settled = state === 'refunded' ? words.refunded : words.stored;
  const value = card === undefined ? words.value : CARD_WORDS[language].regions[card.region];
  return [
    ...fact(words.orderId, id),
    ...fact(words.ordered, timeText(orderedAt, zone)),
    ...fact(words.meter, meter === undefined ? undefined : svpmsnText(meter)),
    ...fact(words.card, card?.number),
    ...fact(words.provider, card?.provider),
    ...fact(value, words.tokens.replace('{}', amountText(tokens, 0))),
    ...fact(settled, settledAt === undefined ? undefined : timeText(settledAt, zone)),
    ...fact(words.counters[placeOf(order)], counter === undefined ? undefined : String(counter)),
  ];
}

const placeOf = ({ card }: OrderPart): 'meter' | 'card' => (card === undefined ? 'meter' : 'card');

const lineRows = (order: OrderPart | undefined, { exponent }: ReceiptHead, words: ReceiptWords): SheetRow[] =>
  (order?.lines ?? []).map((line) => ({
    type: 'amount',
    label: lineLabel(line, words),
    value: amountText(line.amount, exponent),
  }));

const lineLabel = ({ kind, label }: ReceiptLine, { lines }: ReceiptWords): string =>
  label === undefined ? lines[kind] : `${lines[kind]} (${label})`;

const totalRow = (label: string, amount: number, { currency, exponent }: ReceiptHead): SheetRow => ({
  type: 'total',
  label,
  value: `${currency} ${amountText(amount, exponent)}`,
});

const paymentRows = (
  { method, shown, approval, paidAt }: PaymentPart,
  zone: string,
  words: ReceiptWords,
): SheetRow[] => [
  ...fact(words.method, words.methods[method]),
  ...fact(words.instrument, shown),
  ...fact(words.approval, approval),
  ...fact(words.paidAt, timeText(paidAt, zone)),
];

/** `2026-03-02 09:05:11 +09:00`: the offset says what the zone meant, also to a machine that does not know the zone. */
function timeText(at: Milliseconds, zone: string): string {
  const instant = Temporal.Instant.fromEpochMilliseconds(at);
  const text = instant.toString({ smallestUnit: 'second', timeZone: isZone(zone) ? zone : 'UTC' });
  return text.replace('T', ' ').replace(/(?=[+-]\d\d:\d\d$|Z$)/, ' ');
}

function isZone(zone: string): boolean {
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone).timeZoneId !== '';
  } catch (error) {
    // The only way to ask whether a zone exists.
    if (error instanceof RangeError) return false;
    throw error;
  }
}
