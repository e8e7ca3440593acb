import { toHex } from '../../bytes/index.ts';
import type { ResponseApdu } from '../apdu.ts';
import type { CardFailure } from '../ports.ts';
import type { DataObjectList } from './dol.ts';

/** One application that a terminal takes. */
export interface EmvApplication {
  /** AID, 5 to 16 bytes. */
  readonly aid: Uint8Array;
  /** Also those whose names begin so. */
  readonly isPartial: boolean;
  /** 9F09, as its scheme gave it. */
  readonly version: number;
  /** TAC-Denial, 5 bytes in the order of TVR: what the terminal declines without asking the bank. */
  readonly denial: Uint8Array;
}

export interface EmvTerminal {
  /** In the order in which they are looked for on a card that has no directory. */
  readonly applications: readonly EmvApplication[];
  /** Both ask the bank always; Book 4, Annex A1. */
  readonly type: 'attended' | 'unattended';
  /** Of the terminal, ISO 3166 numeric. */
  readonly country: number;
  /** 8 letters or digits, as the acquirer gave it. */
  readonly identification: string;
}

/** What is to be paid, and when. */
export interface EmvSale {
  /** Minor units of the currency, below 10^12. */
  readonly amount: number;
  /** ISO 4217 numeric, and how many decimals it has. */
  readonly currency: number;
  readonly exponent: number;
  /** By the clock of the terminal: YYMMDD and hhmmss. */
  readonly date: string;
  readonly time: string;
  /** Counts the sales of the terminal, 1 to 99,999,999. */
  readonly counter: number;
  /** 4 bytes that nobody can foresee. */
  readonly unpredictable: Uint8Array;
}

/** An application that both sides have. */
export interface Candidate {
  readonly name: Uint8Array;
  /** 1 is the first choice, 15 the last; 0 where the card does not say. */
  readonly priority: number;
  readonly application: EmvApplication;
}

/** What is known of the application that was selected. */
export interface Chosen {
  readonly candidate: Candidate;
  readonly interchangeProfile: Uint8Array;
  /** Data objects of the card, by tag. Emptied of what names the card as soon as the bank is asked. */
  readonly objects: Map<number, Uint8Array>;
}

/** What the records of a card came to: what its bank and the terminal need of it. */
export interface CardRead {
  readonly pan: string;
  /** YYMMDD: its last day, and its first where it has one. */
  readonly expires: string;
  readonly begins: string | undefined;
  readonly sequence: number | undefined;
  /** Digits, `=`, digits. */
  readonly track2: string | undefined;
  readonly cdol1: DataObjectList;
  readonly cdol2: DataObjectList;
}

/** What the card said with a cryptogram. */
export interface Cryptogram {
  readonly kind: CryptogramKind;
  /** CID whole: beside the kind, why. */
  readonly information: number;
  /** ATC. */
  readonly counter: number;
  readonly bytes: Uint8Array;
  /** IAD, 0 to 32 bytes. */
  readonly issuerData: Uint8Array;
}

/** Bits 8 and 7 of CID, and of P1 of the command that asks for it. Book 3 §6.5.5. */
export const CryptogramKind = { decline: 0x00, approve: 0x40, askOnline: 0x80 } as const;
export type CryptogramKind = (typeof CryptogramKind)[keyof typeof CryptogramKind];

export type EmvFailureReason =
  /** Of the slot: that the card was pulled, or that it cannot be spoken to any more. */
  CardFailure['reason'] | EmvFault['reason'];

type OwnReason =
  /** No answer that can be read: its TLV, its lengths, or a cryptogram that fits nothing. */
  | 'card-unintelligible'
  /** A status word that ends it; it stands beside. */
  | 'card-refused'
  /** The card, or all its applications, are blocked. */
  | 'card-blocked'
  | 'no-application'
  | 'data-missing'
  /** One data object twice: nobody can say which holds. */
  | 'data-doubled'
  | 'data-wrong';

export type EmvEnd =
  /** The card gave TC: what its bank approved is paid. */
  | { readonly outcome: 'approved'; readonly cryptogram: Cryptogram }
  | {
      readonly outcome: 'declined';
      readonly by: 'terminal' | 'card' | 'bank';
      /** Whether money may be held that has to go back. */
      readonly reverse: boolean;
      readonly sentence: string;
    }
  | {
      readonly outcome: 'failed';
      readonly reason: EmvFailureReason;
      readonly status: number | undefined;
      readonly reverse: boolean;
      readonly sentence: string;
    };

export type EmvState =
  | { readonly name: 'awaiting-environment' }
  | { readonly name: 'awaiting-directory-record'; readonly file: number; readonly record: number }
  | {
      readonly name: 'awaiting-listed-application';
      readonly aid: Uint8Array;
      readonly index: number;
      readonly occurrence: number;
    }
  | { readonly name: 'awaiting-application'; readonly candidate: Candidate }
  | { readonly name: 'awaiting-processing-options'; readonly candidate: Candidate }
  | { readonly name: 'awaiting-record'; readonly chosen: Chosen; readonly reads: readonly RecordPlace[] }
  | {
      readonly name: 'awaiting-first-cryptogram';
      readonly chosen: Chosen;
      readonly read: CardRead;
      readonly asked: CryptogramKind;
    }
  | { readonly name: 'awaiting-authorisation'; readonly online: Online }
  | { readonly name: 'awaiting-issuer-authentication'; readonly online: Online; readonly answered: Answered }
  | { readonly name: 'awaiting-second-cryptogram'; readonly online: Online; readonly answered: Answered }
  | { readonly name: 'ended'; readonly end: EmvEnd };

export interface RecordPlace {
  readonly file: number;
  readonly record: number;
}

/** What is needed once the bank was asked; nothing of it names the card. */
export interface Online {
  readonly application: EmvApplication;
  readonly interchangeProfile: Uint8Array;
  readonly cdol2: DataObjectList;
  readonly objects: ReadonlyMap<number, Uint8Array>;
  readonly counter: number;
}

export interface Answered {
  readonly isApproved: boolean;
  /** Whether it answered at all. */
  readonly isAnswered: boolean;
  /** 8A: the two characters of the response code. */
  readonly code: Uint8Array;
  readonly issuerAuthentication: Uint8Array | undefined;
}

/** A sale at a terminal, from the card's first byte to its last. */
export interface Emv {
  readonly terminal: EmvTerminal;
  readonly sale: EmvSale;
  /** TVR and TSI: Book 3, Annexes C5 and C6. */
  readonly verification: Uint8Array;
  readonly information: Uint8Array;
  cvmResults: Uint8Array;
  candidates: Candidate[];
  state: EmvState;
}

/** 9F33, Book 4, Annex A2: contacts; no verification of the holder; no off-line data authentication. */
export const TERMINAL_CAPABILITIES = Uint8Array.of(0x20, 0x08, 0x00);

/** Bits of TVR by byte and bit, Book 3, Annex C5. */
export const Verification = {
  offlineAuthenticationNotPerformed: [0, 0x80],
  cardDataMissing: [0, 0x20],
  versionsDiffer: [1, 0x80],
  applicationExpired: [1, 0x40],
  applicationNotYetEffective: [1, 0x20],
  serviceNotAllowed: [1, 0x10],
  cardholderNotVerified: [2, 0x80],
  methodUnrecognised: [2, 0x40],
  pinPadMissing: [2, 0x10],
  floorLimitExceeded: [3, 0x80],
  issuerAuthenticationFailed: [4, 0x40],
} as const satisfies Record<string, readonly [byte: number, bit: number]>;

/** Bits of the first byte of TSI, Book 3, Annex C6. */
export const Information = {
  cardholderVerification: 0x40,
  cardRiskManagement: 0x20,
  issuerAuthentication: 0x10,
  terminalRiskManagement: 0x08,
} as const;

export function note(emv: Emv, [byte, bit]: readonly [number, number]): void {
  emv.verification[byte] = (emv.verification[byte] as number) | bit;
}

export function performed(emv: Emv, bit: number): void {
  emv.information[0] = (emv.information[0] as number) | bit;
}

/** Why it does not go on; the caller says whether money may be held. */
export interface EmvFault {
  readonly reason: OwnReason;
  readonly status?: number;
}

export const refused = ({ status }: ResponseApdu): EmvFault => ({ reason: 'card-refused', status });

/** For whoever pays, in one sentence. */
export function sentenceOf({ reason, status }: EmvFault): string {
  switch (reason) {
    case 'card-unintelligible':
      return 'The card answers what this terminal cannot read: use another one.';
    case 'card-refused':
      return `The card refuses (${toHex(Uint8Array.of((status ?? 0) >> 8, status ?? 0))}): use another one.`;
    case 'card-blocked':
      return 'The card is blocked: ask its bank.';
    case 'no-application':
      return 'This terminal takes no card of this kind: use another one.';
    case 'data-missing':
    case 'data-doubled':
    case 'data-wrong':
      return `The card does not hold what a payment card must (${reason}): use another one.`;
  }
}
