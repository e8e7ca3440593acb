/**
 * Reads a card through the one port of all slots: `node examples/card-reader.ts` a card in the modelled slot of a meter
 * at 9,600 bit/s, with the time that it is in contact; `node examples/card-reader.ts pcsc` the one in the first reader
 * of this machine, for which `pcsc-mini` must be installed.
 */
import { PcscReader } from '../src/adapters/pcsc-reader.ts';
import { fromHex, toHex } from '../src/bytes/index.ts';
import { type CardPort, ContactSlot, METER_SLOT } from '../src/card/index.ts';

/** READ BINARY of 32 bytes: case 2. */
const READ_BINARY = fromHex('00b0000020');

async function read(port: CardPort): Promise<void> {
  const session = await port.open();
  if ('sentence' in session) console.log(session.sentence);
  else {
    console.log('answer to reset', toHex(session.atr));
    const response = await session.transmit(READ_BINARY);
    console.log('response', response instanceof Uint8Array ? toHex(response) : response.sentence);
    await session.eject();
  }
  await port.close();
}

if (process.argv[2] === 'pcsc') {
  const reader = await PcscReader.find({ waitMs: 10_000 });
  if ('sentence' in reader) console.log(reader.sentence);
  else await read(reader);
} else {
  const slot = new ContactSlot(METER_SLOT);
  slot.insert({
    atr: fromHex('3b0457505552'),
    caseOf: ([, ins]) => (ins === 0xb0 ? 2 : undefined),
    workCycles: () => 10_000,
    begin: () => (command) => Uint8Array.from([...command.subarray(4), ...new Uint8Array(31), 0x90, 0x00]),
  });
  await read(slot);
  console.log(`${(slot.wire.microseconds / 1000).toFixed(1)} ms with its card`);
}
