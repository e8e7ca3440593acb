import { SUITE_NAMES, Suite } from '../crypto/index.ts';
import {
  type Milliseconds,
  modemAddress,
  SUPPLIES_MAX,
  type SupplyIndex,
  svpmsnText,
  U8_MAX,
  U16_MAX,
} from '../units/index.ts';
import {
  fail,
  findMeter,
  isFailure,
  parseMeterNumber,
  subscriberFault,
  subscriberUnknown,
  tariffUnknown,
  textFault,
} from './failures.ts';
import { raiseMapVersion } from './lines.ts';
import { bringDues, duesOfPerson } from './moved-value.ts';
import type { StoreReads, StoreTransaction } from './ports.ts';
import type { Enrolment, HostSettings, SubscriberChange } from './services.ts';
import { firstTables } from './tariffs.ts';
import { firstDues } from './terms.ts';
import { UNOCCUPIED } from './types/tenancies.ts';
import type { HostFailure, Meter, Particulars, Purse, Subscriber } from './types.ts';

/** The modem has 256 addresses, all for meters (250 is the recommended load). */
export const METERS_PER_LOCAL_UNIT_MAX = 256;

export async function addSubscriber(tx: StoreTransaction, subscriber: Subscriber): Promise<Subscriber | HostFailure> {
  const { id, name, contact } = subscriber;
  const fault = textFault('name-wrong', "A subscriber's id", id) ?? namesFault(subscriber);
  if (fault !== undefined) return fault;
  if (id === UNOCCUPIED) {
    return fail('subscriber-known', `"${UNOCCUPIED}" is kept for meters where nobody lives: choose another id.`);
  }
  if ((await tx.subscriber(id)) !== undefined) {
    return fail('subscriber-known', `A subscriber "${id}" is here already: choose another id.`, { about: id });
  }
  await tx.putSubscriber({ id, name, contact });
  return { id, name, contact };
}

/** Whoever marries, or has another telephone. */
export async function changeSubscriber(
  tx: StoreTransaction,
  { id, ...change }: SubscriberChange,
): Promise<Subscriber | HostFailure> {
  const before = await tx.subscriber(id);
  if (before === undefined) return subscriberUnknown(id);
  const changed: Subscriber = { ...before, ...change };
  const fault = namesFault(changed);
  if (fault !== undefined) return fault;
  await tx.putSubscriber(changed);
  return changed;
}

const namesFault = ({ name, contact }: Subscriber): HostFailure | undefined =>
  textFault('name-wrong', "A subscriber's name", name) ??
  (contact === '' ? undefined : textFault('name-wrong', "A subscriber's contact", contact));

/** Enrols a meter with an empty purse, and queues its tariff. */
export async function enrol(
  tx: StoreTransaction,
  enrolment: Enrolment,
  settings: HostSettings,
  now: Milliseconds,
): Promise<Meter | HostFailure> {
  const meter = await meterOf(tx, enrolment, settings, now);
  if (isFailure(meter)) return meter;
  const { svpmsn, tariff } = meter;
  await tx.putMeter(meter);
  await tx.putPurse({ ...NEW_PURSE, svpmsn, bookedAt: now, reportedAt: now });
  if ((await tx.dues.of([duesOfPerson(meter.subscriber).id]))[0] !== undefined) {
    await tx.dues.put([firstDues(meter, settings.zone)]);
    await bringDues(tx, meter, now);
  }
  await raiseMapVersion(tx, now);
  if (tariff !== undefined) {
    const fault = await firstTables(tx, meter, tariff, settings.zone, now);
    if (fault !== undefined) throw new Error(`a published tariff compiles: ${fault.sentence}`);
  }
  return meter;
}

/** The meter's modem has another address on its line; its local unit is sent a new map. */
export async function readdress(
  tx: StoreTransaction,
  { meter: number, modemAddress: address }: { readonly meter: number; readonly modemAddress: number },
  now: Milliseconds,
): Promise<Meter | HostFailure> {
  const found = await findMeter(tx, number);
  if (isFailure(found)) return found;
  const { meter } = found;
  if (meter.modemAddress === address) return meter;
  const fault = addressFault(address, meter.localUnit, await tx.meters({ localUnit: meter.localUnit }));
  if (fault !== undefined) return fault;
  const moved: Meter = { ...meter, modemAddress: modemAddress(address) };
  await tx.putMeter(moved);
  await raiseMapVersion(tx, now);
  return moved;
}

function addressFault(address: number, localUnit: number, neighbours: readonly Meter[]): HostFailure | undefined {
  if (!whole(address, 0, U8_MAX)) {
    return fail('meter-number-wrong', `A modem address is 0 to ${U8_MAX}, not ${address}.`, { least: 0, most: U8_MAX });
  }
  const taken = neighbours.find((meter) => meter.modemAddress === address);
  if (taken === undefined) return undefined;
  return fail(
    'address-taken',
    `Modem address ${address} of local unit ${localUnit} belongs to meter ${svpmsnText(taken.svpmsn)}: choose another.`,
    { about: svpmsnText(taken.svpmsn) },
  );
}

const NEW_PURSE: Omit<Purse, 'svpmsn' | 'bookedAt' | 'reportedAt'> = {
  state: 'open',
  lastCounter: 0,
  queryWanted: false,
  freeze: undefined,
  frozenAt: undefined,
  credited: 0n,
  closed: 0n,
  spent: 0n,
  owed: 0n,
  usedUnits: {},
};

async function meterOf(
  tx: StoreReads,
  { svpmsn: number, subscriber, localUnit, modemAddress: address, suite, supplies = 1, tariff }: Enrolment,
  settings: HostSettings,
  now: Milliseconds,
): Promise<Meter | HostFailure> {
  const svpmsn = parseMeterNumber(number);
  if (typeof svpmsn !== 'number') return svpmsn;
  const wrong = (sentence: string, particulars?: Particulars) => fail('meter-number-wrong', sentence, particulars);
  if (!whole(localUnit, 0, U16_MAX))
    return wrong(`A local unit's number is 0 to ${U16_MAX}, not ${localUnit}.`, { least: 0, most: U16_MAX });
  const outside = addressFault(address, localUnit, []);
  if (outside !== undefined) return outside;
  if (!whole(supplies, 1, SUPPLIES_MAX))
    return wrong(`A meter has 1 to ${SUPPLIES_MAX} supplies, not ${supplies}.`, { least: 1, most: SUPPLIES_MAX });
  if (!whole(suite, Suite.tripleDes, Suite.aes256)) {
    return wrong(`A suite is one of ${SUITE_NAMES.join(', ')}, by its number 0 to 3, not ${suite}.`);
  }
  const nobody = await subscriberFault(tx, subscriber);
  if (nobody !== undefined) return nobody;
  if (tariff !== undefined && (await tx.tariff(tariff)) === undefined) return tariffUnknown(tariff);
  const [known] = await tx.metersOf([svpmsn]);
  const [offline] = await tx.offlineMeters.of([svpmsnText(svpmsn)]);
  if (known !== undefined || offline !== undefined)
    return fail('meter-known', `Meter ${svpmsnText(svpmsn)} is enrolled already.`, { about: svpmsnText(svpmsn) });
  const neighbours = await tx.meters({ localUnit });
  if (neighbours.length >= METERS_PER_LOCAL_UNIT_MAX) {
    return fail(
      'local-unit-full',
      `Local unit ${localUnit} has its ${METERS_PER_LOCAL_UNIT_MAX} meters: put meter ${svpmsnText(svpmsn)} on another.`,
      { about: String(localUnit), most: METERS_PER_LOCAL_UNIT_MAX },
    );
  }
  const taken = addressFault(address, localUnit, neighbours);
  if (taken !== undefined) return taken;
  if ((await tx.meterCount()) >= settings.metersMax) {
    return fail(
      'host-full',
      `This host is set up for ${settings.metersMax} meters and has them: raise the limit first.`,
      { most: settings.metersMax },
    );
  }
  return {
    svpmsn,
    subscriber,
    localUnit,
    modemAddress: modemAddress(address),
    suite,
    supplies: supplies as SupplyIndex,
    tariff,
    enrolledAt: now,
    valueGeneration: 0,
    controlGeneration: 0,
    monitoringGeneration: 0,
  };
}

const whole = (value: number, min: number, max: number): boolean =>
  Number.isSafeInteger(value) && value >= min && value <= max;
