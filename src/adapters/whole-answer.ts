import { concat } from '../bytes/index.ts';

const GET_RESPONSE = 0xc0;
/** 61xx, and 6Cxx: that many bytes wait, and that many the answer has. ISO/IEC 7816-4:2005 §5.1.3 */
const MORE_WAIT = 0x61;
const LENGTH_WRONG = 0x6c;
/** The parts of the longest answer: a card cannot keep its reader busy for ever. */
const FOLLOWED_MAX = 256;

/**
 * The whole answer to a short command, of a card that gives it in parts or wants to be asked for its exact length, as
 * those of T=0 do. What is asked for with another length is what was asked last, which may be a part. A command that
 * takes no answer has none to fetch. `undefined` where there is no end to it.
 */
export async function wholeAnswer(
  send: (command: Uint8Array) => Promise<Uint8Array>,
  command: Uint8Array,
): Promise<Uint8Array | undefined> {
  let last = command;
  let held: Uint8Array = new Uint8Array(0);
  for (let followed = 0; followed <= FOLLOWED_MAX; followed++) {
    const answer = await send(last);
    const { [answer.length - 2]: first, [answer.length - 1]: second = 0 } = answer;
    if ((first !== MORE_WAIT && first !== LENGTH_WRONG) || !hasLe(command)) return concat(held, answer);
    if (first === LENGTH_WRONG) last = Uint8Array.of(...last.subarray(0, -1), second);
    else {
      held = concat(held, answer.subarray(0, -2));
      last = Uint8Array.of(0, GET_RESPONSE, 0, 0, second);
    }
  }
  return undefined;
}

/** Cases 2 and 4 of a short command: Le is its last byte. */
const hasLe = ({ length, 4: third = 0 }: Uint8Array): boolean => length === 5 || (third > 0 && length === 6 + third);
