/**
 * Reads a card: `node examples/card-reader.ts` the modelled slot of a meter at 9,600 bit/s, with the time that the card
 * is in contact; `node examples/card-reader.ts pcsc` the first reader of this machine, for which `pcsc-mini` must be
 * installed.
 */
import { PcscReader } from '../src/adapters/pcsc-reader.ts';
import { fromHex, toHex } from '../src/bytes/index.ts';
import { ContactWire, METER_SLOT } from '../src/card/index.ts';

const READ_BINARY = fromHex('00b0000020');

if (process.argv[2] === 'pcsc') {
  const reader = await PcscReader.find({ waitMs: 10_000 });
  const session = 'sentence' in reader ? reader : await reader.open();
  if ('sentence' in session) console.log(session.sentence);
  else {
    console.log('answer to reset', toHex(session.atr));
    const response = await session.transmit(READ_BINARY);
    console.log('response', response instanceof Uint8Array ? toHex(response) : response.sentence);
    await session.eject();
  }
  if ('close' in reader) await reader.close();
} else {
  const wire = new ContactWire(METER_SLOT);
  wire.insert({
    atr: fromHex('3b0457505552'),
    caseOf: ([, ins]) => (ins === 0xb0 ? 2 : undefined),
    workCycles: () => 10_000,
    begin: () => (command) => Uint8Array.from([...command.subarray(4), ...new Uint8Array(31), 0x90, 0x00]),
  });
  console.log(wire.open());
  const before = wire.microseconds;
  const heard = wire.transmit(READ_BINARY);
  console.log('response', 'bytes' in heard ? toHex(heard.bytes) : heard.reason);
  console.log(`${((wire.microseconds - before) / 1000).toFixed(1)} ms in contact`);
  wire.pull();
}
