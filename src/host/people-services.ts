import type { Milliseconds, Randomness, WallClock } from '../units/index.ts';
import type { Act } from './office.ts';
import type { PasswordHash } from './password-port.ts';
import type { JournalQuery, Numbered, Store } from './ports.ts';
import type { ApiKey, Approval, AuditEntry, HostFailure, KeptAnswer, Person, Role, Session } from './types.ts';

export interface PeoplePorts {
  readonly store: Store;
  readonly clock: WallClock;
  readonly randomness: Randomness;
  readonly passwords: PasswordHash;
}

/** A person as others may see them. */
export type PersonView = Omit<Person, 'password'>;

export interface LoggedIn {
  readonly person: PersonView;
  readonly session: Session;
}

export interface NewPerson {
  readonly login: string;
  readonly name: string;
  readonly role: Role;
  readonly subscriber?: string;
}

export interface PersonChange {
  readonly name?: string;
  readonly role?: Role;
  readonly locked?: boolean;
}

export interface NewApiKey {
  readonly name: string;
  readonly role: Role;
  readonly scopes: readonly string[];
  readonly expiresAt?: Milliseconds;
}

/** Where a request came from that nobody is logged in for yet, or who has no say in what is written of it. */
export interface Asked {
  readonly request: string;
}

/**
 * Who may come in, and what they did. What may be refused answers with a value or a `HostFailure`; lists and what is
 * asked at every request reject with the store's `StoreError`.
 */
export interface PeopleServices {
  /**
   * Refusals do not say whether there is such a login. After some that failed in a row a login is closed for a while,
   * which doubles with every one that follows. The token is told here and nowhere else.
   */
  logIn(
    credentials: { readonly login: string; readonly password: string },
    asked: Asked,
  ): Promise<(LoggedIn & { readonly token: string }) | HostFailure>;
  /**
   * Logs somebody in whom an identity provider has proved. A password that was made for them and never used is good
   * for nothing after that.
   */
  logInProved(login: string, asked: Asked): Promise<(LoggedIn & { readonly token: string }) | HostFailure>;
  /** Who a token belongs to; nobody, where its session has ended. */
  session(token: string): Promise<LoggedIn | undefined>;
  logOut(token: string, asked: Asked): Promise<void>;
  /** Ends all sessions of the person. A wrong old password counts like a log-in that failed. */
  changePassword(
    login: string,
    passwords: { readonly old: string; readonly new: string },
    asked: Asked,
  ): Promise<PersonView | HostFailure>;

  /** The password is told here and nowhere else, and good for choosing another. */
  addPerson(
    act: Act,
    person: NewPerson,
  ): Promise<{ readonly person: PersonView; readonly password: string } | HostFailure>;
  changePerson(act: Act, login: string, change: PersonChange): Promise<PersonView | HostFailure>;
  resetPassword(
    act: Act,
    login: string,
  ): Promise<{ readonly person: PersonView; readonly password: string } | HostFailure>;
  endSessions(act: Act, login: string): Promise<PersonView | HostFailure>;
  person(login: string): Promise<PersonView | HostFailure>;
  /** By login. */
  people(query: { readonly after?: string; readonly limit: number }): Promise<PersonView[]>;

  /** The key is told here and nowhere else. */
  addApiKey(act: Act, key: NewApiKey): Promise<{ readonly apiKey: ApiKey; readonly key: string } | HostFailure>;
  revokeApiKey(act: Act, id: string): Promise<ApiKey | HostFailure>;
  /** Whose key this is; nobody's, where it was revoked or its time is over. */
  apiKey(key: string): Promise<ApiKey | undefined>;
  /** By id. */
  apiKeys(query: { readonly after?: string; readonly limit: number }): Promise<ApiKey[]>;

  approval(id: string): Promise<Approval | HostFailure>;
  /** In the order in which they were asked for. */
  approvals(query: { readonly after?: string; readonly limit: number }): Promise<Approval[]>;
  /** Those that nobody has decided yet. */
  waitingApprovals(query: { readonly after?: string; readonly limit: number }): Promise<Approval[]>;
  /** The newest first. */
  audit(query: JournalQuery): Promise<Numbered<AuditEntry>[]>;
  /** What was answered under a key, if anything was. */
  keptAnswer(key: string): Promise<KeptAnswer | undefined>;
}
