import { sha256Hex } from '../crypto/index.ts';
import { DEFAULT_TARIFF } from '../tariff/index.ts';
import type { Milliseconds } from '../units/index.ts';
import { createCallers } from './callers.ts';
import type { Act, CallerServices, HostPorts, PasswordHash } from './index.ts';
import { Till } from './payments.testing.ts';
import { made } from './rig.testing.ts';

/** One that takes no time: what Argon2 does is tested where it is. */
export const quickHash: PasswordHash = {
  hash: async (password) => sha256Hex(`salt ${password}`),
  verify: async (password, hash) => sha256Hex(`salt ${password}`) === hash,
};

export { DEFAULT_TARIFF };

export const ACT: Act = {
  ...{ at: 0 as Milliseconds, by: 'lee', role: 'operator', action: 'allow-caller', subject: 'meter', detail: '' },
  request: 'r',
};
export const PIN = '271828';
export const NUMBER = '821012345678';

/** A host with a bank, a meter that somebody may call for, and who answers for callers. */
export class CallerRig {
  readonly till: Till;
  readonly callers: CallerServices;

  private constructor(till: Till) {
    this.till = till;
    const { store, clock } = till.rig;
    this.callers = createCallers({ store, clock, passwords: quickHash });
  }

  static async open(ports: Partial<HostPorts> = {}): Promise<CallerRig> {
    return CallerRig.over(await Till.open({ meters: 2, ports }));
  }

  static async over(till: Till): Promise<CallerRig> {
    const rig = new CallerRig(till);
    made(
      await rig.callers.allowCaller(ACT, {
        ...{ meter: 0, number: NUMBER, language: 'en', usual: 2_000, pin: PIN },
        means: [{ port: 'bank', account: { type: 'token', token: 'kept' } }],
      }),
    );
    return rig;
  }
}
