import { callJson } from './schemas/calls.ts';
import { SoundSocket, type SoundSocketOptions } from './sound-socket.ts';
import { readTakerMessage, type TakerMessage } from './taker-messages.ts';
import type { TakerSeat, TalkPort } from './talk-port.ts';
import type { WebSocket } from './upgrades.ts';

/** By whom a WebSocket was asked for. */
export interface TakerBeginning extends Pick<SoundSocketOptions, 'allowed' | 'heartbeatMs'> {
  readonly by: string;
}

const NOT_TAKEN = {
  'not-waiting': 'Somebody else has taken this call, or the caller waits no more.',
  'has-another': 'You speak with somebody already: hang up first.',
} as const;

/** Serves somebody who takes calls: what they do goes to the telephone, and what it tells and hears to them. */
export function serveTaker(socket: WebSocket, port: TalkPort, { by, ...beginning }: TakerBeginning): void {
  let seat: TakerSeat | undefined;
  const side = new SoundSocket(socket, {
    ...beginning,
    take: (data, isBinary) => {
      const message = readTakerMessage(data, isBinary);
      if (message === undefined) return 'That is nothing that somebody who takes calls says.';
      if (seat !== undefined) carryOut(seat, message, side);
      return undefined;
    },
    left: () => seat?.leave(),
  });
  seat = port.join({
    by,
    waiting: (calls) => side.tell({ type: 'waiting', calls: calls.map(callJson) }),
    hear: (sound) => side.hear(sound),
    ended: () => side.tell({ type: 'ended' }),
    replaced: () => side.refuse('taken-elsewhere', 'You take calls in another window from now on.'),
  });
  if (seat === undefined) side.refuse('busy', 'Too many take calls already: come again later.');
}

function carryOut(seat: TakerSeat, message: TakerMessage, side: SoundSocket): void {
  if (message.type === 'sound') {
    seat.say(message.sound);
    return;
  }
  if (message.type === 'hang-up') {
    seat.hangUp();
    side.tell({ type: 'ended' });
    return;
  }
  const { call } = message;
  const why = seat.take(call);
  side.tell(
    why === undefined ? { type: 'taken', call } : { type: 'not-taken', call, code: why, sentence: NOT_TAKEN[why] },
  );
}
