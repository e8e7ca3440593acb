import { Reader } from '../bytes/index.ts';
import { Suite } from '../crypto/index.ts';
import { Command, decodeSeedTokens } from '../exchange/index.ts';
import {
  decodePolicy,
  encodeClockSet,
  encodeClockSlew,
  encodePolicy,
  encodeRelayCommand,
  isRecordFailure,
  RelayAction,
  Result,
  SLEW_SECONDS_MAX,
} from '../records/index.ts';
import { assertNever, type Milliseconds, type SupplyIndex, type Tokens, tokens, unixSeconds } from '../units/index.ts';
import { CLOCK_SET, type NewCommand, queueCommand } from './command-queue.ts';
import { fail, findMeter, isFailure } from './failures.ts';
import { believeBalance } from './monitoring.ts';
import type { StoreTransaction } from './ports.ts';
import type { ControlRequest } from './services.ts';
import type { ControlCommand, HostFailure, Meter } from './types.ts';

export async function requestCommand(
  tx: StoreTransaction,
  number: number,
  request: ControlRequest,
  now: Milliseconds,
): Promise<ControlCommand | HostFailure> {
  const found = await findMeter(tx, number);
  if (isFailure(found)) return found;
  if (found.meter.suite === Suite.tripleDes) {
    return fail('command-not-served', 'Suite 3des has the three commands of its time and no other: use another suite.');
  }
  const command = commandOf(request, found.meter);
  return isFailure(command) ? command : queueCommand(tx, found.meter, command, now);
}

/** M3 as it leaves: a clock set carries the instant (FIG. 5, part 11), everything else what was queued. */
export function commandBody(command: ControlCommand, now: Milliseconds): Uint8Array {
  if (command.h !== Command.clockSet) return command.body;
  return encodeClockSet({ seconds: unixSeconds(Math.floor(now / 1000)), milliseconds: now % 1000 });
}

/** Books the answer to a command. Whether it settled it; if not, it is asked again. */
export async function settleCommand(
  tx: StoreTransaction,
  meter: Meter,
  sent: ControlCommand,
  answer: Uint8Array,
  now: Milliseconds,
): Promise<boolean> {
  const head = meter.suite === Suite.tripleDes ? seedHead(answer) : headOf(answer);
  if (head === undefined) return false;
  await believeBalance(tx, meter.svpmsn, head.balance, now);
  const state = outcomeOf(head.result);
  if (state === 'again') return false;
  const row = (await tx.commands(meter.svpmsn)).find(({ sequence }) => sequence === sent.sequence);
  if (row?.state === 'waiting') await tx.putCommand({ ...row, state, result: head.result, settledAt: now });
  return true;
}

function outcomeOf(result: number): 'done' | 'refused' | 'again' {
  switch (result) {
    case Result.done:
    // Carried out; another reason still holds the relay open.
    case Result.relayHeld:
    // An answer was lost, and the meter holds this version or one that this host sent after it.
    case Result.versionNotNewer:
      return 'done';
    case Result.clockErrorTooLarge:
      return 'again';
    default:
      return 'refused';
  }
}

/** How every M4 of control and monitoring begins: result u8 | Balance u32 | clock u32. */
function headOf(answer: Uint8Array): { readonly result: number; readonly balance: Tokens } | undefined {
  const reader = new Reader(answer);
  const head = { result: reader.u8(), balance: tokens(reader.u32()), clock: reader.u32() };
  return reader.ok() && RESULTS.has(head.result) ? head : undefined;
}

const RESULTS: ReadonlySet<number> = new Set(Object.values(Result));

function seedHead(answer: Uint8Array): { readonly result: number; readonly balance: Tokens } | undefined {
  const balance = decodeSeedTokens(answer);
  return typeof balance === 'number' ? { result: Result.done, balance } : undefined;
}

function commandOf(request: ControlRequest, meter: Meter): NewCommand | HostFailure {
  switch (request.type) {
    case 'clock-set':
      return CLOCK_SET;
    case 'clock-slew': {
      const { seconds } = request;
      if (!Number.isInteger(seconds) || seconds === 0 || Math.abs(seconds) > SLEW_SECONDS_MAX) {
        return fail('command-wrong', `A clock is slewed by 1 to ${SLEW_SECONDS_MAX} s either way, not by ${seconds}.`);
      }
      return { slot: 'clock-slew', h: Command.clockSlew, body: encodeClockSlew({ seconds }), version: 0 };
    }
    case 'relay': {
      const { supply, action } = request;
      if (!Number.isInteger(supply) || supply < 0 || supply > meter.supplies) {
        return fail(
          'command-wrong',
          `This meter has supplies 1 to ${meter.supplies} (0 is all of them), not ${supply}.`,
        );
      }
      const slot = RELAY_SLOTS[action];
      if (slot === undefined) return fail('command-wrong', `A relay action is 0 to 3, not ${action}.`);
      const body = encodeRelayCommand({ supply: supply as SupplyIndex | 0, action });
      return { slot: `relay-${supply}-${slot}`, h: Command.relay, body, version: 0 };
    }
    case 'supply-policy':
      return policyCommand(request.policy);
    default:
      return assertNever(request);
  }
}

/** Opening takes back an earlier closing that did not leave yet; clearing a reason stands beside it. */
const RELAY_SLOTS: Readonly<Record<number, string>> = {
  [RelayAction.open]: 'switch',
  [RelayAction.close]: 'switch',
  [RelayAction.clearTamper]: 'clear-tamper',
  [RelayAction.clearOverCurrent]: 'clear-over-current',
};

function policyCommand(policy: Parameters<typeof encodePolicy>[0]): NewCommand | HostFailure {
  let body: Uint8Array;
  try {
    body = encodePolicy(policy);
  } catch (error) {
    if (!(error instanceof RangeError) && !(error instanceof TypeError)) throw error;
    return fail('command-wrong', `This supply policy has a value out of its range: ${error.message}.`);
  }
  const again = decodePolicy(body);
  if (isRecordFailure(again))
    return fail('command-wrong', `This supply policy is not one (${again.reason}): check its values.`);
  return { slot: 'supply-policy', h: Command.supplyPolicy, body, version: policy.version };
}
