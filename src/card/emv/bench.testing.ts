import { concat, fromHex, toHex } from '../../bytes/index.ts';
import type { CardProgram } from '../ports.ts';
import { decodeTlv, encodeTlv } from '../tlv.ts';
import {
  beginEmv,
  type Emv,
  type EmvAuthorisation,
  type EmvCardData,
  type EmvEnd,
  EmvIssuer,
  type EmvSale,
  type EmvStep,
  type EmvTerminal,
  type EmvTestCard,
  emvAuthorised,
  emvReceive,
  TEST_APPLICATION,
  type TestCardIssue,
  testIssuerKey,
} from './index.ts';

export const TERMINAL: EmvTerminal = {
  applications: [
    { aid: fromHex('a0000000031010'), isPartial: true, version: 0x0096, denial: new Uint8Array(5) },
    { aid: TEST_APPLICATION, isPartial: false, version: 1, denial: fromHex('0010000000') },
  ],
  type: 'unattended',
  country: 410,
  identification: 'WATT0001',
};

export const SALE: EmvSale = {
  amount: 5_000,
  currency: 410,
  exponent: 0,
  date: '260302',
  time: '131109',
  counter: 7,
  unpredictable: fromHex('a1b2c3d4'),
};

export const ISSUE: TestCardIssue = {
  pan: '4111111111111111',
  sequence: 1,
  expires: '291231',
  country: 410,
  version: 18,
  authentication: 'with-cryptogram',
  hasDirectory: true,
  format: 2,
};

/** Every kind of card of our own that there is. */
export const ISSUES: readonly TestCardIssue[] = ['4111111111111111', '6799998900000200019'].flatMap((pan) =>
  ([10, 18] as const).flatMap((version) =>
    (['own-command', 'with-cryptogram'] as const).flatMap((authentication) =>
      ([1, 2] as const).map((format) => ({
        ...ISSUE,
        pan,
        version,
        authentication,
        format,
        hasDirectory: format === 2,
      })),
    ),
  ),
);

/** What a bank says to what it was asked. */
export type BankOnBench = (card: EmvCardData) => EmvAuthorisation;

/** The issuer of the test cards, which approves or declines what is genuine with this code. */
export function bankOf(code = '00', sale: EmvSale = SALE, issuer = new EmvIssuer(testIssuerKey())): BankOnBench {
  return ({ pan, sequence, data }) => {
    const isApproved = code === '00';
    const { amount, currency } = sale;
    const verdict = issuer.judge({ pan, sequence, amount, currency, data });
    if (verdict.outcome === 'refused') return { type: 'declined', code: '63', data: undefined };
    return { type: isApproved ? 'approved' : 'declined', code, data: verdict.answer(code, isApproved) };
  };
}

export interface Walked {
  readonly end: EmvEnd;
  /** What went to the card, in its order. */
  readonly commands: readonly Uint8Array[];
  /** What the bank was asked, if it was. */
  readonly asked: EmvCardData | undefined;
  readonly emv: Emv;
}

interface Walk {
  readonly terminal?: EmvTerminal;
  readonly sale?: EmvSale;
  readonly bank?: BankOnBench;
  /** The program, or whatever answers in its place. */
  readonly program?: CardProgram;
}

/** A sale from its first command to its end. */
export function walk(
  card: EmvTestCard,
  { terminal = TERMINAL, sale = SALE, bank = bankOf('00', sale), program = card.chip.begin() }: Walk = {},
): Walked {
  const { emv, step: first } = beginEmv(terminal, sale);
  const commands: Uint8Array[] = [];
  let asked: EmvCardData | undefined;
  let step: EmvStep = first;
  while (step.type !== 'ended') {
    if (step.type === 'send') {
      commands.push(step.command);
      step = emvReceive(emv, program(step.command));
    } else {
      asked = step.card;
      step = emvAuthorised(emv, bank(step.card));
    }
  }
  return { end: step.end, commands, asked, emv };
}

/** A program of which some responses are others. `change` gives what is answered in the place of the response, if anything. */
export const changed =
  (program: CardProgram, change: (command: Uint8Array, response: Uint8Array) => Uint8Array | undefined): CardProgram =>
  (command) => {
    const response = program(command);
    return change(command, response) ?? response;
  };

/** The instruction of a command; that of a second GENERATE AC is told apart. */
export const INS = { select: 0xa4, readRecord: 0xb2, options: 0xa8, generate: 0xae, authenticate: 0x82 } as const;

/** A program in whose records a data object is another, or none. */
export const withObject = (program: CardProgram, tag: number, value: Uint8Array | undefined): CardProgram => {
  let isIn = false;
  return changed(program, (command, response) => {
    const objects = decodeTlv(response.subarray(0, -2));
    if (command[1] !== INS.readRecord || 'reason' in objects || objects[0]?.tag !== 0x70) return undefined;
    const inside = objects[0].inside ?? [];
    const others = inside.filter((object) => object.tag !== tag);
    // What no record has comes into the first one that is the application's.
    const isPlace = inside.length !== others.length || (!isIn && command[3] === 0x14);
    if (!isPlace) return undefined;
    const added = value === undefined || isIn ? new Uint8Array(0) : encodeTlv(tag, value);
    isIn = true;
    const rest = others.map((object) => encodeTlv(object.tag, object.value));
    return concat(encodeTlv(0x70, concat(...rest, added)), fromHex('9000'));
  });
};

/** A data object of field 55. */
export const inField55 = (asked: EmvCardData | undefined, tag: number): string | undefined => {
  const objects = decodeTlv(asked?.data ?? new Uint8Array(0));
  const value = 'reason' in objects ? undefined : objects.find((object) => object.tag === tag)?.value;
  return value && toHex(value);
};
