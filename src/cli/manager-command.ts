import { randomUUID } from 'node:crypto';
import { Argon2 } from '../adapters/argon2.ts';
import { type Act, createPeople } from '../host/index.ts';
import { systemRandomness } from './demo-keys.ts';
import { CannotGoOn, inWords } from './failure.ts';
import { HostFolder } from './host-folder.ts';
import { parseManagerOptions } from './host-options.ts';
import { wallClock } from './wall-clock.ts';

/**
 * `wattpurse manager LOGIN`: the first system manager, or a new one-time password for one who cannot log in. Whoever
 * may read the folder may do this: there is no other way in when all passwords are lost.
 */
export async function manager(args: readonly string[]): Promise<number> {
  const { login, ...books } = parseManagerOptions(args);
  const folder = await HostFolder.open(books);
  try {
    const { store } = folder;
    // What is written is sealed.
    await folder.keys();
    const people = createPeople({ store, clock: wallClock, randomness: systemRandomness, passwords: new Argon2() });
    const act: Act = {
      ...{ at: wallClock.now(), by: 'command line', role: 'system-manager', action: 'manager' },
      ...{ subject: `person ${login}`, detail: '', request: randomUUID() },
    };
    const known = await people.person(login);
    if ('role' in known && (known.role !== 'system-manager' || known.locked)) {
      throw new CannotGoOn(`"${login}" is ${known.locked ? 'locked' : `of role ${known.role}`}: take another login.`);
    }
    const made =
      'role' in known
        ? await people.resetPassword(act, login)
        : await people.addPerson(act, { login, name: login, role: 'system-manager' });
    if ('reason' in made) throw new CannotGoOn(made.sentence);
    process.stdout.write(
      `System manager ${login}, one-time password ${made.password}\nIt is good for a week, and for choosing another.\n`,
    );
    return 0;
  } catch (error) {
    throw inWords(error, folder.path);
  } finally {
    await folder.close();
  }
}
