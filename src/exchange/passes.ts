import type { Frame } from './frame.ts';

/**
 * What a suite does with the four passes. The engines in `host-side.ts` and `terminal-side.ts` know order,
 * parts and time; a suite knows keys, layout and tags. One object serves one session.
 *
 * `undefined` from an `open…` means that the frame is not authentic, or has no form a key holder would give it.
 */
export interface HostPasses {
  /** M1. */
  readonly first: Uint8Array;
  /** Opens M2: the terminal's status (empty in suites that carry none). FIG. 1, STEP 12 to 14 */
  openSecond(frame: Frame): Uint8Array | undefined;
  /** Seals the command: the frames of M3, one if it is not long. FIG. 1, STEP 14 */
  sealThird(command: Uint8Array): readonly Uint8Array[];
  /** Opens one frame of M4, a part or the whole. FIG. 1, STEP 16 */
  openFourth(frame: Frame): Uint8Array | undefined;
  /** The answer from the joined parts. */
  joinFourth(joined: Uint8Array): Uint8Array | undefined;
  /** A new KT as it stands inside the command of a key set change, once M2 is in hand. */
  wrapKey(newKey: Uint8Array): Uint8Array;
}

export interface TerminalPasses {
  /** M2, with the terminal's status sealed where the suite carries one. FIG. 1, STEP 12 */
  sealSecond(status: Uint8Array): Uint8Array;
  /** Opens one frame of M3. FIG. 1, STEP 14 */
  openThird(frame: Frame): Uint8Array | undefined;
  /** The command from the joined parts; `frames` are the frames of M3 in order. */
  joinThird(joined: Uint8Array, frames: readonly Uint8Array[]): Uint8Array | undefined;
  /** The new KT from inside the command of a key set change. */
  unwrapKey(wrapped: Uint8Array): Uint8Array | undefined;
  /** Seals the answer: the frames of M4. FIG. 1, STEP 16 */
  sealFourth(answer: Uint8Array): readonly Uint8Array[];
}
