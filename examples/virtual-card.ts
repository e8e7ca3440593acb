/**
 * A card of one's own in a virtual reader, for every program of the machine that reads cards: with pcscd and
 * vsmartcard-vpcd running, `node examples/virtual-card.ts 35963` serves it until it is stopped. Without a port the card
 * lies in a slot of this process and is read once.
 */
import { InProcessSlot } from '../src/adapters/in-process-card.ts';
import { VirtualCard } from '../src/adapters/virtual-card.ts';
import { fromHex, toHex } from '../src/bytes/index.ts';
import { buildAtr, type CardChip } from '../src/card/index.ts';

const chip: CardChip = {
  atr: buildAtr({
    convention: 'direct',
    rounds: [{ td: 1 }, { td: 1 }, { ta: 254, tb: 0x43 }],
    historical: fromHex('57505552'),
  }),
  // Counts what it is asked since its last reset; everything else is an instruction that it does not know.
  begin: () => {
    let asked = 0;
    return ([cla, ins]) =>
      cla === 0x80 && ins === 0x10 ? Uint8Array.of(++asked, 0x90, 0x00) : Uint8Array.of(0x6d, 0x00);
  },
};

const [, , port] = process.argv;
if (port === undefined) {
  const slot = new InProcessSlot();
  slot.insert(chip);
  const session = await slot.open();
  if ('sentence' in session) throw new Error(session.sentence);
  console.log('answer to reset', toHex(session.atr));
  for (const command of ['8010000001', '8010000001', '00a40400']) {
    const response = await session.transmit(fromHex(command));
    console.log(command, response instanceof Uint8Array ? toHex(response) : response.sentence);
  }
  await session.eject();
} else {
  const card = await VirtualCard.insert(chip, { host: '127.0.0.1', port: Number(port) });
  if ('sentence' in card) throw new Error(card.sentence);
  console.log('the card is in; Ctrl-C pulls it');
  process.once('SIGINT', () => void card.pull());
  await card.left;
}
