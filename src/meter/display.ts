import { RelayReason } from '../records/index.ts';
import { CHARGE_UNITS_PER_TOKEN } from '../tariff/index.ts';
import { balanceOf, type Meter, type Supply } from './state.ts';
import { totalsNow } from './totals.ts';

/** The pages of the display (part 17), in the order in which the key turns them. */
export const DISPLAY_PAGES = [
  'balance',
  'transmission',
  'power',
  'energy',
  'month',
  'rate',
  'time-left',
  'card',
] as const;
export type DisplayPage = (typeof DISPLAY_PAGES)[number];

/** What stands on the glass: a number with its unit, and the signs that are lit whatever page is shown. */
export interface Display {
  readonly page: DisplayPage;
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

/** Reads the display; the page is the one that the key has turned to, or the digits that are being keyed in. */
export function displayOf(meter: Meter): Display {
  const page = DISPLAY_PAGES[meter.display.page] as DisplayPage;
  const keying = meter.display.digits !== '';
  const shown = keying ? { text: meter.display.digits, unit: 'tokens' } : pageOf(meter, page);
  const reasons = meter.supplies.reduce((all, { relay }) => all | relay.reasons, 0);
  return {
    page,
    ...shown,
    signs: {
      relayOpen: reasons !== 0,
      lowBalance: balanceOf(meter) <= meter.policy.lowBalance,
      emergencyCredit: meter.owed > 0,
      waiting: meter.attention !== 0,
      tamper: (reasons & RelayReason.tamper) !== 0 || meter.dismantled,
    },
  };
}

function pageOf(meter: Meter, page: DisplayPage): { readonly text: string; readonly unit: string } {
  const supply = meter.supplies[0] as Supply;
  switch (page) {
    case 'balance':
      return { text: String(balanceOf(meter)), unit: 'tokens' };
    case 'transmission':
      return { text: transmissionState(meter), unit: '' };
    case 'power':
      return { text: String(meter.supplies.reduce((sum, { watts }) => sum + watts, 0)), unit: 'W' };
    case 'energy':
      return { text: kilowattHours(totalsNow(supply).registerImport / 10), unit: 'kWh' };
    case 'month':
      return { text: kilowattHours(totalsNow(supply).months[0] ?? 0), unit: 'kWh' };
    case 'rate':
      return { text: String(supply.percent), unit: '%' };
    case 'time-left':
      return timeLeft(meter, supply);
    case 'card':
      return { text: meter.cardInserted ? 'in' : '--', unit: '' };
  }
}

const kilowattHours = (wattHours: number): string => (wattHours / 1000).toFixed(1);

function transmissionState(meter: Meter): string {
  if (meter.attention !== 0) return 'calling';
  const session = meter.sam.terminal.sessions.at(-1);
  return session === undefined || session.state.name === 'answered' ? 'ready' : 'in use';
}

const DAYS_SHOWN_MAX = 99;

/** How long the balance lasts at the present power and price. */
function timeLeft(meter: Meter, supply: Supply): { readonly text: string; readonly unit: string } {
  const unitsAnHour = supply.watts * 10 * supply.rate; // 1 W is ten times 0.1 Wh in an hour
  if (unitsAnHour === 0) return { text: '--', unit: 'days' };
  const hours = (balanceOf(meter) * CHARGE_UNITS_PER_TOKEN) / unitsAnHour;
  if (hours < 48) return { text: hours.toFixed(1), unit: 'h' };
  return { text: String(Math.min(DAYS_SHOWN_MAX, Math.floor(hours / 24))), unit: 'days' };
}
