import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { bookKeys } from '../../adapters/book-keys.ts';
import {
  KeyTokenError,
  type KeyTokenFailure,
  keyName,
  openKeyRing,
  Purpose,
  SoftwareKeyStore,
  Suite,
  TokenKeyStore,
  type UtilityKeys,
} from '../../crypto/index.ts';
import { StoreError } from '../../host/index.ts';
import { assertNever } from '../../units/index.ts';
import { DEMO_PASSPHRASE, systemRandomness } from '../demo-keys.ts';
import { CERTIFICATE_FILES } from '../field-options.ts';
import { BOOK_KEYS_FILE, KEYS_FILE, RECEIPT_KEY_FILE } from '../folder-files.ts';
import { besideOf, type HostConfiguration, variableOf } from '../host-configuration.ts';
import { PASSPHRASE_MISSING } from '../host-folder.ts';
import { PASSPHRASE_FILE_VARIABLE, PASSPHRASE_VARIABLE, passphrase } from '../passphrase.ts';
import { openToken, tokenOf } from '../token-file.ts';
import { WrongUse } from '../usage.ts';
import { type Check, type Finding, type FindingName, fine, found, type Subject } from './check.ts';

/** Read, written or run by everybody on the machine. A group of one's own may read: those who hand out secrets want it. */
const OTHERS = 0o007;

/** Whether each secret is there, and for its owner alone. */
export const secretsCheck: Check = {
  name: 'secrets',
  async of(subject) {
    const { configuration, options } = subject;
    const findings: Finding[] = [];
    const named = configuration === undefined ? [] : secretFilesOf(configuration.configuration);
    for (const path of named) {
      try {
        configuration?.secret(path);
      } catch (error) {
        if (!(error instanceof WrongUse)) throw error;
        findings.push(found('secret-missing', error.message));
      }
    }
    const files = [
      ...[KEYS_FILE, RECEIPT_KEY_FILE].map((name) => join(options.data, name)),
      ...named
        .filter((path) => variableOf(path) === undefined)
        .map((path) => besideOf(options.configuration ?? '.', path)),
      ...(options.certificates === undefined ? [] : [join(options.certificates, CERTIFICATE_FILES.key)]),
      ...(process.env[PASSPHRASE_FILE_VARIABLE] ? [process.env[PASSPHRASE_FILE_VARIABLE]] : []),
    ].filter((path) => existsSync(path));
    const open = files.filter((path) => (statSync(path).mode & OTHERS) !== 0);
    findings.push(
      ...open.map((path) =>
        found(
          'secret-open',
          `${path} holds a secret, and everybody on this machine may use it: run chmod 600 ${path}, and change the secret if others were here.`,
        ),
      ),
    );
    if (findings.length > 0 || files.length === 0) return findings;
    return [fine(`${files.length === 1 ? '1 secret file is' : `${files.length} secret files are`} closed to others.`)];
  },
};

/** As they stand there, relative to the file itself. What is published, as a certificate, is none. */
function secretFilesOf({ receiptKeyFile, identity, payments, telephone, cardPipes }: HostConfiguration): string[] {
  const ofPayments = Object.values(payments ?? {}).flatMap((payment) => {
    switch (payment.type) {
      case 'acquirer':
        return [];
      case 'stripe':
        return [payment.secretKeyFile, payment.webhookSecretFile];
      case 'mobile-money':
        return [payment.consumerSecretFile, payment.passKeyFile, payment.securityCredentialFile];
      default:
        return assertNever(payment);
    }
  });
  const optional = [receiptKeyFile, identity?.clientSecretFile, telephone?.ussdKeyFile, telephone?.voice?.tokenFile];
  return [
    ...optional.filter((path) => path !== undefined),
    ...ofPayments,
    ...Object.values(cardPipes ?? {}).map(({ keyFile }) => keyFile),
  ];
}

/** Whether the keyring opens, and is that of these books. */
export const keysCheck: Check = {
  name: 'keys',
  async of(subject) {
    const path = join(subject.options.data, KEYS_FILE);
    const secret = readPassphrase(subject);
    if (typeof secret !== 'string') return [secret];
    if (!existsSync(path))
      return (await isBegun(subject)) ? [missing(path)] : [fine(`${path} is drawn at the first start.`)];
    const keys = await openKeyRing(readFileSync(path), secret, systemRandomness);
    if (!(keys instanceof SoftwareKeyStore)) {
      if (keys.reason !== 'passphrase-wrong') return [found('keyring-damaged', `${path}: ${keys.sentence}`)];
      return [
        found(
          'passphrase-wrong',
          `${path} does not open under the passphrase of ${PASSPHRASE_VARIABLE} or ${PASSPHRASE_FILE_VARIABLE}: give the one that it was sealed under, or put the file back from a copy.`,
        ),
      ];
    }
    const held = await inToken(subject, keys);
    if ('severity' in held) return [held];
    return [
      (await isOfThese(subject, held)) ? fine(`${path} opens, and is the keyring of these books.`) : foreign(path),
    ];
  },
};

/** The keys themselves, where they are in a token, or why they are not to be had. */
async function inToken({ options: { data } }: Subject, keyring: SoftwareKeyStore): Promise<UtilityKeys | Finding> {
  const fault = (reason: KeyTokenFailure, sentence: string) => found(TOKEN_FINDINGS[reason], sentence);
  try {
    const at = tokenOf(data);
    return at === undefined ? keyring : await TokenKeyStore.open(keyring, await openToken(at));
  } catch (error) {
    if (error instanceof KeyTokenError) return fault(error.reason, error.message);
    if (error instanceof WrongUse) return fault('pin-wrong', error.message);
    throw error;
  }
}

const TOKEN_FINDINGS = {
  'driver-missing': 'package-missing',
  'module-missing': 'token-module-missing',
  'token-missing': 'token-missing',
  'pin-wrong': 'token-pin-wrong',
  'key-open': 'token-missing',
  failed: 'token-missing',
} as const satisfies Readonly<Record<KeyTokenFailure, FindingName>>;

function readPassphrase({ isDemo }: Subject): string | Finding {
  try {
    return passphrase() ?? (isDemo ? DEMO_PASSPHRASE : found('passphrase-missing', PASSPHRASE_MISSING));
  } catch (error) {
    if (!(error instanceof WrongUse)) throw error;
    return found('passphrase-missing', error.message);
  }
}

const missing = (path: string): Finding =>
  found('keyring-missing', `These books have a keyring, and ${path} is not there: put a copy of it there.`);
const foreign = (path: string): Finding =>
  found('keyring-foreign', `${path} is not the keyring of these books: put theirs in its place, or name their folder.`);

async function isBegun(subject: Subject): Promise<boolean> {
  return (await factOf(subject)) !== undefined;
}

async function isOfThese(subject: Subject, keys: UtilityKeys): Promise<boolean> {
  const known = await factOf(subject);
  const value = Number.parseInt(await keys.checkValue(keyName(Purpose.value, Suite.aes128, 0)), 16);
  if (known !== undefined) return known === value;
  // A demo remembers no check value; the key that signed its books tells the same.
  const published = join(subject.options.data, BOOK_KEYS_FILE);
  if (!existsSync(published)) return true;
  return readFileSync(published, 'utf8').trim() === bookKeys(keys.bookSecret()).published;
}

/** The check value that the books know. What keeps them from being read is told by their own check. */
async function factOf({ books }: Subject): Promise<number | undefined> {
  try {
    return (await books())?.contents?.facts.get('keyring');
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return undefined;
  }
}
