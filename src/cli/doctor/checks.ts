import { backUpCheck } from './back-up-check.ts';
import { databaseCheck, headsCheck, unitsCheck } from './book-checks.ts';
import { brokerCheck } from './broker-check.ts';
import { certificatesCheck } from './certificate-checks.ts';
import type { Check } from './check.ts';
import { clockCheck } from './clock-check.ts';
import { folderCheck, hostFileCheck, inUseCheck } from './folder-checks.ts';
import { packagesCheck } from './package-checks.ts';
import { partnersCheck } from './partner-checks.ts';
import { portsCheck } from './port-checks.ts';
import { rotationCheck } from './rotation-check.ts';
import { keysCheck, secretsCheck } from './secret-checks.ts';

/**
 * All that is looked at, in this order. One more is a line here, a `Check` in a file beside, its names in `FINDINGS`
 * and a row for each in the page of the doctor, which a test compares.
 */
export const CHECKS: readonly Check[] = [
  folderCheck,
  inUseCheck,
  hostFileCheck,
  secretsCheck,
  databaseCheck,
  keysCheck,
  headsCheck,
  backUpCheck,
  rotationCheck,
  clockCheck,
  portsCheck,
  certificatesCheck,
  brokerCheck,
  partnersCheck,
  packagesCheck,
  unitsCheck,
];
