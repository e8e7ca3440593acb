import { equalBytes } from '../../bytes/index.ts';
import { NE_SHORT_MAX, type ResponseApdu } from '../apdu.ts';
import { Instruction, interindustry, readRecord } from '../interindustry.ts';
import { StatusWord } from '../status-word.ts';
import { decodeTlv, findObject } from '../tlv.ts';
import type { Candidate, Emv, EmvApplication, EmvFault, EmvState } from './state.ts';
import { Tag } from './tags.ts';

/** "1PAY.SYS.DDF01": the payment system environment of cards with contacts, Book 1 §12.2.2. */
export const PAYMENT_ENVIRONMENT = Uint8Array.from('1PAY.SYS.DDF01', (character) => character.charCodeAt(0));
/** What a directory holds at most here, and how many of one name are looked for: a card cannot keep a terminal busy. */
const DIRECTORY_RECORDS_MAX = 32;
const OCCURRENCES_MAX = 16;

const SELECTED_FILE_INVALIDATED = 0x6283;

/** What comes next: a command in a new state, that all candidates are known, or that it ends. */
export type Selecting =
  | { readonly type: 'ask'; readonly state: EmvState; readonly command: Uint8Array }
  | { readonly type: 'listed' }
  | { readonly type: 'failed'; readonly fault: EmvFault };

export const selectByName = (name: Uint8Array, isNext = false): Uint8Array =>
  interindustry(Instruction.select, { p1: 0x04, p2: isNext ? 0x02 : 0x00, data: name, expected: NE_SHORT_MAX });

/** Book 1 §12.3.2: the directory first. */
export const askEnvironment = (): Selecting => ({
  type: 'ask',
  state: { name: 'awaiting-environment' },
  command: selectByName(PAYMENT_ENVIRONMENT),
});

export function environmentAnswered(emv: Emv, response: ResponseApdu): Selecting {
  if (response.status === StatusWord.functionNotSupported) return BLOCKED;
  if (response.status !== StatusWord.done) return askListed(emv, 0, 0);
  const file = proprietaryOf(response.data, Tag.shortFileIdentifier)?.[0];
  return file !== undefined && file >= 1 && file <= 10 ? askDirectory(file, 1) : askListed(emv, 0, 0);
}

const askDirectory = (file: number, record: number): Selecting => ({
  type: 'ask',
  state: { name: 'awaiting-directory-record', file, record },
  command: readRecord(file, record),
});

export function directoryAnswered(
  emv: Emv,
  { file, record }: Extract<EmvState, { name: 'awaiting-directory-record' }>,
  response: ResponseApdu,
): Selecting {
  const isLast = response.status === StatusWord.recordNotFound;
  const entries = response.status === StatusWord.done ? entriesOf(response.data) : undefined;
  if (!isLast && entries === undefined) {
    // A directory that is damaged is no directory.
    emv.candidates = [];
    return askListed(emv, 0, 0);
  }
  for (const { name, priority } of entries ?? []) addCandidate(emv, name, priority);
  if (!isLast && record < DIRECTORY_RECORDS_MAX) return askDirectory(file, record + 1);
  return emv.candidates.length > 0 ? { type: 'listed' } : askListed(emv, 0, 0);
}

/** Book 1 §12.2.3: a record is template 70 with an entry (61) for each application. */
function entriesOf(data: Uint8Array): { name: Uint8Array; priority: number }[] | undefined {
  const objects = decodeTlv(data);
  if ('reason' in objects) return undefined;
  const inside = findObject(objects, Tag.recordTemplate)?.inside;
  if (inside === undefined) return undefined;
  return inside
    .filter(({ tag }) => tag === Tag.applicationTemplate)
    .flatMap((entry) => {
      const name = findObject(entry.inside, Tag.applicationIdentifier)?.value;
      const priority = findObject(entry.inside, Tag.applicationPriority)?.value[0] ?? 0;
      return name === undefined ? [] : [{ name, priority }];
    });
}

/** Book 1 §12.3.3: one after the other of the names that the terminal knows. */
function askListed(emv: Emv, index: number, occurrence: number): Selecting {
  const application = emv.terminal.applications[index];
  if (application === undefined) return { type: 'listed' };
  return {
    type: 'ask',
    state: { name: 'awaiting-listed-application', aid: application.aid, index, occurrence },
    command: selectByName(application.aid, occurrence > 0),
  };
}

export function listedAnswered(
  emv: Emv,
  { aid, index, occurrence }: Extract<EmvState, { name: 'awaiting-listed-application' }>,
  response: ResponseApdu,
): Selecting {
  const { status } = response;
  if (status === StatusWord.functionNotSupported && index === 0 && occurrence === 0) return BLOCKED;
  const isBlocked = status === SELECTED_FILE_INVALIDATED;
  if (status !== StatusWord.done && !isBlocked) return askListed(emv, index + 1, 0);
  const name = nameOf(response.data);
  if (name === undefined) return askListed(emv, index + 1, 0);
  const priority = proprietaryOf(response.data, Tag.applicationPriority)?.[0] ?? 0;
  if (!isBlocked) addCandidate(emv, name, priority);
  if (equalBytes(name, aid) || occurrence + 1 >= OCCURRENCES_MAX) return askListed(emv, index + 1, 0);
  return askListed(emv, index, occurrence + 1);
}

function addCandidate(emv: Emv, name: Uint8Array, priorityByte: number): void {
  // Bit 8: only with the consent of the holder, whom this terminal does not ask (Book 1 §12.4).
  if ((priorityByte & 0x80) !== 0) return;
  if (name.length < 5 || name.length > 16 || emv.candidates.some((known) => equalBytes(known.name, name))) return;
  const application = emv.terminal.applications.find((known) => takes(known, name));
  if (application !== undefined) emv.candidates.push({ name, priority: priorityByte & 15, application });
}

const takes = ({ aid, isPartial }: EmvApplication, name: Uint8Array): boolean =>
  isPartial ? equalBytes(aid, name.subarray(0, aid.length)) : equalBytes(aid, name);

/** Book 1 §12.4: the card's first choice; one that the card gives no rank comes last. */
export function takeCandidate(emv: Emv): Candidate | undefined {
  const rank = ({ priority }: Candidate) => (priority === 0 ? 16 : priority);
  const [best] = [...emv.candidates].sort((a, b) => rank(a) - rank(b));
  emv.candidates = emv.candidates.filter((candidate) => candidate !== best);
  return best;
}

/** 84 in the FCI of what was selected. */
export function nameOf(data: Uint8Array): Uint8Array | undefined {
  const objects = decodeTlv(data);
  if ('reason' in objects) return undefined;
  return findObject(findObject(objects, Tag.fciTemplate)?.inside, Tag.dedicatedFileName)?.value;
}

/** A data object in the proprietary template of the FCI. */
export function proprietaryOf(data: Uint8Array, tag: number): Uint8Array | undefined {
  const objects = decodeTlv(data);
  if ('reason' in objects) return undefined;
  const proprietary = findObject(findObject(objects, Tag.fciTemplate)?.inside, Tag.fciProprietaryTemplate);
  return findObject(proprietary?.inside, tag)?.value;
}

const BLOCKED: Selecting = { type: 'failed', fault: { reason: 'card-blocked' } };
