import type { DemoPort, Panel, PanelAction } from '../api/index.ts';
import type { CardChip } from '../card/index.ts';
import type { Role } from '../host/index.ts';
import { cardPaymentOf, displayOf, interphoneOf, KEYED_MS, paidByCard, paidValueArrived } from '../meter/index.ts';
import { APPLIANCES, type CardHouseholds, type House, subscriberOfHouse, type Utility } from '../simulation/index.ts';
import { assertNever, milliseconds, type Svpmsn } from '../units/index.ts';
import { DemoChip } from './demo-chip.ts';
import type { DemoControl } from './demo-control.ts';
import { DEMO_PURSES } from './demo-partners.ts';

/** So long, by the clock on the wall, whoever keys digits in may look for the next. */
const HAND_MS = 20_000;

export interface StageOptions {
  readonly utility: Utility;
  readonly cards: CardHouseholds;
  readonly control: DemoControl;
  readonly zone: string;
  /** Who may be whom without a password. */
  readonly people: ReadonlyMap<Role, string>;
}

/** The demo as the API lends it to pages: its houses with their real meters. */
export function demoStage({ utility, cards, control, zone, people }: StageOptions): DemoPort {
  const chip = new DemoChip((bytes) => crypto.getRandomValues(new Uint8Array(bytes)));
  const houseOf = (meter: number): House | undefined => utility.house(meter as Svpmsn);
  return {
    people,
    purses: DEMO_PURSES,
    zone,
    time: () => ({ now: milliseconds(utility.time.now), speed: control.speed }),
    meters: () => utility.houses.map(({ svpmsn }, i) => ({ svpmsn, subscriber: subscriberOfHouse(i) })),
    cards: () => cards.holders,
    sendCard: (csn) => cards.sendOut(csn),
    payByCard: async (paid) => {
      const { currency } = await utility.host.terms();
      return chip.pay({ paid, currency, at: milliseconds(utility.time.now) });
    },
    readCard: (csn) => cards.holdToReader(csn),
    setSpeed: (speed) => {
      control.speed = speed;
    },
    cutLine: (localUnit, cut) => control.cutLine(localUnit, cut),
    panel: (meter) => {
      const house = houseOf(meter);
      const lineCut = house !== undefined && utility.transformers[house.localUnit]?.cut === true;
      const around = { now: utility.time.now, lineCut, bankCard: chip.card };
      return house && panelOf(house, { ...around, card: cards.cardOf(house) });
    },
    act: (meter, action) => {
      const house = houseOf(meter);
      return house !== undefined && act({ utility, cards, control, house, bankCard: chip.card }, action);
    },
  };
}

interface Hand {
  readonly utility: Utility;
  readonly cards: CardHouseholds;
  readonly control: DemoControl;
  readonly house: House;
  readonly bankCard: CardChip;
}

function act({ utility, cards, control, house, bankCard }: Hand, action: PanelAction): boolean {
  const { now } = utility.time;
  switch (action.type) {
    case 'press':
      // The time of a demo goes faster than the hand at its panel.
      house.press(action.key, now, Math.max(KEYED_MS, HAND_MS * control.speed));
      return true;
    case 'switch': {
      const appliance = APPLIANCES.find(({ id }) => id === action.appliance);
      if (appliance !== undefined) house.switchAppliance(appliance.id, action.on, now);
      return appliance !== undefined;
    }
    case 'cover':
      if (action.lifted !== house.coverLifted) house.tamper('cover', action.lifted, now);
      return true;
    case 'card':
      return cards.moveCard(house, action.to);
    case 'bank-card':
      // There is one: it is wherever it was put last.
      for (const each of utility.houses) if (each.holds(bankCard)) each.removeCard(now);
      if (action.to === 'slot') house.insertCard(bankCard, now);
      return true;
    case 'bypass':
      control.bypass(house, action.on);
      return true;
    case 'power':
      if (action.on) utility.powerReturns(house);
      else utility.powerFails(house);
      return true;
    default:
      return assertNever(action);
  }
}

interface Around {
  readonly now: number;
  readonly lineCut: boolean;
  readonly card: Panel['card'];
  readonly bankCard: CardChip;
}

function panelOf(house: House, { now, lineCut, card, bankCard }: Around): Panel {
  const { meter, dark } = house;
  const { display, stored, exchanger, owed, kept } = meter;
  const { page, supply, text, unit, signs } = displayOf(meter);
  return {
    svpmsn: house.svpmsn,
    localUnit: house.localUnit,
    display: dark ? undefined : { page, supply: supply ?? undefined, text, unit, keying: display.digits !== '', signs },
    interphone: dark ? { state: 'idle', prompts: [] } : interphoneOf(meter),
    buzzer: house.buzzing,
    warnings: house.warnings,
    supplies: meter.supplies.map(({ index, relay, percent, watts }) => {
      const open = relay.reasons !== 0;
      // Measured once a minute: what was measured before the relay opened flows no more.
      return { supply: index, open, reasons: relay.reasons, watts: dark || open ? 0 : watts, percent };
    }),
    credit: {
      balance: house.balance,
      stored,
      tank: exchanger.tank,
      exchanger: exchanger.tokens,
      owed,
      frozen: house.frozen,
    },
    clock: dark || !kept.clockSet ? undefined : milliseconds(Math.floor(house.oscillator(now) + kept.clockOffsetMs)),
    attention: meter.attention,
    coverLifted: house.coverLifted,
    dismantled: meter.dismantled,
    bypassed: house.bypassWatts > 0,
    powered: !dark,
    lineCut,
    card,
    bankCard: bankCardAt(house, bankCard),
    appliances: APPLIANCES.map(({ id, watts }) => ({ id, watts, on: house.sockets.isOn(id) })),
  };
}

function bankCardAt(house: House, bankCard: CardChip): Panel['bankCard'] {
  const payment = paymentIn(house, bankCard);
  const isPaid = payment === 'approved';
  const paid = isPaid ? paidByCard(house.meter) : undefined;
  const valueArrived = isPaid && paidValueArrived(house.meter);
  return { where: house.holds(bankCard) ? 'slot' : 'hand', payment, paid, valueArrived };
}

/** As the meter has it; nothing without power, and while another card is in its slit, or none. */
function paymentIn(house: House, bankCard: CardChip): Panel['bankCard']['payment'] {
  return house.dark || !house.holds(bankCard) ? 'none' : cardPaymentOf(house.meter);
}
