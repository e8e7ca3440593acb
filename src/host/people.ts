import type { Milliseconds } from '../units/index.ts';
import { apiKeyId, drawApiKey, opens, revokeApiKey } from './api-keys.ts';
import { changedMeanwhile, fail, isFailure, orStoreFailure, subscriberFault, textFault } from './failures.ts';
import { entryOf, LogIns, normalized, viewOf } from './log-in.ts';
import type { NewPerson, PeoplePorts, PeopleServices } from './people-services.ts';
import type { StoreReads, StoreTransaction } from './ports.ts';
import { drawPassword } from './secrets.ts';
import type { HostFailure, Person, Role } from './types.ts';
import { type Act, witnessed } from './witness.ts';

export const ROLES: readonly Role[] = [
  'operator',
  'cashier',
  'agent',
  'technician',
  'auditor',
  'system-manager',
  'seller',
  'subscriber',
];

/** A password that the program made waits so long for its person. */
const ONE_TIME_MS = 7 * 86_400_000;
const PASSWORD_MIN = 12;
const PASSWORD_MAX = 128;
const PASSWORD_DIFFERENT_MIN = 6;
const PEOPLE_A_PAGE = 200;

/** The people of a utility, their ways in, and the log of what they did. */
export function createPeople(ports: PeoplePorts): PeopleServices {
  const { store, clock, randomness, passwords } = ports;
  const logIns = new LogIns(ports);

  const request = <T extends object>(act: Act, work: (tx: StoreTransaction) => Promise<T | HostFailure>) =>
    orStoreFailure(store.transaction((tx) => witnessed<T | HostFailure>(tx, act, () => work(tx))));

  /** A password of the program's own, with its hash: the work is done before the transaction begins. */
  async function oneTime(act: Act) {
    const password = drawPassword(randomness);
    const hash = await passwords.hash(password);
    if (typeof hash !== 'string') return hash;
    return { password, fields: { password: hash, oneTimeUntil: (act.at + ONE_TIME_MS) as Milliseconds } };
  }

  return {
    logIn: (credentials, asked) => logIns.logIn(credentials, asked),
    logInProved: (login, asked) => logIns.logInProved(login, asked),
    session: (token) => logIns.session(token),
    logOut: (token, asked) => logIns.logOut(token, asked),

    async changePassword(login, { old, new: wanted }, asked) {
      const person = await logIns.verified(login, old, asked);
      if (isFailure(person)) return person;
      const fault = passwordFault(login, wanted) ?? (old === wanted ? weak('It has to be another one.') : undefined);
      if (fault !== undefined) return fault;
      const hash = await passwords.hash(normalized(wanted));
      if (typeof hash !== 'string') return hash;
      return orStoreFailure(
        store.transaction(async (tx) => {
          const current = await personOf(tx, login);
          if (isFailure(current)) return current;
          if (current.password !== person.password) return changedMeanwhile();
          const changed: Person = { ...current, password: hash, oneTimeUntil: undefined };
          await tx.people.put([changed]);
          await endSessions(tx, login);
          await tx.audit.append([entryOf(changed, 'change-password', clock.now(), asked)]);
          return viewOf(changed);
        }),
      );
    },

    async addPerson(act, wanted) {
      const made = await oneTime(act);
      if (isFailure(made)) return made;
      return request(act, async (tx) => {
        const fault = await newPersonFault(tx, wanted);
        if (fault !== undefined) return fault;
        const { login: id, name, role, subscriber } = wanted;
        const person: Person = { id, name, role, subscriber, ...made.fields, locked: false, createdAt: act.at };
        await tx.people.put([person]);
        return { person: viewOf(person), password: made.password };
      });
    },
    changePerson: (act, login, change) =>
      request(act, async (tx) => {
        const current = await personOf(tx, login);
        if (isFailure(current)) return current;
        const changed: Person = { ...current, ...change };
        const fault = await changeFault(tx, current, changed);
        if (fault !== undefined) return fault;
        await tx.people.put([changed]);
        // What a session may do was decided for what its person was.
        if (changed.locked || changed.role !== current.role) await endSessions(tx, login);
        return viewOf(changed);
      }),
    async resetPassword(act, login) {
      const made = await oneTime(act);
      if (isFailure(made)) return made;
      return request(act, async (tx) => {
        const current = await personOf(tx, login);
        if (isFailure(current)) return current;
        const person: Person = { ...current, ...made.fields };
        await tx.people.put([person]);
        await endSessions(tx, login);
        return { person: viewOf(person), password: made.password };
      });
    },
    endSessions: (act, login) =>
      request(act, async (tx) => {
        const person = await personOf(tx, login);
        if (isFailure(person)) return person;
        await endSessions(tx, login);
        return viewOf(person);
      }),
    person: (login) =>
      orStoreFailure(
        store.read(async (tx) => {
          const person = await personOf(tx, login);
          return isFailure(person) ? person : viewOf(person);
        }),
      ),
    people: (query) => store.read(async (tx) => (await tx.people.page(query)).map(viewOf)),

    addApiKey: (act, wanted) =>
      request(act, async (tx) => {
        const drawn = drawApiKey(act, wanted, randomness);
        if (!isFailure(drawn)) await tx.apiKeys.put([drawn.apiKey]);
        return drawn;
      }),
    revokeApiKey: (act, id) => request(act, (tx) => revokeApiKey(tx, act, id)),
    async apiKey(key) {
      const id = apiKeyId(key);
      if (id === undefined) return undefined;
      const [found] = await store.read((tx) => tx.apiKeys.of([id]));
      return found !== undefined && opens(found, key, clock.now()) ? found : undefined;
    },
    apiKeys: (query) => store.read((tx) => tx.apiKeys.page(query)),

    approval: (id) =>
      orStoreFailure(
        store.read(
          async (tx) =>
            (await tx.approvals.of([id]))[0] ??
            fail('approval-unknown', 'Nobody asked for such an approval: check its id.'),
        ),
      ),
    approvals: (query) => store.read((tx) => tx.approvals.page(query)),
    waitingApprovals: (query) => store.read((tx) => tx.approvals.where('state', 'waiting', query)),
    audit: (query) => store.read((tx) => tx.audit.page(query)),
    keptAnswer: (key) => store.read(async (tx) => (await tx.keptAnswers.of([key]))[0]),
  };
}

async function personOf(tx: StoreReads, login: string): Promise<Person | HostFailure> {
  const [person] = await tx.people.of([login]);
  return person ?? fail('person-unknown', `There is nobody with the login "${login}": check it.`, { about: login });
}

async function endSessions(tx: StoreTransaction, login: string): Promise<void> {
  const sessions = await tx.sessions.where('person', login);
  await tx.sessions.delete(sessions.map(({ id }) => id));
}

async function newPersonFault(
  tx: StoreReads,
  { login, name, role, subscriber }: NewPerson,
): Promise<HostFailure | undefined> {
  if (!/^[a-z][a-z0-9._-]{1,31}$/.test(login)) {
    const rule = 'A login has 2 to 32 small letters, digits, dots, hyphens and underscores, and begins with a letter.';
    return fail('person-wrong', rule, { charactersMin: 2, charactersMax: 32 });
  }
  const fault = textFault('person-wrong', "A person's name", name);
  if (fault !== undefined) return fault;
  if ((role === 'subscriber') !== (subscriber !== undefined)) {
    return fail('person-wrong', 'A person of role subscriber belongs to a subscriber, and nobody else does.');
  }
  const nobody = subscriber === undefined ? undefined : await subscriberFault(tx, subscriber);
  if (nobody !== undefined) return nobody;
  const [known] = await tx.people.of([login]);
  return (
    known &&
    fail('person-known', `The login "${login}" was given to somebody already: choose another.`, { about: login })
  );
}

async function changeFault(tx: StoreReads, before: Person, after: Person): Promise<HostFailure | undefined> {
  const fault = textFault('person-wrong', "A person's name", after.name);
  if (fault !== undefined) return fault;
  if ((before.role === 'subscriber') !== (after.role === 'subscriber')) {
    return fail('person-wrong', 'Nobody becomes a subscriber, or ceases to be one: add a person of that role.');
  }
  const wasManager = before.role === 'system-manager' && !before.locked;
  const isManager = after.role === 'system-manager' && !after.locked;
  if (!wasManager || isManager || (await hasOtherManager(tx, before.id))) return undefined;
  return fail('manager-last', 'This is the last system manager who can log in: make another one first.');
}

async function hasOtherManager(tx: StoreReads, login: string): Promise<boolean> {
  for (let after = ''; ; ) {
    const people = await tx.people.page({ after, limit: PEOPLE_A_PAGE });
    if (people.some(({ id, role, locked }) => id !== login && role === 'system-manager' && !locked)) return true;
    if (people.length < PEOPLE_A_PAGE) return false;
    after = people.at(-1)?.id ?? '';
  }
}

/** The rule for passwords, in the sentence with which one is refused. */
function passwordFault(login: string, password: string): HostFailure | undefined {
  const letters = [...normalized(password)];
  const isGood =
    letters.length >= PASSWORD_MIN &&
    letters.length <= PASSWORD_MAX &&
    new Set(letters).size >= PASSWORD_DIFFERENT_MIN &&
    !normalized(password).toLowerCase().includes(login);
  return isGood ? undefined : weak('Choose another.');
}

const weak = (what: string): HostFailure =>
  fail(
    'password-weak',
    `A password has ${PASSWORD_MIN} to ${PASSWORD_MAX} characters, at least ${PASSWORD_DIFFERENT_MIN} different ones, and your login is no part of it. ${what}`,
    { charactersMin: PASSWORD_MIN, charactersMax: PASSWORD_MAX, differentMin: PASSWORD_DIFFERENT_MIN },
  );
