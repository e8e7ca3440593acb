import { sha256 } from '../crypto/index.ts';
import type { Milliseconds } from '../units/index.ts';
import { fail, isFailure, orStoreFailure } from './failures.ts';
import type { Asked, LoggedIn, PeoplePorts, PersonView } from './people-services.ts';
import type { StoreTransaction } from './ports.ts';
import { drawPassword, drawToken, tokenHash } from './secrets.ts';
import type { AuditEntry, HostFailure, Person, Session } from './types.ts';

export const IDLE_MS_MAX = 30 * 60_000;
export const SESSION_MS_MAX = 12 * 3_600_000;
/** How exactly it is known when a session was used last: a request a minute writes, the others only read. */
const SEEN_EVERY_MS = 60_000;
const SESSIONS_EACH_MAX = 10;

const FREE_ATTEMPTS = 5;
const LOCK_FIRST_MS = 15_000;
const LOCK_MS_MAX = 3_600_000;

const REFUSED: HostFailure = fail(
  'log-in-refused',
  'Login and password do not belong together, or too many were tried: check both, and wait a while before you go on.',
);

const NOT_ADMITTED: HostFailure = fail(
  'log-in-refused',
  'Nobody who is called so may log in here: ask a system manager.',
);

/** Log-ins, their sessions, and those that failed. */
export class LogIns {
  readonly #ports: PeoplePorts;
  /** Checked where there is no such login, so that this takes as long as where there is one. */
  #nobody: Promise<string | HostFailure> | undefined;

  constructor(ports: PeoplePorts) {
    this.#ports = ports;
  }

  async logIn(
    { login, password }: { readonly login: string; readonly password: string },
    asked: Asked,
  ): Promise<(LoggedIn & { readonly token: string }) | HostFailure> {
    const person = await this.verified(login, password, asked);
    if (isFailure(person)) return person;
    // While the password was being looked at, somebody may have locked the person out, or changed it.
    return this.#begun(login, 'log-in', asked, (current, now) =>
      current.password === person.password && mayLogIn(current, now) ? current : undefined,
    );
  }

  async logInProved(login: string, asked: Asked): Promise<(LoggedIn & { readonly token: string }) | HostFailure> {
    const { passwords, randomness } = this.#ports;
    const nobodys = await passwords.hash(drawPassword(randomness));
    if (typeof nobodys !== 'string') return nobodys;
    const begun = await this.#begun(login, 'log-in-proved', asked, (current) => {
      if (current.locked) return undefined;
      return current.oneTimeUntil === undefined ? current : { ...current, oneTimeUntil: undefined, password: nobodys };
    });
    return begun === REFUSED ? NOT_ADMITTED : begun;
  }

  /** @param admitted who comes in, as they stand in the books from now on; nobody where `undefined` */
  async #begun(
    login: string,
    action: string,
    asked: Asked,
    admitted: (current: Person, now: Milliseconds) => Person | undefined,
  ): Promise<(LoggedIn & { readonly token: string }) | HostFailure> {
    const { store, clock, randomness } = this.#ports;
    const now = clock.now();
    const token = drawToken(randomness);
    return orStoreFailure(
      store.transaction(async (tx) => {
        const [current] = await tx.people.of([login]);
        const person = current && admitted(current, now);
        if (person === undefined) return REFUSED;
        if (person !== current) await tx.people.put([person]);
        const session: Session = { id: tokenHash(token), person: person.id, createdAt: now, seenAt: now };
        await makeRoom(tx, person.id, now);
        await tx.sessions.put([session]);
        await tx.audit.append([entryOf(person, action, now, asked)]);
        return { person: viewOf(person), session, token };
      }),
    );
  }

  /**
   * Whose password this is. An attempt is counted before it is looked at, so that many at once are no more tries than
   * one after the other.
   */
  async verified(login: string, password: string, asked: Asked): Promise<Person | HostFailure> {
    const { store, clock, passwords } = this.#ports;
    const id = attemptsOf(login);
    const now = clock.now();
    const begun = await orStoreFailure(
      store.transaction(async (tx) => {
        const [before] = await tx.attempts.of([id]);
        if (before !== undefined && now < before.lockedUntil) return REFUSED;
        const count = (before?.count ?? 0) + 1;
        await tx.attempts.put([{ id, count, lockedUntil: (now + lockMs(count)) as Milliseconds }]);
        const [person] = await tx.people.of([login]);
        return { person };
      }),
    );
    if (isFailure(begun)) return begun;
    const { person } = begun;
    this.#nobody ??= passwords.hash('nobody has this password');
    const nobody = await this.#nobody;
    if (typeof nobody !== 'string') {
      this.#nobody = undefined;
      return nobody;
    }
    const right = await passwords.verify(normalized(password), person?.password ?? nobody);
    if (typeof right !== 'boolean') return right;
    if (!right || person === undefined || !mayLogIn(person, now)) {
      if (person === undefined) return REFUSED;
      const noted = await orStoreFailure(
        store.transaction(async (tx) => {
          await tx.audit.append([entryOf(person, 'log-in-refused', now, asked)]);
          return REFUSED;
        }),
      );
      return noted;
    }
    const forgotten = await orStoreFailure(
      store.transaction(async (tx) => {
        await tx.attempts.delete([id]);
        return person;
      }),
    );
    return forgotten;
  }

  async session(token: string): Promise<LoggedIn | undefined> {
    const { store, clock } = this.#ports;
    const id = tokenHash(token);
    const found = await store.read(async (tx) => {
      const [session] = await tx.sessions.of([id]);
      const [person] = session === undefined ? [] : await tx.people.of([session.person]);
      return { session, person };
    });
    const { session, person } = found;
    const now = clock.now();
    if (session === undefined || person === undefined || hasEnded(session, now) || !mayLogIn(person, now)) {
      return undefined;
    }
    if (Math.abs(now - session.seenAt) >= SEEN_EVERY_MS) {
      await store.transaction(async (tx) => {
        // Nobody comes back who was logged out meanwhile.
        const [current] = await tx.sessions.of([id]);
        if (current !== undefined) await tx.sessions.put([{ ...current, seenAt: now }]);
      });
    }
    return { person: viewOf(person), session };
  }

  async logOut(token: string, asked: Asked): Promise<void> {
    const { store, clock } = this.#ports;
    const id = tokenHash(token);
    await store.transaction(async (tx) => {
      const [session] = await tx.sessions.of([id]);
      const [person] = session === undefined ? [] : await tx.people.of([session.person]);
      if (person === undefined) return;
      await tx.sessions.delete([id]);
      await tx.audit.append([entryOf(person, 'log-out', clock.now(), asked)]);
    });
  }
}

/** One of 65,536: a thief who tries logins that nobody has fills no more rows than that. */
function attemptsOf(login: string): string {
  const [high = 0, low = 0] = sha256(new TextEncoder().encode(login));
  return String(high * 256 + low);
}

/** How long nobody is let in after so many tries in a row that failed. */
export function lockMs(count: number): number {
  if (count < FREE_ATTEMPTS) return 0;
  return Math.min(LOCK_FIRST_MS * 2 ** Math.min(count - FREE_ATTEMPTS, 16), LOCK_MS_MAX);
}

/** A clock that was set back ends no session later than it would have ended: one from the future has ended too. */
function hasEnded({ createdAt, seenAt }: Session, now: Milliseconds): boolean {
  const tooOld = now - createdAt >= SESSION_MS_MAX || now - seenAt >= IDLE_MS_MAX;
  return tooOld || seenAt - now >= IDLE_MS_MAX;
}

const mayLogIn = ({ locked, oneTimeUntil }: Person, now: Milliseconds): boolean =>
  !locked && (oneTimeUntil === undefined || now < oneTimeUntil);

/** Sessions that ended go, and the oldest of those that are too many. */
async function makeRoom(tx: StoreTransaction, person: string, now: Milliseconds): Promise<void> {
  const sessions = await tx.sessions.where('person', person);
  const living = sessions.filter((session) => !hasEnded(session, now)).sort((a, b) => b.seenAt - a.seenAt);
  const kept = new Set(living.slice(0, SESSIONS_EACH_MAX - 1));
  await tx.sessions.delete(sessions.filter((session) => !kept.has(session)).map(({ id }) => id));
}

/** The same password, however a keyboard puts its letters together. */
export const normalized = (password: string): string => password.normalize('NFKC');

export const entryOf = (
  { id, role }: Pick<Person, 'id' | 'role'>,
  action: string,
  at: Milliseconds,
  { request }: Asked,
): AuditEntry => ({ at, by: id, role, action, subject: `person ${id}`, detail: '', request });

export function viewOf({ password: _, ...view }: Person): PersonView {
  return view;
}
