import { type Feeder, feederOf } from '../analysis/index.ts';
import { type Svpmsn, svpmsnText } from '../units/index.ts';
import { fail } from './failures.ts';
import type { StoreReads, StoreTransaction } from './ports.ts';
import type { HostFailure, LineNetwork } from './types.ts';

/** The network behind the transformer of a local unit, as it was last given. */
export async function lineNetwork(tx: StoreReads, localUnit: number): Promise<LineNetwork | HostFailure> {
  return (
    (await networkOf(tx, localUnit)) ??
    fail('network-unknown', `No network was given for local unit ${localUnit}: what its lines lose is learned.`, {
      about: String(localUnit),
    })
  );
}

/** Takes the place of the network that was there. One that cannot be reckoned with changes nothing. */
export async function putLineNetwork(
  tx: StoreTransaction,
  network: Pick<LineNetwork, 'localUnit' | 'file'>,
): Promise<LineNetwork | HostFailure> {
  const { localUnit, file } = network;
  const feeder = feederOf(file);
  if ('reason' in feeder) return fail('network-wrong', feeder.sentence);
  const enrolled = new Set((await tx.meters({ localUnit })).map(({ svpmsn }) => Number(svpmsn)));
  const stranger = file.loads.find(({ meter }) => !enrolled.has(meter));
  if (stranger !== undefined) {
    const number = svpmsnText(stranger.meter as Svpmsn);
    return fail('network-wrong', `Meter ${number} does not stand on local unit ${localUnit}: enrol it there first.`, {
      about: number,
    });
  }
  const row: LineNetwork = { id: String(localUnit), localUnit, file };
  await tx.lineNetworks.put([row]);
  return row;
}

/** Ready to be reckoned with; nothing where none was given, or a meter of the line does not stand in it. */
export async function lineFeeder(
  tx: StoreReads,
  localUnit: number,
  meters: readonly number[],
): Promise<Feeder | undefined> {
  const network = await networkOf(tx, localUnit);
  if (network === undefined) return undefined;
  const feeder = feederOf(network.file);
  if ('reason' in feeder) return undefined;
  const placed = new Set(feeder.loads.map(({ meter }) => meter));
  return meters.every((meter) => placed.has(meter)) ? feeder : undefined;
}

/** The network of a line, as it was given. */
export async function networkOf(tx: StoreReads, localUnit: number): Promise<LineNetwork | undefined> {
  return (await tx.lineNetworks.of([String(localUnit)]))[0];
}
