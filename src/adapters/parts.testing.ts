import { concat } from '../bytes/index.ts';
import type { CardProgram } from '../card/ports.ts';

const GET_RESPONSE = 0xc0;

/**
 * A program as T=0 leaves it where the reader does not help: answers to commands with data come in parts, and a command
 * without data is to be asked for its exact length. Each runs once.
 */
export function inParts(program: CardProgram, partBytes: number): CardProgram {
  let held: Uint8Array = new Uint8Array(0);
  let corrected: Uint8Array | undefined;
  const promise = () =>
    held.length > 0 ? Uint8Array.of(0x61, Math.min(partBytes, held.length)) : Uint8Array.of(0x90, 0);
  return (command) => {
    if (command[1] === GET_RESPONSE) {
      const part = held.subarray(0, command[4]);
      held = held.subarray(part.length);
      return concat(part, promise());
    }
    const response = corrected ?? program(command);
    corrected = undefined;
    const bytes = response.length - 2;
    if (bytes === 0) return response;
    if (command.length > 5) {
      held = response.subarray(0, bytes);
      return promise();
    }
    if (command[4] === bytes % 256) return response;
    corrected = response;
    return Uint8Array.of(0x6c, bytes);
  };
}
