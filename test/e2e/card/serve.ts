/**
 * Puts the card of the tests into the first slot of vpcd, and pulls it when its input ends: `node serve.ts ATR
 * [BYTES]`, where ATR is in hex, and BYTES those of a part of an answer. Says `inserted` when it is in, `runs N` for each command that ran.
 */
import { inParts } from '../../../src/adapters/parts.testing.ts';
import { VirtualCard, VPCD_PORT } from '../../../src/adapters/virtual-card.ts';
import { fromHex } from '../../../src/bytes/index.ts';
import { TestCard } from '../../../src/card/contact/card.testing.ts';

const [, , atr = '', partBytes] = process.argv;
const card = new TestCard();
const inserted = await VirtualCard.insert(
  {
    atr: fromHex(atr),
    begin: () => (partBytes === undefined ? card.begin() : inParts(card.begin(), Number(partBytes))),
  },
  { host: '127.0.0.1', port: VPCD_PORT },
);
if ('sentence' in inserted) {
  console.error(inserted.sentence);
  process.exit(1);
}
console.log('inserted');
process.stdin.resume();
await Promise.race([inserted.left, new Promise((resolve) => process.stdin.once('end', resolve))]);
await inserted.pull();
console.log(`resets ${card.resets}, runs ${card.runs}`);
