import type { MessageChoice, PhoneAccess, PhoneCall, SubscriberMessage } from '../host/index.ts';
import { table } from './table.ts';

export const phoneAccess = table<PhoneAccess>('phone_access', ['id'], {
  id: 'text',
  svpmsn: 'number',
  number: 'text?',
  language: 'text',
  usual: 'number?',
  means: 'json',
  pin: 'text',
  allowedAt: 'number',
});
export const calls = table<PhoneCall>('calls', ['id'], {
  id: 'text',
  carrier: 'text',
  from: 'text?',
  svpmsn: 'number?',
  language: 'text?',
  state: 'text',
  begunAt: 'number',
  endedAt: 'number?',
  callBack: 'text?',
  steps: 'json',
});
export const messageChoices = table<MessageChoice>('message_choices', ['id'], {
  id: 'text',
  svpmsn: 'number',
  number: 'text',
  language: 'text',
  causes: 'json',
  chosenAt: 'number',
});
export const messages = table<SubscriberMessage>('messages', ['id'], {
  id: 'text',
  key: 'text',
  svpmsn: 'number',
  cause: 'text',
  number: 'text',
  text: 'text',
  state: 'text',
  at: 'number',
  dueAt: 'number',
  attempts: 'number',
  changedAt: 'number',
  why: 'text?',
});
