import { once } from 'node:events';
import { CardHost } from './card-host.ts';
import { portAt } from './card-place.ts';
import { CardSeat } from './card-seat.ts';
import { terminalOf } from './card-terminal.ts';
import { needed, parsedWords } from './flags.ts';
import { type KioskParts, openKiosk } from './kiosk-bridge.ts';
import { parseListen } from './listen.ts';
import { secretNeeded } from './secret.ts';
import { WrongUse } from './usage.ts';

const LISTEN_USUAL = '127.0.0.1:8088';
const PAYMENT_KEY = 'WATTPURSE_PAYMENT_KEY';

/** `wattpurse kiosk`: the page of a kiosk, and the reader at its machine, until it is stopped. */
export async function kiosk(args: readonly string[]): Promise<number> {
  const { values, positionals } = parsedWords('kiosk', args, {
    ...{ host: { type: 'string' }, listen: { type: 'string' }, reader: { type: 'string' } },
    ...{ card: { type: 'string' }, port: { type: 'string' }, terminal: { type: 'string' } },
  });
  if (positionals.length > 0) throw new WrongUse(`kiosk takes no "${positionals[0]}": see "wattpurse help kiosk".`);
  const address = needed('kiosk', values.host, '--host', 'the address of the host that sells');
  const at = parseListen(values.listen ?? LISTEN_USUAL);
  const host = CardHost.at(address);
  const { reader, card, port } = values;
  if (reader !== undefined && card !== undefined) throw new WrongUse('kiosk takes one reader: --reader or --card.');
  if (port !== undefined && reader === undefined) {
    throw new WrongUse('Bank cards of --port are read in a reader: name it with --reader.');
  }
  const payments =
    port === undefined
      ? undefined
      : CardHost.at(address, secretNeeded(PAYMENT_KEY, 'Bank cards need an API key that takes payments'));
  const terminal = terminalOf(values.terminal);
  const place = reader !== undefined ? { reader } : card !== undefined ? { file: card } : undefined;
  // The seat itself waits for whoever comes.
  const seat = place && new CardSeat(await portAt(place, 0));
  const say = (sentence: string) => void process.stderr.write(`${sentence}\n`);
  const chips = payments && port !== undefined ? { chips: { host: payments, terminal, port } } : {};
  const parts: KioskParts = { host, say, ...(seat && { reader: { seat, ...chips } }) };
  const stopped = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  const opened = await openKiosk(parts, at).catch(async (error: unknown) => {
    await seat?.close();
    throw error;
  });
  process.stdout.write(`The kiosk's page is ${opened.address}/kiosk: show it in a browser of this machine.\n`);
  await stopped;
  await opened.close();
  return 0;
}
