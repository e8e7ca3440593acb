import { Reader } from '../bytes/index.ts';
import { type KeyName, Suite } from '../crypto/index.ts';
import { Command, decodeSeedTokens } from '../exchange/index.ts';
import {
  decodePolicy,
  decodePolicyAnswer,
  decodeRelayCommand,
  encodeClockSet,
  encodeClockSlew,
  encodePolicy,
  encodeRelayCommand,
  isRecordFailure,
  RelayAction,
  Result,
  SLEW_SECONDS_MAX,
  type SupplyPolicy,
} from '../records/index.ts';
import { decodeModeTable, encodeModeTable } from '../tariff/index.ts';
import {
  assertNever,
  type Milliseconds,
  type SupplyIndex,
  type Svpmsn,
  type Tokens,
  tokens,
  U32_MAX,
  UNIX_MS_MAX,
  unixSeconds,
} from '../units/index.ts';
import type { RelayName } from '../words/index.ts';
import { versionAfter } from './calendar.ts';
import { CLOCK_SET, type NewCommand, queueCommand } from './command-queue.ts';
import { fail, findMeter, isFailure } from './failures.ts';
import { hotListHeard } from './hot-list.ts';
import { interphoneCommand } from './interphone.ts';
import {
  bookedKey,
  bookKey,
  CHANGE_OF_MONITORING,
  keyChangeCommand,
  nextKey,
  PROOF_OF_MONITORING,
  purposeChanged,
  ROTATED_PURPOSES,
  type RotatedPurpose,
} from './key-change.ts';
import { believeBalance, settleEvents } from './monitoring.ts';
import { POLICY_SLOT } from './policy.ts';
import type { StoreReads, StoreTransaction } from './ports.ts';
import type { ControlRequest } from './services.ts';
import { type ControlCommand, type HostFailure, Lane, type Meter } from './types.ts';
import { wake } from './work.ts';

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
  const command = await commandOf(tx, found.meter, request, now);
  return isFailure(command) ? command : queueCommand(tx, found.meter, command, now);
}

/** M3 as it leaves: a clock set carries the instant (FIG. 5, part 11), everything but a key what was queued. */
export function commandBody(command: ControlCommand, now: Milliseconds): Uint8Array {
  if (command.h !== Command.clockSet) return command.body;
  const told = Math.min(now, UNIX_MS_MAX);
  return encodeClockSet({ seconds: unixSeconds(Math.floor(told / 1000)), milliseconds: told % 1000 });
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
  const row = await tx.command(meter.svpmsn, sent.slot);
  // Overtaken by a later one of its slot while it was on its way: that one is what counts.
  if (row?.sequence !== sent.sequence || row.state !== 'waiting') return true;
  const state = outcomeOf(head.result, row, answer);
  switch (state) {
    case 'again':
      return false;
    case 'newer-wanted': {
      const newer = issuedAbove(row, heldVersion(answer) ?? 0, now);
      // It waits like one that was not answered: a meter that never agrees must not be asked without a pause.
      if (newer !== undefined) await queueCommand(tx, meter, newer, now);
      else await tx.putCommand({ ...row, state: 'refused', result: head.result, settledAt: now });
      return newer === undefined;
    }
    case 'done':
    case 'refused':
      await tx.putCommand({ ...row, state, result: head.result, settledAt: now });
      if (state === 'done' && row.h === Command.hotList) await hotListHeard(tx, row, answer, now);
      if (state === 'done' && clearsTamper(row)) await settleEvents(tx, meter.svpmsn, now);
      if (state === 'done' && row.h === Command.keyChange) {
        const n = row.body[0] as KeyName;
        const wasServed = purposeChanged(row) !== 'monitoring' && bookedKey(meter, purposeChanged(row)) === n;
        await bookKey(tx, meter.svpmsn, n);
        if (row.slot === CHANGE_OF_MONITORING) await queueCommand(tx, meter, PROOF_OF_MONITORING, now);
        // The floor of a key that is served rises with the next command under it.
        else if (wasServed) await proveFloor(tx, meter, purposeChanged(row), now);
      }
      return true;
    default:
      return assertNever(state);
  }
}

function clearsTamper({ h, body }: ControlCommand): boolean {
  if (h !== Command.relay) return false;
  const command = decodeRelayCommand(body);
  return !isRecordFailure(command) && command.action === RelayAction.clearTamper;
}

async function proveFloor(
  tx: StoreTransaction,
  meter: Meter,
  purpose: RotatedPurpose,
  now: Milliseconds,
): Promise<void> {
  if (purpose === 'control') {
    await queueCommand(tx, meter, CLOCK_SET, now);
    return;
  }
  const [purse] = await tx.pursesOf([meter.svpmsn]);
  if (purse === undefined || purse.freeze !== undefined) return;
  await tx.putPurse({ ...purse, queryWanted: true });
  await wake(tx, [meter], Lane.value, now);
}

function outcomeOf(
  result: Result,
  command: ControlCommand,
  answer: Uint8Array,
): 'done' | 'refused' | 'again' | 'newer-wanted' {
  switch (result) {
    case Result.done:
    // Carried out; another reason still holds the relay open.
    case Result.relayHeld:
      return 'done';
    case Result.versionNotNewer:
      // Of an epoch a later one says all that this one does.
      if (command.h === Command.hotList) return 'done';
      // An answer was lost, and the meter holds what it was told; or it was told a higher version by somebody else.
      return heldVersion(answer) === command.version ? 'done' : 'newer-wanted';
    case Result.clockErrorTooLarge:
      return 'again';
    case Result.already:
    case Result.gap:
    case Result.full:
    case Result.voided:
    case Result.frozen:
    case Result.refusedByPolicy:
    case Result.bodyNotUnderstood:
    case Result.crossesTariffEdge:
    case Result.belowFloor:
    case Result.notHeld:
    case Result.slewSpent:
    case Result.noSuchSupply:
    case Result.keyNotOpened:
    case Result.clockUnset:
      return 'refused';
    default:
      return assertNever(result);
  }
}

/** The version that a meter says it holds, in the answers to a table and to a policy. */
function heldVersion(answer: Uint8Array): number | undefined {
  const decoded = decodePolicyAnswer(answer);
  return isRecordFailure(decoded) ? undefined : decoded.version;
}

/** The same table or policy under a version above the one held; `undefined` when there is none left. */
function issuedAbove(
  { slot, h, body, version }: ControlCommand,
  held: number,
  now: Milliseconds,
): NewCommand | undefined {
  const next = versionAfter(Math.max(version, held), now);
  if (next > U32_MAX) return undefined;
  if (h === Command.modeTable) {
    const table = decodeModeTable(body);
    return 'reason' in table
      ? undefined
      : { slot, h, body: encodeModeTable({ ...table, version: next }), version: next };
  }
  const policy = decodePolicy(body);
  return isRecordFailure(policy)
    ? undefined
    : { slot, h, body: encodePolicy({ ...policy, version: next }), version: next };
}

interface Head {
  readonly result: Result;
  readonly balance: Tokens;
}

/** How every M4 of control and monitoring begins: result u8 | Balance u32 | clock u32. */
function headOf(answer: Uint8Array): Head | undefined {
  const reader = new Reader(answer);
  const head = { result: reader.u8() as Result, balance: tokens(reader.u32()), clock: reader.u32() };
  return reader.ok() && RESULTS.has(head.result) ? head : undefined;
}

const RESULTS: ReadonlySet<number> = new Set(Object.values(Result));

function seedHead(answer: Uint8Array): Head | undefined {
  const balance = decodeSeedTokens(answer);
  return typeof balance === 'number' ? { result: Result.done, balance } : undefined;
}

async function commandOf(
  tx: StoreReads,
  meter: Meter,
  request: ControlRequest,
  now: Milliseconds,
): Promise<NewCommand | HostFailure> {
  switch (request.type) {
    case 'clock-set':
      return CLOCK_SET;
    case 'clock-slew': {
      const { seconds } = request;
      if (!Number.isInteger(seconds) || seconds === 0 || Math.abs(seconds) > SLEW_SECONDS_MAX) {
        return fail('command-wrong', `A clock is slewed by 1 to ${SLEW_SECONDS_MAX} s either way, not by ${seconds}.`, {
          least: 1,
          most: SLEW_SECONDS_MAX,
        });
      }
      return { slot: 'clock-slew', h: Command.clockSlew, body: encodeClockSlew({ seconds }), version: 0 };
    }
    case 'relay': {
      const { supply, action } = request;
      if (!Number.isInteger(supply) || supply < 0 || supply > meter.supplies) {
        return fail(
          'command-wrong',
          `This meter has supplies 1 to ${meter.supplies} (0 is all of them), not ${supply}.`,
          { least: 0, most: meter.supplies },
        );
      }
      const slot = RELAY_SLOTS[action];
      if (slot === undefined)
        return fail('command-wrong', `A relay action is 0 to 3, not ${action}.`, { least: 0, most: 3 });
      const body = encodeRelayCommand({ supply: supply as SupplyIndex | 0, action });
      return { slot: `relay-${supply}-${slot}`, h: Command.relay, body, version: 0 };
    }
    case 'key-change': {
      const { purpose } = request;
      if (!Object.hasOwn(ROTATED_PURPOSES, purpose)) {
        return fail('command-wrong', `A key is changed for value, control or monitoring, not for "${purpose}".`);
      }
      const n = nextKey(meter, purpose);
      return typeof n === 'object' ? n : keyChangeCommand(purpose, n);
    }
    case 'interphone':
      return interphoneCommand(request.said);
    case 'supply-policy':
      return policyCommand({ ...request.policy, version: await policyVersion(tx, meter.svpmsn, now) });
    default:
      return assertNever(request);
  }
}

/** Opening takes back an earlier closing that did not leave yet; clearing a reason stands beside it. */
const RELAY_SLOTS: Readonly<Record<number, RelayName>> = {
  [RelayAction.open]: 'switch',
  [RelayAction.close]: 'switch',
  [RelayAction.clearTamper]: 'clear-tamper',
  [RelayAction.clearOverCurrent]: 'clear-over-current',
};

/** Above what the meter said it holds, and above what it was last sent. */
async function policyVersion(tx: StoreReads, id: Svpmsn, now: Milliseconds): Promise<number> {
  const [known] = await tx.knowledgeOf([id]);
  const sent = await tx.command(id, POLICY_SLOT);
  return versionAfter(Math.max(known?.policyVersion ?? 0, sent?.version ?? 0), now);
}

function policyCommand(policy: SupplyPolicy): NewCommand | HostFailure {
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
  return { slot: POLICY_SLOT, h: Command.supplyPolicy, body, version: policy.version };
}
