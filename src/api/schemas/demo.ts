import { type Static, Type } from 'typebox';
import { type PaymentMethod, ROLES } from '../../host/index.ts';
import { AttentionReason, RelayReason } from '../../records/index.ts';
import { svpmsnText } from '../../units/index.ts';
import { promptText } from '../../words/index.ts';
import {
  BANK_CARD_PAYMENTS,
  CARD_PLACES,
  DEMO_SPEED_MAX,
  type DemoPort,
  type DemoTime,
  INTERPHONE_STATES,
  PANEL_KEYS,
  PANEL_PAGES,
  PANEL_SIGNS,
  type Panel,
  type PanelAction,
} from '../demo-port.ts';
import { Problem } from '../problem.ts';
import {
  Amount,
  bitNames,
  CardNumber,
  Id,
  Instant,
  instantText,
  LocalUnit,
  MeterNumber,
  maybe,
  OneOf,
  Strict,
  Supply,
} from './common.ts';
import { Method } from './money.ts';
import { RoleSchema } from './people.ts';

const Speed = Type.Integer({ minimum: 1, maximum: DEMO_SPEED_MAX, description: 'Business seconds a second.' });

export const DemoSchema = Type.Object(
  {
    roles: Type.Array(RoleSchema, { description: 'Whom one can be without a password; nobody where it is not safe.' }),
    canEnter: Type.Boolean({ description: 'Whether POST /demo/session is open to whoever asks.' }),
    now: Instant,
    speed: Speed,
    zone: Type.String({ description: 'IANA name.' }),
    meters: Type.Array(Type.Object({ number: MeterNumber, subscriber: Id })),
    cards: Type.Array(Type.Object({ number: CardNumber, subscriber: Id, meters: Type.Array(MeterNumber) }), {
      description: 'Purse cards that people here have, and the meters without a line that they carry them to.',
    }),
    purses: Type.Array(Type.Object({ method: Method, account: Type.String() }), {
      description: 'With what one may pay here: the number of a card or of a telephone that exists nowhere else.',
    }),
  },
  { $id: 'Demo', description: 'What a demo says of itself before anybody is logged in.' },
);
export type DemoJson = Static<typeof DemoSchema>;

export const demoJson = (demo: DemoPort, canEnter: boolean): DemoJson => ({
  roles: canEnter ? ROLES.filter((role) => demo.people.has(role)) : [],
  canEnter,
  ...timeJson(demo.time()),
  zone: demo.zone,
  meters: demo.meters().map(({ svpmsn, subscriber }) => ({ number: svpmsnText(svpmsn), subscriber })),
  cards: demo.cards().map(({ csn, subscriber, meters }) => ({
    ...{ number: csn, subscriber, meters: meters.map(svpmsnText) },
  })),
  purses: (Object.keys(demo.purses) as PaymentMethod[]).map((method) => ({
    method,
    account: demo.purses[method] ?? '',
  })),
});

export const NewDemoSession = Strict({ role: RoleSchema });
export const DemoSpeed = Strict({ speed: Speed });
export const DemoLine = Strict({ cut: Type.Boolean() });
export const DemoLineParams = Strict({ localUnit: LocalUnit });

/** What the event `now` carries too. */
export const DemoTimeSchema = Type.Object({ now: Instant, speed: Speed }, { $id: 'DemoTime' });
export type DemoTimeJson = Static<typeof DemoTimeSchema>;
export const timeJson = ({ now, speed }: DemoTime): DemoTimeJson => ({ now: instantText(now), speed });

const relayReasons = Object.keys(RelayReason) as (keyof typeof RelayReason)[];
const attentionReasons = Object.keys(AttentionReason) as (keyof typeof AttentionReason)[];

export const PanelSchema = Type.Object(
  {
    meter: MeterNumber,
    localUnit: LocalUnit,
    now: Instant,
    speed: Speed,
    display: Type.Optional(
      Type.Object(
        {
          page: OneOf(PANEL_PAGES),
          supply: Type.Optional(Supply),
          text: Type.String({ description: 'The number on the glass, as the meter forms it.' }),
          unit: Type.String(),
          keying: Type.Boolean({ description: 'Digits of a request stand in place of the page.' }),
          signs: Type.Array(OneOf(PANEL_SIGNS), { description: 'Those that are lit.' }),
        },
        { description: 'LCD 17. Absent without power: the glass is empty.' },
      ),
    ),
    interphone: Type.Object(
      {
        state: OneOf(INTERPHONE_STATES),
        heard: Type.Array(Type.String(), { description: 'Sentence by sentence, in the language of the call.' }),
      },
      { description: 'Interphone 20: whether somebody calls by it, and what its voice says.' },
    ),
    buzzer: Type.Boolean({ description: 'Buzzer 4 sounds until credit comes.' }),
    warnings: Type.Integer({ description: 'Short warnings of the buzzer since the demo was started.' }),
    supplies: Type.Array(
      Type.Object({
        supply: Supply,
        open: Type.Boolean(),
        reasons: Type.Array(OneOf(relayReasons), { description: 'Why relay 1 is open.' }),
        watts: Type.Integer(),
        percent: Type.Integer({ description: 'The step of the tariff in force, of the unit charge.' }),
      }),
    ),
    credit: Type.Object({
      balance: Amount,
      stored: Amount,
      tank: Amount,
      exchanger: Amount,
      owed: Amount,
      frozen: Type.Boolean(),
    }),
    clock: Type.Optional(Type.String({ format: 'date-time', description: "The meter's own; absent while not set." })),
    attention: Type.Array(OneOf(attentionReasons), { description: 'What it calls its local unit for.' }),
    cover: OneOf(['closed', 'lifted']),
    dismantled: Type.Boolean({ description: 'The cover was lifted: its value and control keys are erased.' }),
    bypass: Type.Boolean(),
    power: Type.Boolean({ description: 'Whether the house has its supply.' }),
    lineCut: Type.Boolean({ description: 'The wire behind its local unit is cut.' }),
    card: Type.Optional(
      Type.Object(
        { number: CardNumber, where: OneOf(CARD_PLACES) },
        { description: 'The purse card of those who live there: at hand, in slit 60, or carried about.' },
      ),
    ),
    bankCard: Type.Object(
      {
        where: OneOf(['hand', 'slot']),
        payment: OneOf(BANK_CARD_PAYMENTS),
        paid: Type.Optional(Amount),
        valueArrived: Type.Optional(
          Type.Literal(true, { description: 'Value has come into the meter since it paid.' }),
        ),
      },
      { description: 'The bank card of the demo: at hand, or in slit 60, and how it pays there.' },
    ),
    appliances: Type.Array(
      Type.Object({
        id: Type.String(),
        name: Type.String({ description: 'The key under which pages have its name.' }),
        watts: Type.Integer(),
        on: Type.Boolean(),
      }),
    ),
  },
  { $id: 'Panel', description: 'A meter of the demo as the thing that hangs in the house.' },
);
export type PanelJson = Static<typeof PanelSchema>;

const bankCardJson = ({ where, payment, paid, valueArrived }: Panel['bankCard']): PanelJson['bankCard'] => ({
  ...{ where, payment },
  ...maybe('paid', paid, String),
  ...(valueArrived && { valueArrived }),
});

export function panelJson(panel: Panel, time: DemoTime): PanelJson {
  const { display, credit } = panel;
  return {
    meter: svpmsnText(panel.svpmsn),
    localUnit: panel.localUnit,
    ...timeJson(time),
    ...(display && {
      display: {
        page: display.page,
        ...(display.supply !== undefined && { supply: display.supply }),
        text: display.text,
        unit: display.unit,
        keying: display.keying,
        signs: PANEL_SIGNS.filter((sign) => display.signs[sign]),
      },
    }),
    interphone: {
      state: panel.interphone.state,
      heard: panel.interphone.prompts.flatMap((prompt) => promptText(prompt) ?? []),
    },
    buzzer: panel.buzzer,
    warnings: panel.warnings,
    supplies: panel.supplies.map(({ reasons, ...supply }) => ({
      ...supply,
      reasons: bitNames(reasons, RelayReason) as (keyof typeof RelayReason)[],
    })),
    credit: {
      balance: String(credit.balance),
      stored: String(credit.stored),
      tank: String(credit.tank),
      exchanger: String(credit.exchanger),
      owed: String(credit.owed),
      frozen: credit.frozen,
    },
    ...maybe('clock', panel.clock, instantText),
    attention: bitNames(panel.attention, AttentionReason) as (keyof typeof AttentionReason)[],
    cover: panel.coverLifted ? 'lifted' : 'closed',
    dismantled: panel.dismantled,
    bypass: panel.bypassed,
    power: panel.powered,
    lineCut: panel.lineCut,
    ...maybe('card', panel.card, ({ csn, where }) => ({ number: csn, where })),
    bankCard: bankCardJson(panel.bankCard),
    appliances: panel.appliances.map(({ id, watts, on }) => ({ id, name: `appliance.${id}`, watts, on })),
  };
}

export const NewPanelAction = Strict(
  {
    press: Type.Optional(OneOf(PANEL_KEYS)),
    appliance: Type.Optional(Type.String({ maxLength: 32, description: 'Its id; `on` says what becomes of it.' })),
    on: Type.Optional(Type.Boolean()),
    cover: Type.Optional(OneOf(['lifted', 'closed'])),
    card: Type.Optional(OneOf(['slot', 'hand'], 'Where the card of the house is put.')),
    bankCard: Type.Optional(OneOf(['slot', 'hand'], 'Where the bank card of the demo is put.')),
    bypass: Type.Optional(Type.Boolean({ description: 'A wire over the terminals, or none.' })),
    power: Type.Optional(Type.Boolean({ description: 'Whether the house has its supply.' })),
  },
  { description: 'One of: press, appliance with on, cover, card, bankCard, bypass, power.' },
);

/** @throws Problem when it is not one thing that is asked for */
export function panelAction(body: Static<typeof NewPanelAction>): PanelAction {
  const { press, appliance, on, cover, card, bankCard, bypass, power } = body;
  const asked: PanelAction[] = [];
  if (press !== undefined) asked.push({ type: 'press', key: press });
  if (appliance !== undefined && on !== undefined) asked.push({ type: 'switch', appliance, on });
  if (cover !== undefined) asked.push({ type: 'cover', lifted: cover === 'lifted' });
  if (card !== undefined) asked.push({ type: 'card', to: card });
  if (bankCard !== undefined) asked.push({ type: 'bank-card', to: bankCard });
  if (bypass !== undefined) asked.push({ type: 'bypass', on: bypass });
  if (power !== undefined) asked.push({ type: 'power', on: power });
  const [action] = asked;
  if (action !== undefined && asked.length === 1 && (appliance === undefined) === (on === undefined)) return action;
  throw new Problem(
    'input-wrong',
    'One thing is done at a time: press, appliance with on, cover, card, bankCard, bypass or power.',
  );
}
