import { type BackhaulMessage, decodeEnvelope } from '../backhaul/index.ts';
import { keyNameFromByte, keyNameText } from '../crypto/index.ts';
import { type Command, Command as Commands, decodeFrame, decodeRefusal, Message, Refusal } from '../exchange/index.ts';
import { decodeLineFrame, LineKind } from '../line/index.ts';
import { layoutOf } from '../meter/index.ts';
import { type Svpmsn, svpmsnText } from '../units/index.ts';
import type { Stricken } from './faults.ts';
import type { TornWrite } from './faulty-memory.ts';

const COMMAND_TEXT: Readonly<Record<Command, string>> = {
  [Commands.valueStore]: 'a value store',
  [Commands.void]: 'a void',
  [Commands.receiptQuery]: 'a receipt query',
  [Commands.closePurse]: 'a closing of the purse',
  [Commands.addedValue]: 'value for a card',
  [Commands.modeTable]: 'a mode table',
  [Commands.clockSet]: 'a clock set',
  [Commands.relay]: 'a relay command',
  [Commands.supplyPolicy]: 'a supply policy',
  [Commands.hotList]: 'the hot list of cards',
  [Commands.interphone]: 'what its interphone says',
  [Commands.cardPayment]: 'a payment by card',
  [Commands.keyChange]: 'a key change',
  [Commands.useAndLog]: 'a use and log read',
  [Commands.clockSlew]: 'a clock slew',
  [Commands.events]: 'an event read',
};

const spelled = (name: string): string => name.replace(/[A-Z]/g, (c) => ` ${c.toLowerCase()}`);
const REFUSAL_TEXT = new Map(Object.entries(Refusal).map(([name, reason]) => [reason, spelled(name)]));
const LINE_KIND_TEXT = new Map(Object.entries(LineKind).map(([name, kind]) => [kind, spelled(name)]));

/** An exchange frame as a person tells of it: `M3 of a value store (value aes128 generation 0)`. */
export function frameInWords(bytes: Uint8Array): string {
  const frame = decodeFrame(bytes);
  if ('reason' in frame) return `${bytes.length} bytes that are no frame`;
  if (frame.message === Message.attention) return 'an attention';
  const command = COMMAND_TEXT[frame.h];
  if (frame.message !== Message.refusal) return `M${frame.message} of ${command} (${keyNameText(frame.n)})`;
  const refusal = decodeRefusal(frame);
  return `a refusal of ${command}: ${'reason' in refusal ? 'without a reason' : REFUSAL_TEXT.get(refusal.refusal)}`;
}

/** What a meter was asked, and what it said. */
export function exchangeInWords(svpmsn: Svpmsn, request: Uint8Array, answer: Uint8Array | undefined): string {
  const said = answer === undefined ? 'says nothing' : `answers ${frameInWords(answer)}`;
  return `meter ${svpmsnText(svpmsn)} hears ${frameInWords(request)} and ${said}`;
}

/** A message between a host and a local unit. */
export function messageInWords(message: BackhaulMessage): string {
  switch (message.type) {
    case 'carry':
      return `carry ${message.frames.map(frameInWords).join(', ')} to meter ${svpmsnText(message.svpmsn)}`;
    case 'carried': {
      const meter = `meter ${svpmsnText(message.svpmsn)}`;
      if (message.outcome !== 'answered') return `${meter}: ${message.outcome}`;
      return `${meter} answered ${message.frames.map(frameInWords).join(', ')}`;
    }
    case 'poll-result':
      return `polled meter ${svpmsnText(message.svpmsn)}`;
    case 'collect':
      return `poll meter ${svpmsnText(message.svpmsn)}`;
    case 'attention':
      return `meter ${svpmsnText(message.svpmsn)} calls, reasons ${message.reasons.toString(2)}`;
    case 'monitoring-keys':
      return `keys ${message.entries.map(({ svpmsn, n }) => `${keyNameText(keyNameFromByte(n))} of ${svpmsnText(svpmsn)}`).join(', ')}`;
    case 'monitoring-keys-answer':
      return `took ${message.taken} keys and refused ${message.refused.length}`;
    case 'monitoring-keys-wanted':
      return `lacks keys of ${message.svpmsns.map(svpmsnText).join(', ')}`;
    case 'address-map':
      return `address map ${message.version} with ${message.entries.length} meters`;
    default:
      return message.type;
  }
}

/** Where the power of a meter went: `cut: meter 0a1b33 writes its purse at 1344, and 12 of 95 bytes are there, the next is garbage`. */
export function tornInWords(svpmsn: Svpmsn, { memory, address, length, whole, cutByte }: TornWrite): string {
  const where = memory === 'nvm' ? `its ${partAt(address)}` : `the memory of its ${memory.toUpperCase()}`;
  const next = cutByte === 'old' ? 'the next is as it was' : 'the next is garbage';
  return `cut: meter ${svpmsnText(svpmsn)} writes ${where} at ${address}, and ${whole} of ${length} bytes are there, ${next}`;
}

/** What lies there in the memory of a board with one supply. */
function partAt(address: number): string {
  const { state, policy, events, supplies } = layoutOf(1);
  const [{ tables, totals, energies } = { tables: [], totals: [], energies: 0 }] = supplies;
  const begins: readonly (readonly [from: number | undefined, part: string])[] = [
    [energies, 'load profile'],
    [totals[0], 'totals'],
    [tables[0], 'mode tables'],
    [events, 'events'],
    [policy[0], 'supply policy'],
    [state, 'state'],
  ];
  return begins.find(([from = 0]) => address >= from)?.[1] ?? 'purse';
}

/** What a fault strikes, to be said after its name; nothing where nobody knows. */
export function strickenInWords(stricken: Stricken | undefined): string {
  if (stricken === undefined) return '';
  if (typeof stricken === 'string') return ` of ${stricken}`;
  if (typeof stricken === 'number') return ` of meter ${svpmsnText(stricken)}`;
  const line = decodeLineFrame(stricken);
  if (!('reason' in line)) {
    const exchange = decodeFrame(line.payload);
    if (!('reason' in exchange)) return ` of ${frameInWords(line.payload)}, meter ${svpmsnText(exchange.svpmsn)}`;
    return ` of ${LINE_KIND_TEXT.get(line.kind)}, address ${line.address}`;
  }
  const envelope = decodeEnvelope(stricken);
  if (!('reason' in envelope)) return ` of unit ${envelope.localUnit}, ${messageInWords(envelope.message)}`;
  return ` of ${stricken.length} bytes`;
}
