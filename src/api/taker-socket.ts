import { callJson } from './schemas/calls.ts';
import { readTakerMessage, soundBytes, type TakerMessage } from './taker-messages.ts';
import type { Taker, TakerSeat, TalkPort } from './talk-port.ts';
import { CloseCode, type WebSocket } from './upgrades.ts';

const HEARTBEAT_MS = 15_000;
/** A second of sound that is not taken: what is said meanwhile is left out. */
const UNREAD_BYTES_MAX = 16_000;
/** Sound is fifty of them. */
const MESSAGES_A_SECOND_MAX = 200;

/** By whom a WebSocket was asked for. */
export interface TakerBeginning {
  readonly by: string;
  /** Whether they may still take calls; asked now and then. */
  readonly allowed: () => Promise<boolean>;
  readonly heartbeatMs: number | undefined;
}

const NOT_TAKEN = {
  'not-waiting': 'Somebody else has taken this call, or the caller waits no more.',
  'has-another': 'You speak with somebody already: hang up first.',
} as const;

/** Serves somebody who takes calls: what they do goes to the telephone, and what it tells and hears to them. */
export function serveTaker(
  socket: WebSocket,
  port: TalkPort,
  { by, allowed, heartbeatMs = HEARTBEAT_MS }: TakerBeginning,
): void {
  const tell = (told: object) => socket.send(JSON.stringify(told));
  let seat: TakerSeat | undefined;
  const refuse = (sentence: string) => {
    // Whoever is slow to say goodbye speaks with nobody meanwhile.
    seat?.leave();
    socket.close(CloseCode.refused, sentence);
  };
  const taker: Taker = {
    by,
    waiting: (calls) => tell({ type: 'waiting', calls: calls.map(callJson) }),
    hear: (sound) => {
      if (socket.bufferedAmount <= UNREAD_BYTES_MAX) socket.send(soundBytes(sound));
    },
    ended: () => tell({ type: 'ended' }),
    replaced: () => refuse('You take calls in another window from now on.'),
  };
  const taken = port.join(taker);
  seat = taken;
  if (taken === undefined) {
    refuse('Too many take calls already: come again later.');
    return;
  }
  const perSecond = counted();
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    if (socket.readyState !== socket.OPEN) return;
    if (perSecond() > MESSAGES_A_SECOND_MAX) {
      refuse('That was too much in one second: sound comes in packets of 20 ms.');
      return;
    }
    const message = readTakerMessage(data, isBinary);
    if (message === undefined) refuse('That is nothing that somebody who takes calls says.');
    else carryOut(taken, message, tell);
  });
  let isThere = true;
  socket.on('pong', () => {
    isThere = true;
  });
  const beat = async () => {
    if (!isThere) return socket.terminate();
    if (!(await allowed().catch(() => true))) return refuse('You are logged out, or may take calls no more.');
    isThere = false;
    socket.ping();
  };
  const beating = setInterval(() => void beat(), heartbeatMs).unref();
  socket.on('close', () => {
    clearInterval(beating);
    taken.leave();
  });
}

function carryOut(seat: TakerSeat, message: TakerMessage, tell: (told: object) => void): void {
  if (message.type === 'sound') {
    seat.say(message.sound);
    return;
  }
  if (message.type === 'hang-up') {
    seat.hangUp();
    tell({ type: 'ended' });
    return;
  }
  const { call } = message;
  const why = seat.take(call);
  tell(why === undefined ? { type: 'taken', call } : { type: 'not-taken', call, sentence: NOT_TAKEN[why] });
}

/** How many came in the running second. */
function counted(): () => number {
  let second = 0;
  let count = 0;
  return () => {
    const now = Math.floor(performance.now() / 1_000);
    if (now !== second) count = 0;
    second = now;
    count += 1;
    return count;
  };
}
