/** What a field of an act says, by how it is written. */
export type Said =
  | {
      readonly as: 'money' | 'price' | 'instant' | 'share' | 'meter' | 'card' | 'sale' | 'payment' | 'tariff';
      readonly value: string;
    }
  /** One of a closed list, which has words. */
  | { readonly as: 'choice'; readonly value: string }
  | { readonly as: 'yes' | 'no' }
  | { readonly as: 'text'; readonly value: string };

/** One field of what was asked. */
export interface DetailFact {
  /** Where it stands in what was asked: `policy.buzzer.lowBalance`. */
  readonly path: string;
  readonly field: string;
  readonly said: Said;
}

const AS: Readonly<Record<string, Exclude<Said['as'], 'yes' | 'no' | 'text'>>> = {
  ...from('money', [
    ...['paid', 'amount', 'opening', 'counted', 'threshold', 'perDayMax', 'perMonthMax', 'ticketLimit'],
    ...['fixedChargePerMonth', 'emergencyCredit', 'lowBalance'],
  ]),
  ...from('price', ['unitCharge']),
  ...from('instant', ['validFrom', 'expiresAt', 'inspectedAt']),
  ...from('share', ['taxBasisPoints', 'commissionBasisPoints', 'technicalBasisPoints', 'interestBasisPoints']),
  ...from('meter', ['meter']),
  ...from('card', ['card', 'by']),
  ...from('sale', ['order']),
  ...from('payment', ['payment']),
  ...from('tariff', ['tariff']),
  ...from('choice', [
    ...[
      'method',
      'role',
      'region',
      'finding',
      'findings',
      'type',
      'action',
      'state',
      'purpose',
      'verdict',
      'outcome',
      'direction',
    ],
    ...['reconnection', 'leakClearedBy', 'fullStop'],
  ]),
};

function from<A extends string>(as: A, fields: readonly string[]): Record<string, A> {
  return Object.fromEntries(fields.map((field) => [field, as]));
}

/** Regions as the books of cards number them, from 1. */
const REGIONS = ['electricity', 'gas', 'water', 'hotWater', 'heat', 'payTv'];

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/**
 * The fields of an act as the audit log keeps them, one after the other however deep they lie: of lists of things it
 * is told how many there are. What is no JSON is text.
 */
export function detailFacts(detail: string): DetailFact[] {
  if (detail === '') return [];
  try {
    const told: unknown = JSON.parse(detail);
    if (isObject(told)) return factsOf(told);
  } catch {
    // An act of another program than this may say it in its own words.
  }
  return [{ path: '', field: '', said: { as: 'text', value: detail } }];
}

function factsOf(of: Readonly<Record<string, unknown>>, within = ''): DetailFact[] {
  return Object.entries(of).flatMap(([field, value]): DetailFact[] => {
    const path = `${within}${field}`;
    const text = (value: string): DetailFact[] => [{ path, field, said: { as: 'text', value } }];
    if (value === null || value === '') return [];
    // What is asked of two people is named by the act itself.
    if (field === 'proposal' && isObject(value)) return factsOf({ ...value, type: null }, `${path}.`);
    if (Array.isArray(value) && AS[field] === 'choice') {
      return value.map((each, i) => ({ path: `${path}.${i}`, field, said: saidOf(field, each) }));
    }
    if (Array.isArray(value)) return text(listText(value));
    if (!isObject(value)) return [{ path, field, said: saidOf(field, value) }];
    const { from: first, to: last, ...more } = value;
    const isSpan = first !== undefined && last !== undefined && Object.keys(more).length === 0;
    if (isSpan) return text(`${clock(first)}–${clock(last)}`);
    if (Object.values(value).every(isObject)) return text(String(Object.keys(value).length));
    return factsOf(value, `${path}.`);
  });
}

const listText = (list: readonly unknown[]): string =>
  list.some(isObject) ? String(list.length) : list.map(String).join(', ');

function clock(minute: unknown): string {
  if (typeof minute !== 'number') return String(minute);
  return [Math.floor(minute / 60), minute % 60].map((part) => String(part).padStart(2, '0')).join(':');
}

function saidOf(field: string, value: unknown): Said {
  if (typeof value === 'boolean') return { as: value ? 'yes' : 'no' };
  const as = AS[field] ?? 'text';
  if (typeof value === 'number') {
    if (as === 'meter') return { as, value: value.toString(16).padStart(6, '0') };
    if (field === 'region') return { as: 'choice', value: REGIONS[value - 1] ?? String(value) };
  }
  return { as, value: String(value) };
}
