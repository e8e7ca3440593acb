import { randomUUID } from 'node:crypto';
import { Argon2 } from '../adapters/argon2.ts';
import { drawPassword, type Person, ROLES, type Role, type Store } from '../host/index.ts';
import { subscriberOfHouse } from '../simulation/index.ts';
import { systemRandomness } from './demo-keys.ts';
import { wallClock } from './wall-clock.ts';

export interface DemoPerson {
  readonly role: Role;
  readonly login: string;
  readonly password: string;
}

/** The subscriber of the demo lives in its first house. */
const SUBSCRIBER = subscriberOfHouse(0);

/**
 * A person for each role, whose login is the role, with a new password at each start: those that were printed before
 * are good no more.
 */
export async function demoPeople(store: Store): Promise<DemoPerson[]> {
  const passwords = new Argon2();
  const people = await Promise.all(
    ROLES.map(async (role) => {
      const password = drawPassword(systemRandomness);
      const hash = await passwords.hash(password);
      if (typeof hash !== 'string') throw new Error(hash.sentence);
      const subscriber = role === 'subscriber' ? SUBSCRIBER : undefined;
      const person: Person = {
        ...{ id: role, name: `Demo ${role.replace('-', ' ')}`, role, subscriber, password: hash },
        ...{ oneTimeUntil: undefined, locked: false, createdAt: wallClock.now() },
      };
      return { person, password };
    }),
  );
  const request = randomUUID();
  await store.transaction(async (tx) => {
    await tx.people.put(people.map(({ person }) => person));
    for (const { person } of people) {
      const sessions = await tx.sessions.where('person', person.id);
      await tx.sessions.delete(sessions.map(({ id }) => id));
    }
    const at = wallClock.now();
    await tx.audit.append(
      people.map(({ person: { id, role } }) => ({
        ...{ at, by: 'demo', role, action: 'new-password', subject: `person ${id}`, detail: '', request },
      })),
    );
  });
  return people.map(({ person, password }) => ({ role: person.role, login: person.id, password }));
}
