import { once } from 'node:events';
import { VirtualCard, VPCD_PORT } from '../adapters/virtual-card.ts';
import { CardFile } from './card-file.ts';
import { oneWord, parsedVerb } from './card-options.ts';
import { CannotGoOn } from './failure.ts';
import { WrongUse } from './usage.ts';

const PORT_MAX = 65_535;

/** `wattpurse card serve FILE`: the card lies in a virtual reader of PC/SC until it is stopped, or the reader goes. */
export async function cardServe(args: readonly string[]): Promise<number> {
  const { values, positionals } = parsedVerb(args, { port: { type: 'string' } });
  const path = oneWord(positionals, 'serve', 'the file of a card');
  const port = Number(values.port ?? VPCD_PORT);
  if (!Number.isInteger(port) || port < 1 || port > PORT_MAX) {
    throw new WrongUse(`--port is that of a slot of vpcd, ${VPCD_PORT} for its first, not "${values.port}".`);
  }
  const file = CardFile.open(path);
  try {
    const card = await VirtualCard.insert(file.chip, { host: '127.0.0.1', port });
    if ('sentence' in card) throw new CannotGoOn(card.sentence);
    process.stdout.write(`The card in ${path} lies in the reader; Ctrl-C takes it out.\n`);
    await Promise.race([card.left, once(process, 'SIGINT'), once(process, 'SIGTERM')]);
    await card.pull();
    return 0;
  } finally {
    file.close();
  }
}
