/**
 * Reads the card of the first reader through `pcsc-mini`, and prints what came: `node read.ts COMMAND…`, in hex. It
 * opens the card twice, and tells what the session gets that was open before. Then waits until the card is pulled, and says what the next command gets.
 */
import { PcscReader } from '../../../src/adapters/pcsc-reader.ts';
import { fromHex, toHex } from '../../../src/bytes/index.ts';
import type { CardFailure } from '../../../src/card/ports.ts';

const say = (what: Uint8Array | CardFailure) => {
  console.log(what instanceof Uint8Array ? toHex(what) : `${what.reason}: ${what.sentence}`);
};

const reader = await PcscReader.find();
if ('reason' in reader) say(reader);
else {
  console.log(reader.name);
  const before = await reader.open();
  const session = await reader.open();
  if ('reason' in session) say(session);
  else {
    if ('atr' in before) say(await before.transmit(fromHex('80100000')));
    say(session.atr);
    for (const command of process.argv.slice(2)) say(await session.transmit(fromHex(command)));
    console.log('read');
    await session.removed;
    say(await session.transmit(fromHex('80100000')));
    await session.eject();
    say((await reader.open()) as CardFailure);
  }
  await reader.close();
}
// As every command of the program: the driver does not always hear that it is to stop.
process.stdout.write('', () => process.exit());
