import { fromHex } from '../../bytes/index.ts';
import type { Message, MessageOf } from '../iso8583.ts';

const payment = {
  processing: '000000',
  amount: 5000,
  transmitted: '0302041109',
  trace: 123,
  localTime: '131109',
  localDate: '0302',
  acquirer: '4201',
  reference: '606104000123',
  terminal: 'WATT0001',
  merchant: 'WATTPURSE SEOUL',
  currency: 410,
} as const;
const card = { pan: '4111111111111111', expiry: '2912' } as const;
const original = {
  type: '0100',
  trace: 123,
  transmitted: '0302041109',
  acquirer: '00000004201',
  forwarder: '00000000000',
} as const;

const request = { type: '0100', ...payment, ...card } as const satisfies Message;
const answer = { type: '0110', ...payment, approval: '000001', response: '00' } as const satisfies Message;
const completion = { type: '0220', ...payment, approval: '000001', original } as const satisfies Message;
const reversal = { type: '0420', ...payment, original } as const satisfies Message;
const network = {
  type: '0800',
  transmitted: '0302041100',
  trace: 1,
  acquirer: '4201',
  terminal: 'WATT0001',
  network: '001',
} as const satisfies MessageOf<'0800'>;

/** One of every type, and some with a field that may be left out. */
export const MESSAGES: readonly Message[] = [
  request,
  { ...request, chip: fromHex('5f2a0204109f3602ff01') },
  { ...request, type: '0101' },
  answer,
  { type: '0110', trace: 123, reference: '606104000123', response: '51', terminal: 'WATT0001' },
  { ...request, type: '0200' },
  { ...request, type: '0201' },
  { ...answer, type: '0210' },
  completion,
  { ...completion, type: '0221' },
  { ...answer, type: '0230' },
  { ...reversal, type: '0400' },
  { ...reversal, type: '0401', approval: '000001' },
  { ...answer, type: '0410' },
  reversal,
  { ...reversal, type: '0421', approval: '000001' },
  { ...answer, type: '0430' },
  network,
  { ...network, type: '0801', network: '301' },
  { ...network, type: '0810', response: '00' },
  {
    ...{ ...request, entryMode: '052', sequence: 1, track2: '4111111111111111=2912201' },
    chip: fromHex('9f2608a1b2c3d4e5f60718'),
  },
];
