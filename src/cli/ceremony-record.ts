import { CUSTODIANS_NEEDED } from '../adapters/custody.ts';
import { toHex } from '../bytes/index.ts';
import { type KeyName, keyNameText, sha256 } from '../crypto/index.ts';
import type { TableSheet } from '../host/index.ts';
import type { Ceremony } from './ceremony-file.ts';
import { CannotGoOn } from './failure.ts';
import { sheetText } from './sheet-text.ts';
import { wallClock } from './wall-clock.ts';
import { writeNamed } from './write-whole.ts';

/** Where one key of a utility lies, and the six digits by which people compare it. */
export interface KeyListed {
  readonly n: KeyName;
  readonly check: string;
  /** At the host, with the custodians, or both. */
  readonly places: readonly ('keyring' | 'token' | 'custodians')[];
}

/** What people sign: who keeps what, by names and check values, and nothing that opens anything. */
export function recordSheet(ceremony: Ceremony, keys: readonly KeyListed[]): TableSheet {
  const { number, utility, heldAt, custodians, lock } = ceremony;
  return {
    title: 'Record of a key ceremony',
    sections: [
      {
        ...{ title: 'Ceremony', heads: [] },
        rows: [
          ['Utility', String(utility)],
          ['Number', number],
          ['Held', minuteText(heldAt)],
          ['Needed to open', `${CUSTODIANS_NEEDED} of ${custodians.length} custodians`],
          ['Check of the lock', toHex(sha256(Buffer.from(lock, 'base64url')).subarray(0, 4))],
        ],
      },
      {
        ...{ title: 'Custodians', heads: ['Check of the share', 'Signature'] },
        rows: custodians.map(({ name, check }, i) => [`${i + 1}  ${name}`, check, SIGNATURE]),
      },
      {
        ...{ title: 'Master keys', heads: ['Check value', 'Kept by'] },
        rows: keys.map(({ n, check, places }) => [keyNameText(n), check, places.join(', ')]),
      },
      {
        ...{ title: 'Present', heads: ['Signature'] },
        rows: [
          ['Led by', SIGNATURE],
          ['Witness', SIGNATURE],
        ],
      },
    ],
  };
}

/** On paper where the name ends so, as text otherwise. @throws CannotGoOn */
export async function writeRecord(path: string, sheet: TableSheet): Promise<void> {
  if (!/\.pdf$/i.test(path)) return writeNamed(path, `${sheetText(sheet)}\n`);
  const { sheetPdf } = await import('../adapters/sheet-pdf.ts');
  const printed = await sheetPdf(sheet, 'The record', wallClock.now());
  if ('reason' in printed) throw new CannotGoOn(printed.sentence);
  writeNamed(path, printed);
}

const SIGNATURE = '_'.repeat(28);

const minuteText = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
