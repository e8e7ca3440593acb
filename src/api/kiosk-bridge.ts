/**
 * What the page of a kiosk asks of the program that stands between it and a host, at the kiosk's own machine: under
 * `/api/v1/kiosk`, where a host has nothing.
 */
export interface KioskJson {
  /** Purse cards are read and loaded here. */
  readonly purses: boolean;
  /** Bank cards with a chip pay here, for value of a meter. */
  readonly chips: boolean;
}

/** The purse card that is in the reader; nothing while there is none. */
export interface KioskCardJson {
  readonly card?: string;
}

/** What became of a region of a card that is to be loaded. */
export interface KioskLoadJson {
  /** Whether all that waited for it is on it. */
  readonly loaded: boolean;
  /** Why not, for whoever stands there; absent where the card is not in the reader. */
  readonly sentence?: string;
}

/** What a chip and its bank made of a sale. */
export interface KioskPaidJson {
  readonly paid: boolean;
  readonly sentence: string;
  /** Its number at the host, to be kept. */
  readonly payment?: string;
  /** The card as people see it. */
  readonly shown?: string;
}
