/*
 * Two slots hold one state, the last commit in the one and what was before it in the other. A cut at any byte of a
 * commit leaves the state before or the state after.
 */

/** Each slot ends in its state byte: this, or what its kind says that it is whole by. */
export const SLOT_WRITING = 0x00;

/** What bytes of a slot are. */
export type SlotReading<State> =
  | { readonly type: 'valid'; readonly state: State }
  /** The power went while it was being written; the other slot holds. */
  | { readonly type: 'torn' }
  /** What no cut can leave: a bit that rotted. */
  | { readonly type: 'damaged' };

/** Bytes that go with a commit, and where they lie. */
export interface Row {
  readonly address: number;
  readonly bytes: Uint8Array;
}

/** The slot of the last commit; `undefined` where one is damaged, or the two do not follow each other. */
export function newestOf<State extends { readonly sequence: number }>(
  first: SlotReading<State>,
  second: SlotReading<State>,
): { readonly slot: number; readonly state: State } | undefined {
  if (first.type === 'damaged' || second.type === 'damaged') return undefined;
  if (first.type === 'torn') return second.type === 'torn' ? undefined : { slot: 1, state: second.state };
  if (second.type === 'torn') return { slot: 0, state: first.state };
  const ahead = second.state.sequence - first.state.sequence;
  if (ahead === 1) return { slot: 1, state: second.state };
  return ahead === -1 ? { slot: 0, state: first.state } : undefined;
}

/**
 * One commit into the slot that does not hold: it says that it is being written, then come the rows that go with it,
 * its body and CRC, and at last its state byte. The rows lie where nothing that still holds does, and mean nothing
 * before the slot is whole.
 */
export function commitSlot(
  nvm: Uint8Array,
  slot: Row,
  rows: readonly Row[],
  write: (address: number, bytes: Uint8Array) => void,
): void {
  const { address, bytes } = slot;
  const stateAt = address + bytes.length - 1;
  // Not where it says so already: a second cut there would make a slot that was only torn look damaged.
  if (nvm[stateAt] !== SLOT_WRITING) write(stateAt, Uint8Array.of(SLOT_WRITING));
  for (const row of rows) write(row.address, row.bytes);
  write(address, bytes.subarray(0, -1));
  write(stateAt, bytes.subarray(-1));
}
