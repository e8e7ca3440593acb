/** What a card does: a command APDU goes in, a response APDU comes out, SW1 SW2 at its end. */
export type CardProgram = (command: Uint8Array) => Uint8Array;

/** The chip of a card as its reader sees it: each reset begins the program anew, as losing power does. */
export interface CardChip {
  readonly atr: Uint8Array;
  readonly begin: () => CardProgram;
}

/** Why a slot could not do what it was asked. The sentence is for a person. */
export interface CardFailure {
  readonly reason:
    | 'driver-missing'
    | 'reader-missing'
    | 'no-card'
    /** The card does not answer, or not as a card does. */
    | 'card-unusable'
    /** The card was pulled. Whether it carried out the last command is not known. */
    | 'card-removed'
    /** The exchange broke. Whether the card carried out the command is not known. */
    | 'exchange-broken';
  readonly sentence: string;
}

/** A slot for one card, wherever it is: in this process, in a meter, behind PC/SC. */
export interface CardPort {
  /** Powers the card that is in the slot. A session that was open before is over. */
  open(): Promise<CardSession | CardFailure>;
  /** Gives the slot back. */
  close(): Promise<void>;
}

export interface CardSession {
  readonly atr: Uint8Array;
  /**
   * One command at a time: the next one waits for this one's response. It is whole: what a card gives in parts (61xx),
   * or wants to be asked for again (6Cxx), is fetched here.
   */
  transmit(command: Uint8Array): Promise<Uint8Array | CardFailure>;
  /** Takes the power from the card, in order; its holder may pull it. */
  eject(): Promise<void>;
  /** Settles once the card is no longer there, also after it was ejected. */
  readonly removed: Promise<void>;
}
