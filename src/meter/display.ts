import { RelayReason } from '../records/index.ts';
import { CHARGE_UNITS_PER_TOKEN } from '../tariff/index.ts';
import { assertNever, Region, type SupplyIndex } from '../units/index.ts';
import { isAskedForMoney, paymentShown } from './card-payment.ts';
import { isTooLong } from './keyed.ts';
import { moneyShown } from './money.ts';
import { balanceOf, type Meter, type Supply } from './state.ts';
import { totalsNow } from './totals.ts';
import { transmissionText } from './transmission.ts';

/** What the display can show (part 17), in the order in which the key turns the pages. */
export type DisplayPage = 'balance' | 'transmission' | 'power' | 'energy' | 'month' | 'rate' | 'time-left' | 'card';

/** One page of one meter: `supply` is the number beside a quantity that belongs to a supply, `null` beside the others. */
export interface PageOfMeter {
  readonly page: DisplayPage;
  readonly supply: SupplyIndex | null;
}

/** What stands on the glass: a number with its unit, and the signs that are lit whatever page is shown. */
export interface Display extends PageOfMeter {
  readonly text: string;
  readonly unit: string;
  readonly signs: {
    readonly relayOpen: boolean;
    readonly lowBalance: boolean;
    readonly emergencyCredit: boolean;
    readonly waiting: boolean;
    readonly tamper: boolean;
  };
}

/** The pages of a meter: one purse and one line, and power, energy, month and rate of each supply. */
export function displayPages({ supplies }: Meter): readonly PageOfMeter[] {
  const pages: PageOfMeter[] = [];
  // A meter with pulses has no line that could have been heard.
  const first = supplies[0]?.flow === undefined ? OF_METER_FIRST : (['balance'] as const);
  for (const page of first) pages.push({ page, supply: null });
  for (const page of OF_SUPPLY) for (const { index } of supplies) pages.push({ page, supply: index });
  for (const page of OF_METER_LAST) pages.push({ page, supply: null });
  return pages;
}

/** Where the card's page stands among them. */
export const cardPage = (meter: Meter): number => displayPages(meter).findIndex(({ page }) => page === 'card');

const OF_METER_FIRST = ['balance', 'transmission'] as const;
const OF_SUPPLY = ['power', 'energy', 'month', 'rate'] as const;
const OF_METER_LAST = ['time-left', 'card'] as const;

/** Reads the display; the page is the one that the key has turned to, or the digits that are being keyed in. */
export function displayOf(meter: Meter): Display {
  const shown = displayPages(meter)[meter.display.page] as PageOfMeter;
  const keying = meter.display.digits !== '';
  const reasons = meter.supplies.reduce((all, { relay }) => all | relay.reasons, 0);
  return {
    ...shown,
    ...(keying ? keyedIn(meter) : quantityOf(meter, shown)),
    signs: {
      relayOpen: reasons !== 0,
      lowBalance: balanceOf(meter) <= meter.policy.lowBalance,
      emergencyCredit: meter.owed > 0,
      waiting: meter.attention !== 0,
      tamper: (reasons & RelayReason.tamper) !== 0 || meter.dismantled,
    },
  };
}

interface Quantity {
  readonly text: string;
  readonly unit: string;
}

/** What a payment card is to pay is money, in the smallest unit of it: shown as such where it is known which. */
function keyedIn(meter: Meter): Quantity {
  const { display, currency } = meter;
  if (!isAskedForMoney(meter)) return { text: display.digits, unit: 'tokens' };
  if (isTooLong(display.digits)) return { text: '--', unit: '' };
  return currency === undefined ? { text: display.digits, unit: '' } : moneyShown(Number(display.digits), currency);
}

function quantityOf(meter: Meter, { page, supply: index }: PageOfMeter): Quantity {
  const supply = meter.supplies[(index ?? 1) - 1] as Supply;
  switch (page) {
    case 'balance':
      return { text: String(balanceOf(meter)), unit: 'tokens' };
    case 'transmission':
      return { text: transmissionText(meter), unit: '' };
    case 'power':
      return { text: String(supply.watts), unit: MEASURED[meter.sam.region].flow };
    case 'energy':
      return inThousands(meter, totalsNow(supply).registerImport / 10);
    case 'month':
      return inThousands(meter, totalsNow(supply).months[0] ?? 0);
    case 'rate':
      return { text: String(supply.percent), unit: '%' };
    case 'time-left':
      return timeLeft(meter);
    case 'card':
      return ofCard(meter);
    default:
      return assertNever(page);
  }
}

/** How long each region of a card stands on its page. */
const REGION_SHOWN_MS = 3_000;

/**
 * What is left in each region of the card, in turn, behind the region's number: `2 500` are 500 of gas. Where nothing, or
 * no more, was taken it says why: `E6`.
 */
function ofCard(meter: Meter): Quantity {
  const { card, now } = meter;
  if (card === undefined) return { text: '--', unit: '' };
  if (card.isPayment) return paymentShown(meter);
  const shown: Quantity[] = card.refusal === undefined ? [] : [{ text: `E${card.refusal.reason}`, unit: '' }];
  for (const [region, balance] of card.balances) shown.push({ text: `${region} ${balance}`, unit: 'tokens' });
  return shown[Math.floor(now / REGION_SHOWN_MS) % shown.length] ?? { text: 'in', unit: '' };
}

/** What a meter of each region measures: what flows in an hour, and a thousand of its unit, as register and month. */
const MEASURED: Readonly<
  Record<Region, { readonly flow: string; readonly thousand: string; readonly digits: number }>
> = {
  [Region.electricity]: { flow: 'W', thousand: 'kWh', digits: 1 },
  [Region.gas]: { flow: 'l/h', thousand: 'm³', digits: 3 },
  [Region.water]: { flow: 'l/h', thousand: 'm³', digits: 3 },
  [Region.hotWater]: { flow: 'l/h', thousand: 'm³', digits: 3 },
  [Region.heat]: { flow: 'W', thousand: 'kWh', digits: 1 },
  // 0.001 h of it is a unit.
  [Region.payTv]: { flow: '‰', thousand: 'h', digits: 1 },
};

function inThousands({ sam }: Meter, units: number): Quantity {
  const { thousand, digits } = MEASURED[sam.region];
  return { text: (units / 1000).toFixed(digits), unit: thousand };
}

const DAYS_SHOWN_MAX = 99;

/** How long the balance lasts at the present power and price of all supplies: one purse serves them. */
function timeLeft(meter: Meter): Quantity {
  // 1 W is ten times 0.1 Wh in an hour. What flows back to the mains earns no tokens.
  const unitsAnHour = meter.supplies.reduce((sum, { watts, rate }) => sum + Math.max(0, watts) * 10 * rate, 0);
  if (unitsAnHour === 0) return { text: '--', unit: 'days' };
  const hours = (balanceOf(meter) * CHARGE_UNITS_PER_TOKEN) / unitsAnHour;
  if (hours < 48) return { text: hours.toFixed(1), unit: 'h' };
  return { text: String(Math.min(DAYS_SHOWN_MAX, Math.floor(hours / 24))), unit: 'days' };
}
