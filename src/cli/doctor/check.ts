import type { BookHealth } from '../../storage/index.ts';
import type { ReadConfiguration } from '../host-configuration.ts';
import type { DoctorOptions } from './options.ts';
import type { Processes } from './processes.ts';

/** `fault`: a host does not start, or value, keys or proof are in danger. `warning`: somebody should look. */
export type Severity = 'fault' | 'warning' | 'fine';

/** What can be found, by the name that programs and the operating guide know it by. */
export const FINDINGS = {
  'folder-missing': 'warning',
  'folder-foreign': 'fault',
  'folder-unusable': 'fault',
  'folder-read-only': 'fault',
  'folder-in-use': 'fault',
  'disk-full': 'fault',
  'disk-nearly-full': 'warning',
  'host-file-wrong': 'fault',
  'configuration-wrong': 'fault',
  'secret-missing': 'fault',
  'secret-open': 'fault',
  'passphrase-missing': 'fault',
  'passphrase-wrong': 'fault',
  'keyring-missing': 'fault',
  'keyring-damaged': 'fault',
  'keyring-foreign': 'fault',
  'token-missing': 'fault',
  'token-module-missing': 'fault',
  'token-pin-wrong': 'fault',
  'books-missing': 'fault',
  'books-elsewhere': 'fault',
  'database-unreachable': 'fault',
  'database-damaged': 'fault',
  'database-foreign': 'fault',
  'schema-newer': 'fault',
  'schema-older': 'warning',
  'head-missing': 'fault',
  'day-unsigned': 'fault',
  'clock-wrong': 'fault',
  'clock-unproved': 'warning',
  'port-taken': 'fault',
  'port-forbidden': 'fault',
  'certificate-missing': 'fault',
  'certificate-expired': 'fault',
  'certificate-expires': 'warning',
  'certificate-name': 'fault',
  'certificate-untrusted': 'fault',
  'broker-unreachable': 'fault',
  'broker-refused': 'fault',
  'broker-keeps-nothing': 'fault',
  'partner-unreachable': 'fault',
  'package-missing': 'fault',
  'reader-missing': 'fault',
  'back-up-old': 'fault',
  'rotation-stopped': 'warning',
  'rotation-overdue': 'warning',
  'unit-silent': 'fault',
  'address-doubled': 'fault',
  'number-doubled': 'fault',
} as const satisfies Readonly<Record<string, Exclude<Severity, 'fine'>>>;
export type FindingName = keyof typeof FINDINGS;

export interface Finding {
  /** Nothing where it is only told that all is well. */
  readonly name: FindingName | undefined;
  readonly severity: Severity;
  /** What it is, and what to do about it. */
  readonly sentence: string;
}

export const found = (name: FindingName, sentence: string): Finding => ({ name, severity: FINDINGS[name], sentence });
export const fine = (sentence: string): Finding => ({ name: undefined, severity: 'fine', sentence });

/** What is looked at. What several checks ask for is looked at once. */
export interface Subject {
  readonly options: DoctorOptions;
  /** Of this machine. Unix milliseconds. */
  readonly now: number;
  readonly isDemo: boolean;
  /** Nothing where none was named, or where it is wrong. */
  readonly configuration: ReadConfiguration | undefined;
  readonly processes: Processes;
  /** Rejects with a StoreError; nothing where there is no database yet. */
  readonly books: () => Promise<BookHealth | undefined>;
}

/** One thing that may be wrong. It changes nothing, takes some seconds at most, and throws for nothing but a bug. */
export interface Check {
  /** A word for the column before its sentences. */
  readonly name: string;
  readonly of: (subject: Subject) => Promise<readonly Finding[]>;
}
