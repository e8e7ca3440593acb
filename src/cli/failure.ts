import { KeyTokenError } from '../crypto/index.ts';
import { StoreError } from '../host/ports.ts';
import { WrongUse } from './usage.ts';

/** The disk, or whatever else the program stands on, does not let it go on: one sentence, exit 1. */
export class CannotGoOn extends Error {
  override readonly name = 'CannotGoOn';
}

/** Another process works in the folder. */
class FolderInUse extends WrongUse {}

/**
 * For what a host that runs in the folder does as well: its refusal says where, and the host need not be stopped.
 * @param meanwhile `press "Move in" on its page …`
 * @throws WrongUse in place of what says that the folder is in use, and everything else as it is
 */
export const orAtItsHost = (folder: string, meanwhile: string) => (error: unknown) => {
  if (!(error instanceof FolderInUse)) throw error;
  throw new WrongUse(
    `The data folder ${folder} is in use by another process: stop that one or, where it is the host, ${meanwhile}.`,
  );
};

/**
 * An error of the disk, the database or a token of keys as the sentence that a person can act on. A bug stays what it is.
 * @param place the file or folder to name where the error names none
 */
export function inWords(error: unknown, place: string): unknown {
  if (error instanceof StoreError) return ofStore(error, place);
  if (error instanceof KeyTokenError) return new CannotGoOn(error.message, { cause: error });
  if (!isSystemError(error)) return error;
  const { what, remedy } = CODES[error.code] ?? { what: error.message, remedy: 'check disk and rights' };
  const sentence = `${error.path ?? place} cannot be used, because ${what} (${error.code}): ${remedy}.`;
  return new CannotGoOn(sentence, { cause: error });
}

interface SystemError extends Error {
  readonly code: string;
  readonly path?: string;
}

/** Errors of system calls name their call; a wrong argument, which is a bug, has a code as well but no call. */
const isSystemError = (error: unknown): error is SystemError =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && 'syscall' in error;

const ROOM = 'make room and start again';
const ELSEWHERE = 'name another folder with --data';
const RIGHTS = `ask for the right, or ${ELSEWHERE}`;

const CODES: Readonly<Record<string, { readonly what: string; readonly remedy: string }>> = {
  ENOSPC: { what: 'the disk is full', remedy: ROOM },
  EDQUOT: { what: 'your share of the disk is used up', remedy: ROOM },
  EFBIG: { what: 'files may not grow so large here', remedy: 'raise that limit (ulimit -f) and start again' },
  EROFS: { what: 'the file system cannot be written', remedy: ELSEWHERE },
  EACCES: { what: 'you may not write there', remedy: RIGHTS },
  EPERM: { what: 'you may not write there', remedy: RIGHTS },
  ENOENT: { what: 'no folder can be made there', remedy: ELSEWHERE },
  ENOTDIR: { what: 'a file stands where a folder should be', remedy: ELSEWHERE },
  EEXIST: { what: 'a file stands where a folder should be', remedy: ELSEWHERE },
  EISDIR: { what: 'a folder stands where a file should be', remedy: `move it away, or ${ELSEWHERE}` },
  ELOOP: { what: 'its links lead in a circle', remedy: ELSEWHERE },
  ENAMETOOLONG: { what: 'its name is too long', remedy: ELSEWHERE },
  EIO: { what: 'the disk does not answer', remedy: 'check it, and start again' },
  EMFILE: { what: 'too many files are open', remedy: 'close other programs and start again' },
  ENFILE: { what: 'too many files are open', remedy: 'close other programs and start again' },
};

/** Reasons that another choice on the command line would mend. */
const WRONG_CHOICES: readonly StoreError['reason'][] = ['version-newer', 'hosts-older', 'file-foreign'];

function ofStore(error: StoreError, place: string): Error {
  if (error.reason === 'folder-in-use') return new FolderInUse(error.message);
  if (WRONG_CHOICES.includes(error.reason)) return new WrongUse(error.message);
  const where = error.message.includes(place) ? '' : `${place}: `;
  return new CannotGoOn(`${where}${error.message}`, { cause: error });
}
