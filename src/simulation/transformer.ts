import {
  LocalUnit,
  type LocalUnitInput,
  type LocalUnitOptions,
  type LocalUnitOutput,
  type MonitoringRing,
} from '../concentrator/index.ts';
import { KeyRing, Purpose, type TransportKey } from '../crypto/index.ts';
import {
  type Carrier,
  Channel,
  concerns,
  createSlaveLink,
  FOREIGN_STATION,
  type LineConditions,
  LOCAL_UNIT_STATION,
  type SlaveInput,
  type SlaveLink,
  type SlaveOutput,
  stepSlaveLink,
  type Transmission,
} from '../line/index.ts';
import type { MeterAnswer } from '../meter/index.ts';
import type { MilliwattHours, ModemAddress, Svpmsn } from '../units/index.ts';
import type { Disturbance } from './disturbance.ts';
import type { SeededRandom } from './random.ts';
import type { VirtualTime } from './virtual-time.ts';

/** What answers at a modem: a meter, or whatever a fault put in its place. */
export interface LineTerminal {
  readonly svpmsn: Svpmsn;
  readonly address: ModemAddress;
  /** A frame that the modem heard; `undefined` when it is not this terminal's, or it is dark. */
  hear(frame: Uint8Array, now: number): MeterAnswer | undefined;
  /** A frame that somebody else sent from this terminal's address. */
  overhear?(frame: Uint8Array, now: number): void;
}

/** What the capacitors of a modem hold. */
const LAST_GASP_MS = 10_000;

interface Station {
  readonly terminal: LineTerminal;
  readonly place: number;
  link: SlaveLink;
  /** Its wire is off: it neither hears nor is heard. */
  unplugged: boolean;
}

export interface TransformerOptions {
  /** Number of the local unit in its area. */
  readonly id: number;
  readonly time: VirtualTime;
  readonly carrier: Carrier;
  readonly conditions: LineConditions;
  readonly random: SeededRandom;
  /** The one key that its local unit is built with. */
  readonly transport: TransportKey;
  /** What strikes frames beyond the noise of the line; nothing where absent. */
  readonly disturbance?: Disturbance;
  /** Bytes of the local unit for the area unit. */
  readonly say: (bytes: Uint8Array) => void;
}

/** One pole transformer: the line, its local unit, and the modems of its meters. */
export class Transformer {
  /** Number of its local unit in the area. */
  readonly id: number;
  readonly channel: Channel;
  localUnit: LocalUnit;
  /** What the local unit was given since it began. */
  keys: MonitoringRing = new KeyRing(Purpose.monitoring);
  /** The next transformer, which hears some of what is said here. */
  neighbour: Transformer | undefined;
  /** What somebody takes before all meters, for good. */
  tappedWatts = 0;
  /** The wire is cut behind the local unit: nothing arrives on either side. */
  cut = false;
  readonly #options: TransformerOptions;
  readonly #stations: Station[] = [];
  /** One list for all steps: a step's outputs are done with before the next begins. */
  readonly #spare: LocalUnitOutput[][] = [];
  #armedAt = Number.POSITIVE_INFINITY;

  constructor(options: TransformerOptions) {
    this.#options = options;
    const { carrier, conditions, random, id } = options;
    this.id = id;
    this.channel = new Channel({ carrier, conditions, random: random.fork('channel') });
    this.localUnit = this.#newLocalUnit();
  }

  /** The local unit was off: it knows its transport key, and nothing else any more. */
  restartLocalUnit(): void {
    this.keys = new KeyRing(Purpose.monitoring);
    this.localUnit = this.#newLocalUnit();
    this.#armedAt = Number.POSITIVE_INFINITY;
    this.step({ type: 'backhaul-up', now: this.#options.time.now });
  }

  attach(terminal: LineTerminal, distanceM: number): void {
    const place = this.channel.attach(distanceM);
    this.#stations.push({ terminal, place, link: this.#newLink(terminal), unplugged: false });
  }

  /** The terminal is taken off the line: nothing is heard of it any more. */
  detach(terminal: LineTerminal): void {
    const station = this.#station(terminal);
    station.link = this.#newLink(terminal);
    this.#stations.splice(this.#stations.indexOf(station), 1);
  }

  /** Somebody takes the terminal's wire off, and the terminal does not know. */
  unplug(terminal: LineTerminal): void {
    this.#station(terminal).unplugged = true;
  }

  plug(terminal: LineTerminal): void {
    this.#station(terminal).unplugged = false;
  }

  /** The terminal's supply went or came: its modem has forgotten what it said last, and what it had to say. */
  powerCycle(terminal: LineTerminal): void {
    const station = this.#station(terminal);
    station.link = this.#newLink(terminal);
  }

  /** The terminal's supply went: its modem has a few seconds to say what it has to say. */
  losePower(terminal: LineTerminal): void {
    const station = this.#station(terminal);
    const { link } = station;
    this.#options.time.after(LAST_GASP_MS, () => {
      if (station.link === link) station.link = this.#newLink(terminal);
    });
  }

  /** An attention for the next contention slot. */
  callAttention(terminal: LineTerminal, payload: Uint8Array): void {
    this.#stepStation(this.#station(terminal), { type: 'attention', payload });
  }

  step(input: LocalUnitInput): void {
    const outputs = this.#spare.pop() ?? [];
    this.localUnit.step(input, outputs);
    for (const output of outputs) {
      if (output.type === 'line') this.#transmit(LOCAL_UNIT_STATION, output.bytes);
      else if (output.type === 'wake') this.#arm(output.at);
      else if (output.type === 'backhaul') this.#options.say(output.bytes);
    }
    outputs.length = 0;
    this.#spare.push(outputs);
  }

  /** Energy through the transformer, as the check meter counts it. */
  measure(energy: MilliwattHours): void {
    this.step({ type: 'measured', now: this.#options.time.now, energy });
  }

  /** The wake that was asked for last is the one that counts: the local unit asks for one at a time. */
  #arm(at: number): void {
    const { time } = this.#options;
    if (at === this.#armedAt) return;
    this.#armedAt = at;
    time.at(at, () => {
      if (this.#armedAt !== at) return;
      this.#armedAt = Number.POSITIVE_INFINITY;
      this.step({ type: 'wake', now: time.now });
    });
  }

  #transmit(from: number, bytes: Uint8Array): void {
    const { time } = this.#options;
    const transmission = this.channel.begin(time.now, from, bytes);
    time.at(transmission.arrivesAt, () => this.#deliver(transmission));
    const { neighbour } = this;
    if (neighbour === undefined || from === FOREIGN_STATION) return;
    if (this.channel.crossesOver(transmission) || this.#options.disturbance?.crosses(bytes)) {
      neighbour.#transmit(FOREIGN_STATION, bytes);
    }
  }

  #deliver(transmission: Transmission): void {
    if (this.cut) return;
    if (transmission.from !== LOCAL_UNIT_STATION) {
      const heard = this.channel.receive(transmission, LOCAL_UNIT_STATION);
      if (heard !== undefined)
        this.#arrive(heard, (bytes) => this.step({ type: 'line', now: this.#options.time.now, bytes }));
    }
    for (const station of this.#stations) {
      if (station.unplugged || !concerns(station.link, transmission.bytes)) continue;
      const bytes = this.channel.receive(transmission, station.place);
      if (bytes === undefined) continue;
      this.#arrive(bytes, (heard) =>
        this.#stepStation(station, { type: 'bytes', now: this.#options.time.now, bytes: heard }),
      );
    }
  }

  #arrive(bytes: Uint8Array, deliver: (bytes: Uint8Array) => void): void {
    const { disturbance, time } = this.#options;
    if (disturbance === undefined) {
      deliver(bytes);
      return;
    }
    for (const { afterMs, bytes: heard } of disturbance.ofFrame(bytes)) {
      if (afterMs === 0) deliver(heard);
      else time.after(afterMs, () => deliver(heard));
    }
  }

  #stepStation(station: Station, input: SlaveInput): void {
    const { time } = this.#options;
    const { link } = station;
    const outputs: SlaveOutput[] = [];
    stepSlaveLink(link, input, outputs);
    for (const output of outputs) {
      switch (output.type) {
        case 'send':
          if (!station.unplugged) this.#transmit(station.place, output.bytes);
          break;
        case 'wake':
          time.at(output.at, () => {
            if (station.link === link) this.#stepStation(station, { type: 'wake', now: time.now });
          });
          break;
        case 'request':
          this.#answer(station, output.ticket, station.terminal.hear(output.payload, time.now));
          break;
        case 'attention-heard':
          break;
        case 'overheard':
          station.terminal.overhear?.(output.payload, time.now);
          break;
      }
    }
  }

  #answer(station: Station, ticket: number, answer: MeterAnswer | undefined): void {
    const { now } = this.#options.time;
    if (answer === undefined) this.#stepStation(station, { type: 'ignore', ticket });
    else {
      const frames = answer.type === 'frame' ? [answer.frame, ...(answer.following ?? [])] : [];
      this.#stepStation(station, { type: 'answer', now, ticket, frames });
    }
  }

  #station(terminal: LineTerminal): Station {
    const station = this.#stations.find((candidate) => candidate.terminal === terminal);
    if (station === undefined) throw new Error('no such terminal on this line');
    return station;
  }

  #newLocalUnit(): LocalUnit {
    const { id, carrier, transport, random } = this.#options;
    const randomness = random.fork(`local unit ${this.#localUnits++}`);
    const unwrap: LocalUnitOptions['unwrap'] = (n, svpmsn, wrapped) => transport.unwrap(n, svpmsn, wrapped);
    return new LocalUnit({ id, carrier, keys: this.keys, unwrap, randomness });
  }
  #localUnits = 0;

  #newLink(terminal: LineTerminal): SlaveLink {
    const { carrier, random } = this.#options;
    return createSlaveLink({ carrier, address: terminal.address, random: random.fork(`modem ${terminal.svpmsn}`) });
  }
}
