import { concat, Reader } from '../bytes/index.ts';

/*
 * ISO 8583:1987: type, 4 digits | bitmap, 8 bytes, or 16 where a field above 64 is present | the present fields, by
 * number. All is ASCII but the bitmap and field 55, which are bytes. A field of changing length has its length before
 * it, two or three digits. On a connection each message has its length before it: u16, big-endian.
 */

/** Our fields come to some 450 bytes; others may add some with three digits of length. */
export const MESSAGE_BYTES_MAX = 8192;
/** Type and bitmap. */
export const MESSAGE_BYTES_MIN = 12;
/** What common readers of chip data take in one message. */
export const CHIP_BYTES_MAX = 255;

/** Field 90: which message a completion or a reversal is about. */
export interface OriginalElements {
  /** 4 digits. */
  readonly type: string;
  readonly trace: number;
  /** As its field 7 had it. */
  readonly transmitted: string;
  /** 11 digits, with zeros before. */
  readonly acquirer: string;
  /** 11 digits; zeros where nobody forwarded it. */
  readonly forwarder: string;
}

interface Form<T> {
  /** `undefined` for a value that does not fit. */
  write(value: T): Uint8Array | undefined;
  read(bytes: Uint8Array): T | undefined;
}

interface Field<T> extends Form<T> {
  readonly number: number;
  readonly title: string;
}

const field = <T>(number: number, title: string, form: Form<T>): Field<T> => ({ number, title, ...form });

const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
const textOf = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

/** A text that matches, and stands on the wire as it is. */
const exactly = (pattern: RegExp): Form<string> => ({
  write: (value) => (pattern.test(value) ? bytesOf(value) : undefined),
  read: (bytes) => {
    const text = textOf(bytes);
    return pattern.test(text) ? text : undefined;
  },
});

/** `n`: a text of digits. */
const digits = (least: number, most = least): Form<string> => exactly(new RegExp(`^[0-9]{${least},${most}}$`));

/** `n`: a number with zeros before it. */
const whole = (width: number): Form<number> => ({
  write: (value) =>
    Number.isSafeInteger(value) && value >= 0 && value < 10 ** width
      ? bytesOf(String(value).padStart(width, '0'))
      : undefined,
  read: (bytes) => {
    const text = digits(width).read(bytes);
    return text === undefined ? undefined : Number(text);
  },
});

/** `an`, `anp` and `ans`: printable, with spaces behind it that are not part of it. */
const padded = (width: number): Form<string> => ({
  write: (value) =>
    /^([\x20-\x7e]*[\x21-\x7e])?$/.test(value) ? exactly(printable(width)).write(value.padEnd(width)) : undefined,
  read: (bytes) => exactly(printable(width)).read(bytes)?.trimEnd(),
});
const printable = (width: number) => new RegExp(`^[\\x20-\\x7e]{${width}}$`);

const chipData: Form<Uint8Array> = {
  write: (value) => (value.length > 0 && value.length <= CHIP_BYTES_MAX ? value : undefined),
  // A copy, of a Buffer too, whose own slice is a view: the caller may reuse it.
  read: (bytes) => (bytes.length > 0 && bytes.length <= CHIP_BYTES_MAX ? Uint8Array.from(bytes) : undefined),
};

/** 4 + 6 + 10 + 11 + 11 digits. */
const originalElements: Form<OriginalElements> = {
  write: ({ type, trace, transmitted, acquirer, forwarder }) => {
    const parts = [
      digits(4).write(type),
      whole(6).write(trace),
      digits(10).write(transmitted),
      digits(11).write(acquirer),
      digits(11).write(forwarder),
    ];
    return parts.includes(undefined) ? undefined : concat(...(parts as Uint8Array[]));
  },
  read: (bytes) => {
    const text = digits(42).read(bytes);
    if (text === undefined) return undefined;
    return {
      type: text.slice(0, 4),
      trace: Number(text.slice(4, 10)),
      transmitted: text.slice(10, 20),
      acquirer: text.slice(20, 31),
      forwarder: text.slice(31),
    };
  },
};

const FIELDS = {
  pan: field(2, 'primary account number', digits(12, 19)),
  /** 000000 is a purchase. */
  processing: field(3, 'processing code', digits(6)),
  /** Minor units. */
  amount: field(4, 'amount', whole(12)),
  /** MMDDhhmmss, UTC. */
  transmitted: field(7, 'transmission date and time', digits(10)),
  trace: field(11, 'system trace audit number', whole(6)),
  /** hhmmss where the payer is. */
  localTime: field(12, 'local time', digits(6)),
  /** MMDD. */
  localDate: field(13, 'local date', digits(4)),
  /** YYMM. */
  expiry: field(14, 'expiry date', digits(4)),
  /** 052: a chip with contacts was read where no PIN can be typed. */
  entryMode: field(22, 'point of service entry mode', digits(3)),
  sequence: field(23, 'card sequence number', whole(3)),
  acquirer: field(32, 'acquiring institution', digits(1, 11)),
  track2: field(35, 'track 2 data', exactly(/^(?=.{1,37}$)[0-9]{12,19}=[0-9]{7,}$/)),
  reference: field(37, 'retrieval reference number', padded(12)),
  /** FIG. 6: the approval number AN. */
  approval: field(38, 'approval number', padded(6)),
  response: field(39, 'response code', exactly(/^[0-9A-Za-z]{2}$/)),
  terminal: field(41, 'terminal', padded(8)),
  merchant: field(42, 'card acceptor', padded(15)),
  /** ISO 4217 numeric. */
  currency: field(49, 'currency', whole(3)),
  chip: field(55, 'chip data', chipData),
  network: field(70, 'network management code', digits(3)),
  original: field(90, 'original data elements', originalElements),
} as const;

type FieldName = keyof typeof FIELDS;
type FieldValue<Name extends FieldName> = (typeof FIELDS)[Name] extends Field<infer T> ? T : never;

const PAYMENT = [
  'processing',
  'amount',
  'transmitted',
  'trace',
  'localTime',
  'localDate',
  'acquirer',
  'reference',
  'terminal',
  'merchant',
  'currency',
] as const;

const REQUEST = { must: [...PAYMENT, 'pan', 'expiry'], may: ['entryMode', 'sequence', 'track2', 'chip'] } as const;
const COMPLETION = { must: [...PAYMENT, 'approval', 'original'], may: [] } as const;
const REVERSAL = { must: [...PAYMENT, 'original'], may: ['approval'] } as const;
/** What is needed to know which payment is answered, and how; the rest is echoed by some and not by others. */
const ANSWER = {
  must: ['trace', 'reference', 'response', 'terminal'],
  may: [
    'processing',
    'amount',
    'transmitted',
    'localTime',
    'localDate',
    'acquirer',
    'approval',
    'merchant',
    'currency',
    'chip',
  ],
} as const;
const NETWORK = { must: ['transmitted', 'trace', 'network'], may: ['acquirer', 'terminal'] } as const;
const NETWORK_ANSWER = {
  must: ['trace', 'response', 'network'],
  may: ['transmitted', 'acquirer', 'terminal'],
} as const;

/** The fields of each type that are read and written. Others of the standard may stand in a message: they are read over. */
const LAYOUTS = {
  /** Authorisation, and its repetition. */
  '0100': REQUEST,
  '0101': REQUEST,
  '0110': ANSWER,
  /** Authorisation and capture in one. */
  '0200': REQUEST,
  '0201': REQUEST,
  '0210': ANSWER,
  /** Completion: what was authorised is captured. */
  '0220': COMPLETION,
  '0221': COMPLETION,
  '0230': ANSWER,
  '0400': REVERSAL,
  '0401': REVERSAL,
  '0410': ANSWER,
  /** Reversal as an advice: it is not asked for, it is told until it is answered. */
  '0420': REVERSAL,
  '0421': REVERSAL,
  '0430': ANSWER,
  '0800': NETWORK,
  '0801': NETWORK,
  '0810': NETWORK_ANSWER,
} as const satisfies Record<string, Layout>;

interface Layout {
  readonly must: readonly FieldName[];
  readonly may: readonly FieldName[];
}

export type MessageType = keyof typeof LAYOUTS;

/** A message of one type, with the fields that it must have, and may have. */
export type MessageOf<Type extends MessageType> = Type extends MessageType
  ? { readonly type: Type } & { readonly [Name in (typeof LAYOUTS)[Type]['must'][number]]: FieldValue<Name> } & {
      readonly [Name in (typeof LAYOUTS)[Type]['may'][number]]?: FieldValue<Name>;
    }
  : never;

export type Message = MessageOf<MessageType>;

/** Which type answers a request or an advice, and its repetition. */
export const ANSWER_TO = {
  '0100': '0110',
  '0101': '0110',
  '0200': '0210',
  '0201': '0210',
  '0220': '0230',
  '0221': '0230',
  '0400': '0410',
  '0401': '0410',
  '0420': '0430',
  '0421': '0430',
  '0800': '0810',
  '0801': '0810',
} as const satisfies Partial<Record<MessageType, MessageType>>;

/** What somebody answers. */
export type AskingType = keyof typeof ANSWER_TO;
export type Asking = MessageOf<AskingType>;
export type Answer = MessageOf<(typeof ANSWER_TO)[AskingType]>;
export const isAsking = (message: Message): message is Asking => Object.hasOwn(ANSWER_TO, message.type);

export interface MessageFailure {
  readonly reason: /** It ends in the middle of a field, goes on after the last, or is too short or too long for any message. */
    | 'length-wrong'
    | 'type-unknown'
    /** A third bitmap: this edition has no fields above 128. */
    | 'bitmap-wrong'
    | 'field-unreadable'
    | 'field-missing';
  /** By its number, where one is to blame. */
  readonly field?: number;
  /** Never with what stood in a field: it may be the number of a card. */
  readonly sentence: string;
}

/** @throws RangeError when a value does not fit its field: that is a bug of the caller. It does not tell the value. */
export function encodeMessage(message: Message): Uint8Array {
  const values = message as unknown as Readonly<Record<string, unknown>>;
  const present = fieldsOf(message.type).filter(({ name }) => values[name] !== undefined);
  const bitmap = new Uint8Array(present.some(({ number }) => number > 64) ? 16 : 8);
  if (bitmap.length === 16) setBit(bitmap, 1);
  const parts = present.map(({ name, number, title, write }) => {
    setBit(bitmap, number);
    const content = write(values[name]);
    if (content === undefined) throw new RangeError(`what is given does not fit field ${number} (${title})`);
    const { lengthDigits } = lengthOf(number);
    return lengthDigits === 0 ? content : concat(bytesOf(String(content.length).padStart(lengthDigits, '0')), content);
  });
  return concat(bytesOf(message.type), bitmap, ...parts);
}

/**
 * Any bytes to a message, or the reason why they are none: the first one in the order of the bytes, a field that is
 * missing last. Byte fields are copies.
 */
export function decodeMessage(bytes: Uint8Array): Message | MessageFailure {
  if (bytes.length < MESSAGE_BYTES_MIN || bytes.length > MESSAGE_BYTES_MAX) return wrongLength(bytes.length);
  const reader = new Reader(bytes);
  const type = textOf(reader.view(4));
  if (!isMessageType(type)) {
    return { reason: 'type-unknown', sentence: 'The message is of a type that is not spoken here.' };
  }
  const bitmap = readBitmap(reader);
  if (bitmap === undefined) return failure('bitmap-wrong', 65, 'is a third bitmap, which ISO 8583:1987 has not');
  const wanted = new Map(fieldsOf(type).map((each) => [each.number, each]));
  const values: Record<string, unknown> = { type };
  for (let number = 2; number <= 8 * bitmap.length; number++) {
    if (!hasBit(bitmap, number)) continue;
    const content = readContent(reader, number);
    if (content === undefined) return failure('length-wrong', number, 'does not end where it should');
    const own = wanted.get(number);
    if (own === undefined) continue;
    const value = own.read(content);
    if (value === undefined) return failure('field-unreadable', number, 'holds what it may not hold');
    values[own.name] = value;
  }
  if (!reader.ended()) return wrongLength(bytes.length);
  const missing = LAYOUTS[type].must.find((name) => values[name] === undefined);
  if (missing !== undefined) return failure('field-missing', FIELDS[missing].number, `is missing in a ${type}`);
  return values as unknown as Message;
}

/** Length and message, as they go over a connection. */
export function frameMessage(message: Uint8Array): Uint8Array {
  return concat(Uint8Array.of(message.length >> 8, message.length & 0xff), message);
}

/** Cuts what comes over a connection into messages. After a failure nobody knows where the next begins: close it. */
export class MessageStream {
  #held: Uint8Array = new Uint8Array(0);

  /** The messages that have come whole, not decoded yet: views, good until the next call. */
  push(bytes: Uint8Array): Uint8Array[] | MessageFailure {
    const all = this.#held.length === 0 ? bytes : concat(this.#held, bytes);
    const messages: Uint8Array[] = [];
    let at = 0;
    while (all.length - at >= 2) {
      const length = ((all[at] as number) << 8) | (all[at + 1] as number);
      if (length < MESSAGE_BYTES_MIN || length > MESSAGE_BYTES_MAX) return wrongLength(length);
      if (all.length - at - 2 < length) break;
      messages.push(all.subarray(at + 2, at + 2 + length));
      at += 2 + length;
    }
    this.#held = Uint8Array.from(all.subarray(at));
    return messages;
  }
}

const isMessageType = (type: string): type is MessageType => Object.hasOwn(LAYOUTS, type);

interface NamedField extends Field<unknown> {
  readonly name: FieldName;
}

/** By number. */
function fieldsOf(type: MessageType): readonly NamedField[] {
  const { must, may }: Layout = LAYOUTS[type];
  return [...must, ...may]
    .map((name) => ({ name, ...(FIELDS[name] as Field<unknown>) }))
    .sort((a, b) => a.number - b.number);
}

/** Bit 1 is the highest of the first byte. */
const hasBit = (bitmap: Uint8Array, number: number): boolean =>
  ((bitmap[(number - 1) >> 3] as number) & (0x80 >> ((number - 1) & 7))) !== 0;

function setBit(bitmap: Uint8Array, number: number): void {
  const at = (number - 1) >> 3;
  bitmap[at] = (bitmap[at] as number) | (0x80 >> ((number - 1) & 7));
}

/** `undefined` for one that announces a third. A second that is not there whole leaves the reader short. */
function readBitmap(reader: Reader): Uint8Array | undefined {
  const first = reader.view(8);
  if (!hasBit(first, 1)) return first;
  const second = reader.view(8);
  if (second.length > 0 && hasBit(second, 1)) return undefined;
  return concat(first, second);
}

/** What stands in a field, or `undefined` where it is longer than it may be, or than the message. */
function readContent(reader: Reader, number: number): Uint8Array | undefined {
  const { lengthDigits, most } = lengthOf(number);
  const length = lengthDigits === 0 ? most : whole(lengthDigits).read(reader.view(lengthDigits));
  if (length === undefined || length > most) return undefined;
  const content = reader.view(length);
  return reader.ok() ? content : undefined;
}

/** ISO 8583:1987, 4.3: bytes of fields 1 to 128. Two or three points: at most so many, after as many digits of length. */
// biome-ignore format: sixteen fields a row
const LENGTHS = [
  '8', '..19', '6', '12', '12', '12', '10', '8', '8', '8', '6', '6', '4', '4', '4', '4',
  '4', '4', '3', '3', '3', '3', '3', '3', '2', '2', '1', '9', '9', '9', '9', '..11',
  '..11', '..28', '..37', '...104', '12', '6', '2', '3', '8', '15', '40', '..25', '..76', '...999', '...999', '...999',
  '3', '3', '3', '8', '16', '...120', ...Array(9).fill('...999'), '8',
  '8', '1', '2', '3', '3', '3', '4', '4', '6', '10', '10', '10', '10', '10', '10', '10',
  '10', '12', '12', '12', '12', '16', '16', '16', '16', '42', '1', '2', '5', '7', '42', '8',
  '17', '25', '..11', '..11', '..17', '..28', '..28', '...100', ...Array(8).fill('...999'),
  ...Array(15).fill('...999'), '8',
].map((text: string) => {
  const lengthDigits = text.lastIndexOf('.') + 1;
  return { lengthDigits, most: Number(text.slice(lengthDigits)) };
});

const lengthOf = (number: number): { lengthDigits: number; most: number } =>
  LENGTHS[number - 1] as { lengthDigits: number; most: number };

const TITLES = new Map<number, string>(Object.values(FIELDS).map(({ number, title }) => [number, title]));

function failure(reason: MessageFailure['reason'], number: number, what: string): MessageFailure {
  const title = TITLES.get(number);
  return { reason, field: number, sentence: `Field ${number}${title === undefined ? '' : ` (${title})`} ${what}.` };
}

const wrongLength = (length: number): MessageFailure => ({
  reason: 'length-wrong',
  sentence: `A message of ${length} bytes is none: it has from ${MESSAGE_BYTES_MIN} to ${MESSAGE_BYTES_MAX}, and ends with its last field.`,
});
