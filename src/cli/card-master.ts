import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { encodePin, personaliseMasterCard } from '../card/index.ts';
import { Suite, suiteByName } from '../crypto/index.ts';
import { makeCardFile } from './card-file.ts';
import { drawnCsn, readBatch } from './card-make.ts';
import { oneWord, PIN_VARIABLE, parsedVerb, regionName, scopeOf } from './card-options.ts';
import { folderOf } from './demo-options.ts';
import { needed } from './flags.ts';
import { KEYS_FILE } from './folder-files.ts';
import { HostFolder } from './host-folder.ts';
import { checkDatabase } from './host-options.ts';
import { secretNeeded } from './secret.ts';
import { WrongUse } from './usage.ts';

/** `wattpurse card master FILE …`: a master card with the newest key of the host in a folder. */
export async function cardMaster(args: readonly string[]): Promise<number> {
  const { values, positionals } = parsedVerb(args, {
    ...{ chips: { type: 'string' }, scope: { type: 'string' }, data: { type: 'string' } },
    ...{ database: { type: 'string' }, suite: { type: 'string' } },
  });
  const path = oneWord(positionals, 'master', 'the file of the card');
  const batch = readBatch(needed('card master', values.chips, '--chips', 'the file of the batch’s key'));
  const scope = scopeOf(
    needed('card master', values.scope, '--scope', 'issuer, or the region whose cards it opens'),
    '--scope',
  );
  const suite = suiteByName(values.suite ?? 'aes128');
  if (suite !== Suite.aes128 && suite !== Suite.aes256) {
    throw new WrongUse(`--suite is aes128 or aes256, which cards have, not "${values.suite}".`);
  }
  const data = folderOf(needed('card master', values.data, '--data', 'the folder of the host whose key it holds'));
  const { database } = values;
  if (database !== undefined) checkDatabase(database);
  const pin = secretNeeded(PIN_VARIABLE, 'A master card is made with a PIN');
  if (encodePin(pin) === undefined) throw new WrongUse(`${PIN_VARIABLE} is a PIN of 4 to 8 digits, and this is none.`);
  // A folder that is begun here would have keys that no other card of the utility has.
  if (!existsSync(join(data, KEYS_FILE))) {
    throw new WrongUse(`${data} holds no host: name the folder of the host whose key the card is to have.`);
  }
  const folder = await HostFolder.open({ data, database });
  try {
    const master = await (await folder.keys()).cardMaster(suite, scope);
    makeCardFile(path, 'master', personaliseMasterCard({ csn: drawnCsn(), master, batch, pin }));
    const whose = scope === 0 ? 'the issuer’s' : `for ${regionName(scope)}`;
    process.stdout.write(`${path} is a master card, ${whose}, with a key of utility ${master.utility}.\n`);
    return 0;
  } finally {
    await folder.close();
  }
}
