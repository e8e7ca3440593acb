import type { SessionJson } from '../../api/index.ts';
import { change, newKey, Refusal, read, rememberCsrf } from '../ask.ts';
import { create } from '../signal.ts';
import { fromStore, keptHere, type Task, type Work } from './store.ts';

/** Of whoever is there, in the order in which it was done. */
export const workHere = create<readonly Work[]>([]);

const LOCK = 'wattpurse-work';
/** What the host may do later: work waits for it. Everything else is an answer. */
const WAITS: readonly string[] = [
  ...['away', 'busy', 'store-failed', 'internal', 'too-many-requests'],
  ...['log-in-needed', 'password-one-time', 'csrf-wrong'],
];
/** What the host will do, and cannot yet: it has answered, and is asked again. */
const NOT_YET: readonly string[] = ['meter-leaving'];
/** Of what was sent, so many are still shown. */
const SENT_SHOWN = 20;

/** Other pages of this browser show the same list. */
const others = new BroadcastChannel(LOCK);
let shownFor = '';
others.onmessage = () => void show();

/** Shows what is kept for somebody, and nothing of anybody else. */
export async function showWorkOf(person: string): Promise<void> {
  shownFor = person;
  await show();
}

async function show(): Promise<void> {
  const person = shownFor;
  const works = await worksOf(person);
  if (person === shownFor) workHere.set(works);
}

const worksOf = async (person: string): Promise<Work[]> =>
  ((await fromStore((kept) => kept.getAll('work'))) ?? []).filter((work) => work.person === person);

async function changed(): Promise<void> {
  await show();
  others.postMessage('');
}

/**
 * Keeps what somebody did, before anything of it is sent. The same again, while the one before still waits, is the one
 * before.
 */
export async function keepWork(person: string, task: Task): Promise<Work> {
  const db = await keptHere();
  const tx = db.transaction('work', 'readwrite', { durability: 'strict' });
  const before = (await tx.store.getAll()).filter((work) => work.person === person && work.path === task.path).at(-1);
  const isSame = before?.state === 'waiting' && JSON.stringify(before.change) === JSON.stringify(task.change);
  const work = { ...task, id: newKey(), person, at: Date.now(), state: 'waiting', isTried: false } as const;
  const number = isSame ? before.number : await tx.store.add(work as unknown as Work);
  await tx.done;
  await changed();
  return isSame ? before : { ...work, number };
}

/** Changes what is kept of a piece of work, if it is still there and may be. */
async function update(number: number, how: (work: Work) => Work | 'delete' | undefined): Promise<Work | undefined> {
  const tx = (await keptHere()).transaction('work', 'readwrite', { durability: 'strict' });
  const before = await tx.store.get(number);
  const after = before && how(before);
  if (after === 'delete') await tx.store.delete(number);
  else if (after !== undefined) await tx.store.put(after);
  await tx.done;
  await changed();
  return after === 'delete' ? undefined : after;
}

export const workAt = async (number: number): Promise<Work | undefined> => (await keptHere()).get('work', number);

/** Takes back what never left the phone, or takes off the list what the host has answered. */
export const dropWork = ({ number }: Work): Promise<unknown> =>
  update(number, ({ state, isTried }) => (state === 'waiting' && isTried ? undefined : 'delete'));

let sending: Promise<void> | undefined;
let sendingNext: Promise<void> | undefined;

/**
 * Sends what waits, in order, one after the other, from one page of this browser at a time. Stops where the host does
 * not answer, or somebody else is logged in there. While it is under way it is done once more afterwards, for whoever
 * asks meanwhile: what they keep was not there when it began.
 * @throws Refusal why it stopped
 */
export function sendWork(person: string): Promise<void> {
  if (sending === undefined) return beginSending(person);
  sendingNext ??= sending
    .catch(() => undefined)
    .then(() => {
      sendingNext = undefined;
      return beginSending(person);
    });
  return sendingNext;
}

function beginSending(person: string): Promise<void> {
  const begun: Promise<void> = navigator.locks
    .request(LOCK, () => sendAll(person))
    .finally(() => {
      if (sending === begun) sending = undefined;
    });
  sending = begun;
  return begun;
}

async function sendAll(person: string): Promise<void> {
  for (const { number } of (await worksOf(person)).filter(({ state }) => state === 'waiting')) {
    // By whose session it would be done is looked at each time: another may have come in on another page.
    const session = await read<SessionJson>('/session', {}, AbortSignal.timeout(ANSWER_MS)).catch(awayIfLate);
    if (session.person.login !== person) throw new Refusal('log-in-needed', 'Somebody else is logged in.');
    rememberCsrf(session.csrfToken);
    const work = await update(number, (kept) => (kept.state === 'waiting' ? { ...kept, isTried: true } : undefined));
    if (work === undefined) continue;
    try {
      const signal = AbortSignal.timeout(ANSWER_MS);
      await change(work.path, { ...work.change, once: work.id, signal }).catch(awayIfLate);
      await update(number, ({ why: _, ...kept }) => ({ ...kept, state: 'sent' }));
    } catch (error) {
      const { code, message, particulars } = error as Refusal;
      const isNotYet = NOT_YET.includes(code);
      const waits = WAITS.includes(code);
      const after = isNotYet ? ({ isTried: false } as const) : !waits && ({ state: 'refused' } as const);
      await update(number, (kept) => ({ ...kept, why: { code, message, particulars }, ...after }));
      // What the host stumbles over keeps nothing else from it.
      if (waits && code !== 'internal') throw error;
    }
  }
  await forgetOldSent(person);
}

/** What takes longer is asked again, under the same key. */
const ANSWER_MS = 15_000;

function awayIfLate(error: unknown): never {
  throw error instanceof Refusal ? error : new Refusal('away', 'The host does not answer.');
}

async function forgetOldSent(person: string): Promise<void> {
  const sent = (await worksOf(person)).filter(({ state }) => state === 'sent');
  for (const { number } of sent.slice(0, -SENT_SHOWN)) await update(number, () => 'delete');
}

/** Whoever leaves takes along what was done; what waits or was refused they find when they come again. */
export async function forgetSent(person: string): Promise<void> {
  await fromStore(async () => {
    for (const work of await worksOf(person)) if (work.state === 'sent') await update(work.number, () => 'delete');
  });
  shownFor = '';
  workHere.set([]);
}
