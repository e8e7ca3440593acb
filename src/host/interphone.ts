import { Command } from '../exchange/index.ts';
import {
  decodeInterphoneAnswer,
  encodeInterphoneSaid,
  INTERPHONE_BYTES_MAX,
  type InterphoneSaid,
  isRecordFailure,
  type Prompt,
  promptBytes,
} from '../records/index.ts';
import type { NewCommand } from './command-queue.ts';
import type { HostPorts } from './ports.ts';
import type { ControlCommand } from './types.ts';

/** What is said at a meter, as it is queued: in a slot of its own, so that a call goes on by its last word. */
export const interphoneCommand = (said: InterphoneSaid): NewCommand => ({
  ...{ slot: 'interphone', h: Command.interphone, body: encodeInterphoneSaid(fitting(said)), version: 0 },
});

const SAID_HEAD_BYTES = 3;
/** A reason of the host's can be a long sentence; no amount, number or name comes near. */
const VALUE_LETTERS_MAX = 40;

/** One frame carries it: long values are cut, and what still has no room in it is left out, from the end on. */
function fitting(said: InterphoneSaid): InterphoneSaid {
  const prompts: Prompt[] = [];
  let left = INTERPHONE_BYTES_MAX - SAID_HEAD_BYTES;
  for (const prompt of said.prompts) {
    const cut = { ...prompt, values: prompt.values.map((value) => [...value].slice(0, VALUE_LETTERS_MAX).join('')) };
    left -= promptBytes(cut);
    if (left < 0) break;
    prompts.push(cut);
  }
  return { ...said, prompts };
}

/** Hands on what a meter answered, keys and all, past the books. */
export function tellInterphone(
  { interphones }: HostPorts,
  { h, svpmsn }: Pick<ControlCommand, 'h' | 'svpmsn'>,
  body: Uint8Array,
): void {
  if (h !== Command.interphone || interphones === undefined) return;
  const answer = decodeInterphoneAnswer(body);
  if (!isRecordFailure(answer)) interphones.answered(svpmsn, answer);
}
