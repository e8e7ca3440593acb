import { type Static, Type } from 'typebox';
import {
  type ExchangeTrace,
  type ExchangeView,
  FACTS,
  OUTCOME_NAMES,
  PASS_MESSAGES,
  PROOFS,
} from '../../host/index.ts';
import { svpmsnText } from '../../units/index.ts';
import {
  Amount,
  hexOf,
  Id,
  Instant,
  instantText,
  LocalUnit,
  MeterNumber,
  maybe,
  Named,
  OneOf,
  same,
} from './common.ts';

const Hex = Type.String({ pattern: '^([0-9a-f]{2})*$' });

export const ExchangePassSchema = Type.Object(
  {
    message: OneOf(PASS_MESSAGES),
    from: OneOf(['host', 'meter']),
    at: Instant,
    bytes: Type.Integer({ description: 'Of all its frames.' }),
    frames: Type.Array(Hex, { description: 'As they went over the line, one a part.' }),
    sections: Type.Array(
      Type.Object({
        kind: Type.String({ description: 'header, nonce, part, tag, sealed, clear, reason or unread' }),
        bytes: Type.Integer(),
      }),
      { description: 'Of the first frame, in their order: together they are the whole of it.' },
    ),
    parts: Type.Integer(),
    attempts: Type.Integer({ description: 'How often the host sent it.' }),
    proves: Type.Array(OneOf(PROOFS), { description: 'To whoever receives it.' }),
    knows: Type.Array(OneOf(FACTS), { description: 'What whoever receives it knows now.' }),
    refused: Type.Optional(
      Type.String({ description: 'The rule by which this frame is refused, or says it refuses.' }),
    ),
  },
  { $id: 'ExchangePass' },
);

export const ExchangeSchema = Type.Object(
  {
    number: Type.Integer({ description: 'Rises with each that this host process began.' }),
    meter: MeterNumber,
    localUnit: LocalUnit,
    command: Type.String({ description: 'The name of H: valueStore, void, relay, …' }),
    purpose: Type.String(),
    suite: Type.String(),
    generation: Type.Integer(),
    order: Type.Optional(Id),
    counter: Type.Optional(Type.Integer({ description: 'TC, of an exchange that moves value.' })),
    amount: Type.Optional(Amount),
    startedAt: Instant,
    endedAt: Type.Optional(Instant),
    outcome: Type.Optional(
      Type.Object(
        {
          name: OneOf(OUTCOME_NAMES),
          reason: Type.Optional(Type.String({ description: 'Why it was refused, or what came first.' })),
          result: Type.Optional(Type.String({ description: 'What the meter answered.' })),
        },
        { description: 'Absent while it is under way.' },
      ),
    ),
    passes: Type.Array(Named(ExchangePassSchema)),
  },
  { $id: 'Exchange', description: 'One try of an exchange between host and meter. Nothing of it is a key.' },
);
export type ExchangeJson = Static<typeof ExchangeSchema>;

export function exchangeJson(view: ExchangeView): ExchangeJson {
  const { exchange, passes, result } = view;
  const { outcome, value } = exchange;
  return {
    number: view.number,
    meter: svpmsnText(exchange.svpmsn),
    localUnit: exchange.localUnit,
    command: view.command,
    purpose: view.purpose,
    suite: view.suite,
    generation: view.generation,
    ...(value && { order: value.order, counter: value.counter, amount: String(value.amount) }),
    startedAt: instantText(exchange.startedAt),
    ...maybe('endedAt', exchange.endedAt, instantText),
    ...(outcome && {
      outcome: {
        name: outcome.name,
        ...(outcome.name === 'refused' && { reason: outcome.reason }),
        ...(outcome.name === 'turned' && { reason: outcome.why }),
        ...maybe('result', result, same),
      },
    }),
    passes: passes.map(({ at, frames, refused, sections, proves, knows, ...pass }) => ({
      message: pass.message,
      from: pass.from,
      at: instantText(at),
      bytes: pass.bytes,
      frames: frames.map(hexOf),
      sections: [...sections],
      parts: pass.parts,
      attempts: pass.attempts,
      proves: [...proves],
      knows: [...knows],
      ...maybe('refused', refused, same),
    })),
  };
}

/** What the event `traffic` tells of a pass that was sent or answered, or of the end of its exchange. */
export const TrafficSchema = Type.Object(
  {
    meter: MeterNumber,
    localUnit: LocalUnit,
    command: Type.String(),
    pass: OneOf([...PASS_MESSAGES, 'end']),
    from: OneOf(['host', 'meter']),
    amount: Type.Optional(Amount),
    outcome: Type.Optional(OneOf(OUTCOME_NAMES)),
    refused: Type.Optional(Type.String()),
  },
  { $id: 'Traffic' },
);
export type TrafficJson = Static<typeof TrafficSchema>;

/** What the event `traffic` carries: what passed since the last one, and how many records there was no room for. */
export interface TrafficEventJson {
  readonly items: readonly TrafficJson[];
  readonly leftOut: number;
}

export function trafficJson(exchange: ExchangeTrace, command: string): TrafficJson | undefined {
  const { outcome, value, passes } = exchange;
  const last = passes.at(-1);
  if (last === undefined) return undefined;
  return {
    meter: svpmsnText(exchange.svpmsn),
    localUnit: exchange.localUnit,
    command,
    pass: outcome === undefined ? last.message : 'end',
    from: last.from,
    ...maybe('amount', value?.amount, String),
    ...maybe('outcome', outcome?.name, same),
    ...maybe('refused', last.refused, same),
  };
}
