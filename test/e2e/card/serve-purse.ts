/**
 * Puts a purse card with value for the meter of the bench into the first slot of vpcd: `node serve-purse.ts TOKENS
 * COMMANDS`. It pulls the card after so many commands and puts it in again, and pulls it when its input ends. Says
 * `inserted` and `pulled`, and at last what is on the card.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { VirtualCard, VPCD_PORT } from '../../../src/adapters/virtual-card.ts';
import { purseOf } from '../../../src/card/bench.testing.ts';
import { ATRS } from '../../../src/card/contact/card.testing.ts';
import { benchTicket, cardWith } from '../../../src/meter/card-slot.testing.ts';
import { Region, unixSeconds } from '../../../src/units/index.ts';

const [, , tokens = '0', commandsMax = '0'] = process.argv;
const DAY_SECONDS = 86_400;
const expiry = unixSeconds(Math.floor(Date.now() / 1000) + DAY_SECONDS);
const hand = cardWith(Number(tokens), { ticket: benchTicket({ expiry }) });
let commands = 0;
let reached: () => void = () => undefined;
const cutShort = new Promise<void>((resolve) => {
  reached = resolve;
});

async function insert(): Promise<VirtualCard> {
  const chip = {
    atr: ATRS.t1,
    begin: () => {
      hand.pull();
      return (command: Uint8Array) => {
        const response = hand.send(command);
        if (++commands === Number(commandsMax)) reached();
        return response;
      };
    },
  };
  const inserted = await VirtualCard.insert(chip, { host: '127.0.0.1', port: VPCD_PORT });
  if ('sentence' in inserted) throw new Error(inserted.sentence);
  console.log('inserted');
  return inserted;
}

const first = await insert();
await cutShort;
await first.pull();
console.log('pulled');
/** A reader notices within a second or so that its slot is empty. */
const NOTICED_MS = 3_000;
await pause(NOTICED_MS);
const second = await insert();
process.stdin.resume();
await new Promise((resolve) => process.stdin.once('end', resolve));
await second.pull();
console.log(`on the card: ${purseOf(hand, Region.electricity).balance}`);
