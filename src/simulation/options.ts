import type { BackhaulMessage } from '../backhaul/index.ts';
import type { KeyStore, Suite } from '../crypto/index.ts';
import type {
  HeadSigner,
  HostPorts,
  HostWatcher,
  PaymentWay,
  RotationTimings,
  Store,
  VoucherNumbers,
} from '../host/index.ts';
import type { Carrier, LineConditions } from '../line/index.ts';
import type { MeterMemory } from '../meter/index.ts';
import type { SupplyPolicy } from '../records/index.ts';
import type { TariffDefinition } from '../tariff/index.ts';
import type { Svpmsn, WallClock } from '../units/index.ts';
import type { Faults } from './faults.ts';
import type { House, HouseEvent } from './house.ts';
import type { LoadSource } from './loads.ts';
import type { Written } from './mortal-store.ts';

/** What happens in a utility that a watcher would want to see, in the order in which it happened. */
export type Happening = HouseHappening | LineHappening;

/** In one house. */
export interface HouseHappening {
  readonly at: number;
  readonly svpmsn: Svpmsn;
  readonly what: HouseEvent | 'bought' | 'refused' | 'attention' | 'power-failed' | 'power-back';
  /** Tokens bought, refused or stored. */
  readonly amount?: number;
  /** Why a purchase was refused, as the person at the kiosk is told. */
  readonly sentence?: string;
}

/** In all houses of one transformer at once. */
export interface LineHappening {
  readonly at: number;
  readonly localUnit: number;
  readonly what: 'power-failed' | 'power-back';
}

export interface UtilityOptions {
  readonly seed: number | string;
  readonly meters: number;
  readonly localUnits: number;
  readonly suite: Suite;
  readonly store: Store;
  /** The utility's master keys; drawn from the seed where absent. */
  readonly keys?: KeyStore;
  /** Unix milliseconds at which business begins, or goes on. */
  readonly startMs: number;
  /** IANA name; one without daylight saving, because a load model knows local minutes only. */
  readonly zone: string;
  readonly tariff: TariffDefinition;
  readonly policy: SupplyPolicy;
  /** A tariff from before, which some meters, by house, bring from the workshop; every other of them is sold by it still. */
  readonly former?: { readonly tariff: TariffDefinition; readonly has: (house: number) => boolean };
  /** Tokens that each meter is sold at its beginning: a range. */
  readonly firstSale: { readonly from: number; readonly to: number };
  /** How often a local unit goes round its meters. */
  readonly roundMs: number;
  /** Which keys the host rotates by itself, where somebody lets its timer go; none where absent. */
  readonly rotation?: RotationTimings;
  /** The power line at its lowest rate where absent. */
  readonly carrier?: Carrier;
  /** Where absent a power line has the noise of one that works, and any other carrier none. */
  readonly conditions?: LineConditions;
  /** Houses stand from 50 m to here from their transformer. */
  readonly farthestM?: number;
  /** Oscillators of meters are off by at most so many parts per million. */
  readonly driftPpmMax?: number;
  /** Whether the power fails now and then, as the seed draws it; it does where absent. */
  readonly outages?: boolean;
  /** Loads by house, repeated in turn; the household model where absent. */
  readonly loads?: readonly ((house: number) => LoadSource)[];
  /** Memories that outlive this process, by house. */
  readonly memoryOf?: (house: number) => HouseMemory;
  /** Host processes over the one store; one where absent. */
  readonly hosts?: number;
  /** What strikes hosts, store, backhaul and line; nothing but the line's own noise where absent. */
  readonly faults?: Faults;
  /** What each transaction of the store wrote, the moment it is durable. */
  readonly onCommit?: (rows: readonly Written[]) => void;
  /** A meter has done what a frame asked for. */
  readonly onMeterHeard?: (house: House, request: Uint8Array, answer: Uint8Array | undefined) => void;
  /** What a host and a local unit say to each other, as the host says and hears it. */
  readonly onMessage?: (to: 'host' | 'local-unit', localUnit: number, message: BackhaulMessage) => void;
  /** People buy for money, of which there are receipts; value alone is sold where absent. */
  readonly forMoney?: boolean;
  /** Who takes money for the utility; nobody where absent. */
  readonly payments?: ReadonlyMap<string, PaymentWay>;
  /** How numbers of vouchers are known, which pay then; none do where absent. */
  readonly vouchers?: VoucherNumbers;
  /** As what the slots of meters take payment cards; they take none where absent. */
  readonly slotTerminal?: HostPorts['slotTerminal'];
  /** Is told by the hosts what goes on, to be counted. */
  readonly watcher?: HostWatcher;
  /** Is told by the hosts what passes between them and the meters. */
  readonly exchanges?: HostPorts['exchanges'];
  /** Who serves those that call by the interphones of meters. */
  readonly interphones?: HostPorts['interphones'];
  /** Who signs receipts, and for whom; nobody where absent. */
  readonly receipts?: HostPorts['receipts'];
  /** Who signs heads of the books. */
  readonly books?: HeadSigner;
  /** By which people act, and not the utility itself; the business's own where absent. */
  readonly wall?: WallClock;
  /** A meter was started from its memories. */
  readonly onMeterStart?: (house: House) => void;
  readonly onHappening?: (happening: Happening) => void;
}

/** The memories of one meter, and whether its workshop was done with it. */
export interface HouseMemory {
  readonly memory: MeterMemory;
  readonly personalised: boolean;
  /** The workshop is done: from now on the meter is what its memories say. */
  markPersonalised(): void;
}

/** Bytes that this process holds, after all that nobody holds was given back. */
export type HeapBytes = () => number | Promise<number>;
