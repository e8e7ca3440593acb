import { type Static, Type } from 'typebox';
import { CALL_STEPS, type PhoneAccessView, type PhoneCall, type WantedAccess } from '../../host/index.ts';
import { meterDigits, svpmsnText } from '../../units/index.ts';
import { LANGUAGES } from '../../words/index.ts';
import { Amount, Id, Instant, instantText, Line, MeterNumber, maybe, OneOf, Strict, same } from './common.ts';

const PhoneNumber = Type.String({ pattern: '^[1-9][0-9]{6,14}$', description: 'Digits with the code of the country.' });
const Means = Strict({ port: Line(1, 64), account: OneOf(['mandate', 'token']) });

export const PhoneAccessSchema = Type.Object(
  {
    meter: MeterNumber,
    digits: Type.String({ description: 'What is keyed for the meter: its number in decimal, and a check digit.' }),
    number: Type.Optional(PhoneNumber),
    language: OneOf(LANGUAGES),
    usual: Type.Optional(Amount),
    hasPin: Type.Boolean(),
    means: Type.Array(Means, { description: 'What is kept to pay with, without its references.' }),
    allowedAt: Instant,
  },
  { $id: 'PhoneAccess', description: 'What a household may do by telephone; its PIN is never told.' },
);

export type PhoneAccessJson = Static<typeof PhoneAccessSchema>;

export const PhoneAccessBody = Strict({
  number: Type.Optional(PhoneNumber),
  language: OneOf(LANGUAGES),
  usual: Type.Optional(Amount),
  means: Type.Optional(
    Type.Array(
      Type.Union([
        Strict({ port: Line(1, 64), account: Strict({ type: Type.Literal('token'), token: Line(1, 128) }) }),
        Strict({ port: Line(1, 64), account: Strict({ type: Type.Literal('mandate'), reference: Line(1, 128) }) }),
      ]),
      { maxItems: 4, description: 'What is kept stays where it is left out.' },
    ),
  ),
  pin: Type.Optional(
    Type.Union([Type.String({ pattern: '^[0-9]{6}$' }), Type.Null()], {
      description: 'The one that holds stays where it is left out, and null takes it away.',
    }),
  ),
});

const CallStep = Type.Object({
  at: Instant,
  name: OneOf(CALL_STEPS),
  payment: Type.Optional(Type.String()),
  by: Type.Optional(Type.String({ description: 'The login of whoever took the call.' })),
});

export const CallSchema = Type.Object(
  {
    id: Id,
    carrier: OneOf(['sip', 'hosted', 'ussd', 'chat', 'meter']),
    from: Type.Optional(Type.String()),
    meter: Type.Optional(MeterNumber),
    language: Type.Optional(OneOf(LANGUAGES)),
    state: OneOf(['live', 'ended', 'wants-person']),
    begunAt: Instant,
    endedAt: Type.Optional(Instant),
    callBack: Type.Optional(Type.String({ description: 'Where a person is to call back.' })),
    steps: Type.Array(CallStep, { description: 'What was asked and done; no digit that was keyed, and no word.' }),
  },
  { $id: 'Call', description: 'A call by telephone, live or past.' },
);
export type CallJson = Static<typeof CallSchema>;

export const callJson = ({ svpmsn, ...call }: PhoneCall): CallJson => ({
  ...{ id: call.id, carrier: call.carrier, state: call.state, begunAt: instantText(call.begunAt) },
  ...maybe('from', call.from, same),
  ...maybe('meter', svpmsn, svpmsnText),
  ...maybe('language', call.language, same),
  ...maybe('endedAt', call.endedAt, instantText),
  ...maybe('callBack', call.callBack, same),
  steps: call.steps.map(({ at, name, subject }) => ({
    ...{ at: instantText(at), name },
    ...maybe(name === 'person-came' ? 'by' : 'payment', subject, same),
  })),
});

export const phoneAccessJson = ({ svpmsn, number, language, usual, hasPin, means, allowedAt }: PhoneAccessView) => ({
  ...{ meter: svpmsnText(svpmsn), digits: meterDigits(svpmsn), language, hasPin, allowedAt: instantText(allowedAt) },
  ...maybe('number', number, same),
  ...maybe('usual', usual, String),
  means: means.map(({ port, account }) => ({ port, account: account.type })),
});

export const wantedAccess = (
  meter: number,
  { number, language, usual, means, pin }: Static<typeof PhoneAccessBody>,
): WantedAccess => ({
  ...{ meter, number, language, usual: usual === undefined ? undefined : Number(usual) },
  ...maybe('means', means, same),
  ...maybe('pin', pin, same),
});
