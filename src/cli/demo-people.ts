import { randomUUID } from 'node:crypto';
import { Argon2 } from '../adapters/argon2.ts';
import { type Act, drawPassword, type HostServices, type Person, ROLES, type Role, type Store } from '../host/index.ts';
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

/** Whoever logs in as agent sells for this one. */
const AGENT = { id: 'corner-shop', name: 'Corner shop', commissionBasisPoints: 150 };
const FLOAT = 50_000;

/**
 * Gives the agent of a new demo its account and a float to sell from, paid in by bank transfer; one that is there
 * stays as it is, whatever was sold of it.
 */
export async function demoAgent(host: HostServices): Promise<void> {
  const known = await host.agent(AGENT.id);
  if (!('reason' in known)) return;
  const act = (action: string, asked: object): Act => ({
    ...{ at: wallClock.now(), by: 'demo', role: 'operator', action, subject: `agent ${AGENT.id}` },
    detail: JSON.stringify(asked),
    request: randomUUID(),
  });
  const { id: _, ...terms } = AGENT;
  const paidIn = {
    direction: 'pay-in',
    amount: FLOAT,
    method: 'bank-transfer',
    reference: 'opening',
  } as const;
  for (const made of [
    await host.by(act('addAgent', terms)).addAgent(AGENT),
    await host.by(act('addAgentMember', { member: 'agent' })).addAgentMember({ id: 'agent', agent: AGENT.id }),
    await host.by(act('moveFloat', paidIn)).moveFloat({ agent: AGENT.id, ...paidIn }),
  ]) {
    if ('sentence' in made) throw new Error(made.sentence);
  }
}

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
