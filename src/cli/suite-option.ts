import { Suite, suiteByName } from '../crypto/index.ts';
import { WrongUse } from './usage.ts';

/** `--suite` where value is kept, which `3des` does not do. @throws WrongUse */
export function valueSuiteOf(name: string): Suite {
  const suite = suiteByName(name);
  if (suite !== undefined && suite !== Suite.tripleDes) return suite;
  throw new WrongUse(`--suite is aes128, aes256 or 3des-xo, not "${name}".`);
}
