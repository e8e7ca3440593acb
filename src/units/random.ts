/** Randomness as a port: the system's in the field, a seed's in a simulation. */
export interface Randomness {
  /** Fills the whole array with random bytes. */
  fill(bytes: Uint8Array): void;
}
