import type { CallJson, TalkCode } from '../../api/index.ts';
import { Refusal, read } from '../ask.ts';
import { whenLeaving } from '../session.tsx';
import { create } from '../signal.ts';
import type { OpenSound } from './sound.ts';
import { takesCalls } from './takes-calls.ts';

/** Whether somebody takes calls here, who waits, and with whom they speak: on whatever page they are. */
export interface Taking {
  readonly state: 'no' | 'begins' | 'yes' | 'lost';
  readonly waiting: readonly CallJson[];
  /** A call that was asked for, or is taken. */
  readonly asked: string | undefined;
  readonly talk: { readonly call: CallJson; readonly since: number; readonly isMuted: boolean } | undefined;
  /** What became of the last thing that was tried, where it is not what was wanted. */
  readonly trouble: 'no-microphone' | Refusal | undefined;
}

const NONE: Taking = { state: 'no', waiting: [], asked: undefined, talk: undefined, trouble: undefined };
export const taking = create<Taking>(NONE);
taking.subscribe(() => takesCalls.set(taking.value.state !== 'no'));

const AGAIN_MS = 3_000;
const REFUSED = 1_008;

let socket: WebSocket | undefined;
/** Why the host closes it, which it says before. */
let refused: Refusal | undefined;
let sound: OpenSound | undefined;
let again: ReturnType<typeof setTimeout> | undefined;

const change = (more: Partial<Taking>): void => taking.set({ ...taking.value, ...more });

/** Takes calls from now on, once the browser gives a microphone. */
export async function beginTaking(): Promise<void> {
  if (taking.value.state !== 'no') return;
  taking.set({ ...NONE, state: 'begins' });
  try {
    await (await import('./sound.ts')).askForMicrophone();
  } catch {
    taking.set({ ...NONE, trouble: 'no-microphone' });
    return;
  }
  // Whoever thought better of it meanwhile takes none.
  if (isBeginning()) open();
}

const isBeginning = (): boolean => taking.value.state === 'begins';

export function stopTaking(): void {
  clearTimeout(again);
  const left = socket;
  socket = undefined;
  left?.close();
  closeSound();
  taking.set(NONE);
}

/** Asks for a call that waits; somebody else may have been faster. */
export async function take(call: CallJson): Promise<void> {
  if (taking.value.asked !== undefined || taking.value.state !== 'yes') return;
  change({ asked: call.id, trouble: undefined });
  try {
    // Whoever is taken is heard at once.
    const opened = await (await import('./sound.ts')).openSound((said) => {
      if (taking.value.talk !== undefined && socket?.readyState === WebSocket.OPEN) socket.send(said);
    });
    if (taking.value.asked !== call.id) opened.close();
    else {
      sound = opened;
      tell({ type: 'take', call: call.id });
    }
  } catch {
    change({ asked: undefined, trouble: 'no-microphone' });
  }
}

export const hangUp = (): void => tell({ type: 'hang-up' });

export function mute(isMuted: boolean): void {
  const { talk } = taking.value;
  if (talk === undefined) return;
  sound?.mute(isMuted);
  change({ talk: { ...talk, isMuted } });
}

const tell = (told: object): void => socket?.send(JSON.stringify(told));

function closeSound(): void {
  sound?.close();
  sound = undefined;
}

function open(): void {
  const opened = new WebSocket('/api/v1/calls/desk');
  opened.binaryType = 'arraybuffer';
  socket = opened;
  refused = undefined;
  opened.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
    if (socket !== opened) return;
    if (typeof data === 'string') told(JSON.parse(data));
    else sound?.hear(new Int16Array(data));
  };
  opened.onclose = ({ code, reason }) => {
    if (socket !== opened) return;
    socket = undefined;
    closeSound();
    if (code === REFUSED) taking.set({ ...NONE, trouble: refused ?? new Refusal('refused', reason) });
    else {
      taking.set({ ...NONE, state: 'lost' });
      again = setTimeout(() => void openAgain(), AGAIN_MS);
    }
  };
}

/** A browser does not say why it was given no socket; the same address says it to a question. */
async function openAgain(): Promise<void> {
  try {
    await read('/calls/desk');
  } catch (error) {
    if (error instanceof Refusal && error.code !== 'away' && taking.value.state === 'lost') {
      taking.set({ ...NONE, trouble: error });
      return;
    }
  }
  if (taking.value.state === 'lost') open();
}

type Told =
  | { readonly type: 'waiting'; readonly calls: readonly CallJson[] }
  | { readonly type: 'taken'; readonly call: string }
  | { readonly type: 'not-taken'; readonly call: string; readonly code: TalkCode; readonly sentence: string }
  | { readonly type: 'refused'; readonly code: TalkCode; readonly sentence: string }
  | { readonly type: 'ended' };

function told(news: Told): void {
  switch (news.type) {
    case 'waiting':
      known = new Map([...known, ...news.calls.map((call) => [call.id, call] as const)].slice(-KNOWN_MAX));
      change({ state: 'yes', waiting: news.calls });
      return;
    case 'taken': {
      const call = known.get(news.call);
      if (call !== undefined) change({ talk: { call, since: Date.now(), isMuted: false } });
      return;
    }
    case 'not-taken':
      closeSound();
      change({ asked: undefined, trouble: new Refusal(news.code, news.sentence) });
      return;
    case 'refused':
      refused = new Refusal(news.code, news.sentence);
      return;
    case 'ended':
      closeSound();
      change({ asked: undefined, talk: undefined });
  }
}

/** Those that waited last: who is taken waits no more. */
let known = new Map<string, CallJson>();
const KNOWN_MAX = 200;

// A page that was left hears nothing: whoever waits is not to wait for it.
addEventListener('pagehide', stopTaking);
whenLeaving.add(stopTaking);
