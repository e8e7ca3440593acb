import { Suite, suiteOf } from '../crypto/index.ts';
import { Command, isLong } from './command.ts';
import { decodeFrame, type Frame, HEADER_BYTES, Message } from './frame.ts';
import { PART_PREFIX_BYTES } from './part.ts';

/**
 * What stands in a frame, for people who look at it from outside and hold no key: `nonce` drawn at random, `part` its
 * index and count, `tag` what is checked, `sealed` what nobody on the way can read, `clear` what suite `3des` leaves
 * open, `reason` of a refusal, `unread` bytes that are none of a frame.
 */
export type SectionKind = (typeof SECTION_KINDS)[number];
export const SECTION_KINDS = ['header', 'nonce', 'part', 'tag', 'sealed', 'clear', 'reason', 'unread'] as const;

export interface Section {
  readonly kind: SectionKind;
  readonly bytes: number;
}

const TAG_BYTES = 8;
const AES_NONCE_BYTES = 16;
const DES_NONCE_BYTES = 24;

/** The sections of a frame in their order; together they are the whole of it. */
export function sectionsOf(bytes: Uint8Array): readonly Section[] {
  const frame = decodeFrame(bytes);
  const header: Section = { kind: 'header', bytes: HEADER_BYTES };
  const all = 'reason' in frame ? filled([], bytes.length, 'unread') : [header, ...bodySections(frame)];
  return all.filter((section) => section.bytes > 0);
}

function bodySections(frame: Frame): readonly Section[] {
  const { message, body } = frame;
  if (message === Message.refusal) return filled([], body.length, 'reason');
  if (message === Message.attention) return around([], body.length, 'clear');
  const suite = suiteOf(frame.n);
  const isAes = suite === Suite.aes128 || suite === Suite.aes256;
  return isAes ? aesSections(frame) : desSections(frame, suite);
}

function aesSections({ message, h, body: { length } }: Frame): readonly Section[] {
  const nonce: Section = { kind: 'nonce', bytes: AES_NONCE_BYTES };
  // Behind the nonce a load names its card.
  if (message === Message.first)
    return h === Command.addedValue ? filled([nonce], length, 'clear') : filled([], length, 'nonce');
  if (message === Message.second) return around([nonce], length, 'sealed');
  return around(prefixOf(message, h), length, 'sealed');
}

function desSections({ message, h, body: { length } }: Frame, suite: Suite): readonly Section[] {
  const tag: Section = { kind: 'tag', bytes: TAG_BYTES };
  if (message === Message.first) return filled([], length, length === DES_NONCE_BYTES ? 'nonce' : 'unread');
  if (message === Message.second) return filled([tag], length, 'nonce');
  const prefix = prefixOf(message, h);
  if (suite === Suite.tripleDesXo) {
    return prefix.length > 0 ? around(prefix, length, 'sealed') : filled([tag], length, 'sealed');
  }
  // FIG. 2 and 3: what is not value goes down in clear, and nothing that comes up is signed.
  if (message === Message.fourth) return filled(prefix, length, 'sealed');
  if (prefix.length > 0) return filled(prefix, length, 'clear');
  return filled([tag], length, h === Command.valueStore ? 'sealed' : 'clear');
}

const prefixOf = (message: Message, h: Command): readonly Section[] =>
  (message === Message.third || message === Message.fourth) && isLong(message, h)
    ? [{ kind: 'part', bytes: PART_PREFIX_BYTES }]
    : [];

/** The rest of the body is of one kind. A body that is too short for what should be there is nothing of it. */
function filled(front: readonly Section[], length: number, kind: SectionKind): readonly Section[] {
  const rest = length - front.reduce((sum, { bytes }) => sum + bytes, 0);
  return rest < 0 ? [{ kind: 'unread', bytes: length }] : [...front, { kind, bytes: rest }];
}

/** As `filled`, with a tag at the end. */
function around(front: readonly Section[], length: number, kind: SectionKind): readonly Section[] {
  const tagged = filled(front, length - TAG_BYTES, kind);
  return length < TAG_BYTES || tagged[0]?.kind === 'unread'
    ? [{ kind: 'unread', bytes: length }]
    : [...tagged, { kind: 'tag', bytes: TAG_BYTES }];
}
