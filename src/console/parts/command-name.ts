import type { CommandName } from '../../words/index.ts';

/** What a command is, and of which supply where it has one; 0 is all of them. */
interface NamedCommand {
  readonly name: string;
  readonly supply: number | undefined;
}

const RELAY = /^relay-(\d+)-(.+)$/;
const TABLE = /^mode-table-(\d+)(-next)?$/;

/**
 * The slot in which a command stands at the host says what it is: `relay-2-switch`, `mode-table-1-next`, `clock-set`.
 * One that nobody here knows keeps its own name.
 */
export function commandOfSlot(slot: string, names: Readonly<Record<CommandName, string>>): NamedCommand {
  const [, relaySupply, action] = RELAY.exec(slot) ?? [];
  const [, tableSupply, next = ''] = TABLE.exec(slot) ?? [];
  const supply = relaySupply ?? tableSupply;
  const command = action ?? (tableSupply === undefined ? slot : `mode-table${next}`);
  return {
    name: names[command as CommandName] ?? slot,
    supply: supply === undefined ? undefined : Number(supply),
  };
}
