import { hash, randomBytes } from 'node:crypto';
import { Argon2 } from '../../../src/adapters/argon2.ts';
import { createApi, Metrics } from '../../../src/api/index.ts';
import { systemRandomness } from '../../../src/cli/demo-keys.ts';
import { PAGES_FOLDER } from '../../../src/cli/pages-folder.ts';
import { wallClock } from '../../../src/cli/wall-clock.ts';
import { createPeople } from '../../../src/host/index.ts';
import type { Office } from './office.ts';

/** The pages and the API of an office, and an operator who is logged in there. */
export class CallsDesk {
  readonly address: string;
  /** Of the operator's session. */
  readonly cookie: { readonly name: string; readonly value: string };
  readonly close: () => Promise<void>;

  private constructor(address: string, token: string, close: () => Promise<void>) {
    this.address = address;
    this.cookie = { name: 'wattpurse', value: token };
    this.close = close;
  }

  static async open({ host, store, callers, switchboard }: Office): Promise<CallsDesk> {
    const people = createPeople({ store, clock: wallClock, randomness: systemRandomness, passwords: new Argon2() });
    const token = randomBytes(32).toString('hex');
    const now = wallClock.now();
    await store.transaction(async (tx) => {
      await tx.people.put([
        {
          ...{ id: 'lee', name: 'Lee', role: 'operator', subscriber: undefined, password: 'none', locked: false },
          ...{ oneTimeUntil: undefined, createdAt: now },
        },
      ]);
      await tx.sessions.put([{ id: hash('sha256', token), person: 'lee', createdAt: now, seenAt: now }]);
    });
    const readiness = async () => ({ ready: true, parts: {} });
    const services = { host, people, clock: wallClock, metrics: new Metrics(), readiness, callers, talks: switchboard };
    const app = createApi(services, { pages: PAGES_FOLDER });
    const address = await app.listen({ host: '127.0.0.1', port: 0 });
    return new CallsDesk(address, token, () => app.close());
  }
}
