import { type Static, Type } from 'typebox';
import {
  MESSAGE_CAUSES,
  MESSAGE_STATES,
  type MessageChoice,
  type SubscriberMessage,
  type WantedMessages,
} from '../../host/index.ts';
import { svpmsnText } from '../../units/index.ts';
import { LANGUAGES } from '../../words/index.ts';
import { Id, Instant, instantText, MeterNumber, maybe, OneOf, Strict, same } from './common.ts';

const PhoneNumber = Type.String({ pattern: '^[1-9][0-9]{6,14}$', description: 'Digits with the code of the country.' });
const Causes = Type.Array(OneOf(MESSAGE_CAUSES), {
  maxItems: MESSAGE_CAUSES.length,
  uniqueItems: true,
  description: 'Of what to tell; none turns everything off.',
});

export const MessageChoiceSchema = Type.Object(
  { meter: MeterNumber, number: PhoneNumber, language: OneOf(LANGUAGES), causes: Causes, chosenAt: Instant },
  { $id: 'MessageChoice', description: 'Of what a household is told by a message to its telephone.' },
);
export type MessageChoiceJson = Static<typeof MessageChoiceSchema>;
export const MessageChoiceBody = Strict({ number: PhoneNumber, language: OneOf(LANGUAGES), causes: Causes });

export const MessageSchema = Type.Object(
  {
    id: Id,
    meter: MeterNumber,
    cause: OneOf(MESSAGE_CAUSES),
    number: Type.String(),
    text: Type.String(),
    state: OneOf(MESSAGE_STATES),
    at: Instant,
    changedAt: Instant,
    attempts: Type.Integer(),
    why: Type.Optional(Type.String({ description: 'Why it failed or is unclear, or the last try was in vain.' })),
  },
  { $id: 'Message', description: 'A message to the telephone of a household, and whether it arrived.' },
);
export type MessageJson = Static<typeof MessageSchema>;

export const messageChoiceJson = ({
  svpmsn,
  number,
  language,
  causes,
  chosenAt,
}: MessageChoice): MessageChoiceJson => ({
  ...{ meter: svpmsnText(svpmsn), number, language, causes: [...causes], chosenAt: instantText(chosenAt) },
});

export const messageJson = (message: SubscriberMessage): MessageJson => ({
  ...{ id: message.id, meter: svpmsnText(message.svpmsn), cause: message.cause, number: message.number },
  ...{ text: message.text, state: message.state, at: instantText(message.at), attempts: message.attempts },
  changedAt: instantText(message.changedAt),
  ...maybe('why', message.why, same),
});

export const wantedMessages = (meter: number, body: Static<typeof MessageChoiceBody>): WantedMessages => ({
  meter,
  ...body,
});
