import type { CardChip } from '../card/index.ts';
import {
  balanceOf,
  isForMeter,
  type Key,
  type Meter,
  type MeterAnswer,
  type MeterMemory,
  type MeterOutputs,
  pressKey,
  type Sensor,
  senseSeal,
  startMeter,
  stepCardInserted,
  stepCardRemoved,
  stepCardResponse,
  stepEnergy,
  stepFrame,
  stepLastGasp,
  stepMeasured,
  stepOverheard,
  stepVoltage,
} from '../meter/index.ts';
import { RelayReason } from '../records/index.ts';
import {
  assert,
  type MilliwattHours,
  type ModemAddress,
  milliwattHours,
  type SupplyIndex,
  type Svpmsn,
} from '../units/index.ts';
import { CARD_RESET_MS, CardInSlot, type Later } from './card-in-slot.ts';
import { PowerCut } from './faulty-memory.ts';
import { type LoadSource, minuteByMinute } from './loads.ts';
import type { SeededRandom } from './random.ts';
import { SecondMeter } from './second-meter.ts';
import { type ApplianceId, Sockets } from './sockets.ts';
import { MAINS_VOLTS, voltageAt } from './supply-voltage.ts';
import type { LineTerminal } from './transformer.ts';

/** What a house tells those who watch it. */
export type HouseEvent = 'cut-off' | 'reconnected' | 'relay-opened' | 'relay-closed' | 'buzzer' | 'stored';

export interface HouseOptions {
  readonly svpmsn: Svpmsn;
  readonly address: ModemAddress;
  readonly localUnit: number;
  readonly memory: MeterMemory;
  readonly load: LoadSource;
  readonly random: SeededRandom;
  /** Local minute minus UTC minute. */
  readonly zoneMinutes: number;
  readonly labSessions?: number;
  /** Of the meter's oscillator, in parts per million. */
  readonly clockDriftPpm: number;
  /** For the contacts of the card in its slot. */
  readonly later: Later;
  readonly onEvent: (house: House, event: HouseEvent, amount?: number) => void;
  readonly onAttention: (house: House, frame: Uint8Array) => void;
  /** The supply fell in the middle of a write: the house is dark, without a last gasp. */
  readonly onPowerCut?: (house: House) => void;
  /** The meter has done what a frame asked for. */
  readonly onHeard?: (house: House, request: Uint8Array, answer: Uint8Array | undefined) => void;
  /** The meter was started from its memories. */
  readonly onStart?: (house: House) => void;
}

const MILLIWATT_MINUTES_PER_MILLIWATT_HOUR = 60;
/** A household's load lags a little; heavily inductive ones are for other scenes. */
const DEGREES_OF_LAG = 8;

/** A home: its meter, what it switches on, and what it sees. The meter runs on its own oscillator. */
export class House implements LineTerminal {
  readonly svpmsn: Svpmsn;
  /** A technician may give its modem another. */
  address: ModemAddress;
  readonly localUnit: number;
  readonly memory: MeterMemory;
  readonly options: HouseOptions;
  meter: Meter;
  /** What it asked for and what flowed, since this process began. */
  wantedMilliwattHours = 0;
  flowedMilliwattHours = 0;
  /** Drawn past the meter: what a wire over the terminals takes. */
  bypassWatts = 0;
  watts = 0;
  buzzing = false;
  /** The latch of its relay, which keeps its place without power. */
  latchOpen = false;
  /** The last outage came in the middle of what the meter did. */
  cutAtWork = false;
  /** No supply: the meter is off, and `meter` what it was at its last gasp. */
  dark = false;
  /** Everything is switched off: nothing is asked for. */
  idle = false;
  /** Short warnings of the buzzer, since this process began. */
  warnings = 0;
  readonly sockets = new Sockets();
  readonly secondMeter: SecondMeter;
  readonly #load: (localMinute: number) => MilliwattHours;
  readonly #outputs: MeterOutputs;
  /** What flows in the step that runs. */
  #asked = milliwattHours(0);
  readonly #epoch: number;

  constructor(options: HouseOptions, now: number) {
    this.options = options;
    this.svpmsn = options.svpmsn;
    this.address = options.address;
    this.localUnit = options.localUnit;
    this.memory = options.memory;
    this.#load = minuteByMinute(options.load);
    this.#epoch = now;
    this.#outputs = {
      relay: (_, open) => this.#relayMoved(open),
      buzzer: (seconds) => {
        this.buzzing = seconds === Number.POSITIVE_INFINITY;
        if (seconds > 0 && !this.buzzing) this.warnings += 1;
        if (seconds > 0) this.#tell('buzzer');
      },
      loadControl: () => undefined,
      throttle: () => undefined,
      card: (command) => this.#giveCard(command),
      attention: (frame) => options.onAttention(this, frame),
      // A house is stepped every minute anyway, which is as fine as its load is.
      wake: () => undefined,
    };
    this.meter = this.#start(now);
    this.latchOpen = this.meter.kept.latchesOpen !== 0;
    this.secondMeter = new SecondMeter(this.meter);
    this.#settleIn();
  }

  /** The meter is taken away with its memories: this house is not lived in any more. */
  scrapMeter(): void {
    Object.assign(this, { meter: undefined, memory: undefined });
    Object.assign(this.options, { memory: undefined });
  }

  /** The meter's oscillator: it drifts from the time that everybody shares. */
  oscillator(now: number): number {
    return now + this.#jumpedMs + ((now - this.#epoch) * this.options.clockDriftPpm) / 1e6;
  }

  /** While the meter is off its oscillator is put forward, or back. */
  jumpClock(byMs: number): void {
    assert(this.dark, 'a clock jumps while its meter is off');
    this.#jumpedMs += byMs;
  }
  #jumpedMs = 0;

  get balance(): number {
    return balanceOf(this.meter);
  }

  get relayOpen(): boolean {
    return this.meter.supplies.some(({ relay }) => relay.reasons !== 0);
  }

  /** The meter found its purse other than it left it: its value stands still until a person decides. */
  get frozen(): boolean {
    return this.meter.frozen !== 0;
  }

  /** The minute before `now` is over: what was switched on asked for its energy. Returns what the transformer gave. */
  minute(now: number): number {
    const pluggedIn = this.sockets.take(now);
    if (this.dark) return 0;
    const utcMinute = Math.round(now / 60_000) - 1;
    const localMinute = utcMinute + this.options.zoneMinutes;
    const load = this.idle ? milliwattHours(0) : this.#load(localMinute);
    const wanted = this.idle ? load : milliwattHours(load + pluggedIn);
    const at = this.oscillator(now);
    // Measured to the end of the minute; a limit that trips cuts the next one.
    const supply: SupplyIndex = 1;
    this.#asked = wanted;
    const drawn = (this.relayOpen ? 0 : wattsOf(wanted)) + this.bypassWatts;
    stepVoltage(this.meter, supply, voltageAt({ address: this.address, watts: drawn, localMinute }), at);
    const flowed = this.#onItsSupply(() => stepEnergy(this.meter, supply, wanted, at, this.#outputs));
    this.#asked = milliwattHours(0);
    if (flowed === undefined) return 0;
    this.secondMeter.flowed(this.meter, flowed);
    this.#loadWatts = wattsOf(load);
    this.#measured(flowed < wanted ? wattsOf(flowed) : this.#asksFor, at);
    this.wantedMilliwattHours += wanted;
    this.flowedMilliwattHours += flowed;
    return flowed + Math.round((this.bypassWatts * 1000) / MILLIWATT_MINUTES_PER_MILLIWATT_HOUR);
  }

  hear(frame: Uint8Array, now: number): MeterAnswer | undefined {
    if (this.dark || !isForMeter(this.meter, frame)) return undefined;
    const { credited } = this.meter.svm.purse;
    // A credit is told before the relay that it closes: cause, then effect.
    this.#held = [];
    const answer = this.#onItsSupply(() => stepFrame(this.meter, frame, this.oscillator(now), this.#outputs));
    const held = this.#held;
    this.#held = undefined;
    if (this.dark) return undefined;
    const stored = this.meter.svm.purse.credited - credited;
    if (stored > 0) this.#tell('stored', stored);
    for (const event of held) this.#tell(event);
    this.options.onHeard?.(this, frame, answer?.type === 'frame' ? answer.frame : undefined);
    return answer;
  }

  overhear(frame: Uint8Array, now: number): void {
    if (this.dark) return;
    const overheard = { frame, address: this.address };
    this.#onItsSupply(() => stepOverheard(this.meter, overheard, this.oscillator(now), this.#outputs));
  }

  /** Somebody switches an appliance, and the power circuit measures at once. */
  switchAppliance(id: ApplianceId, on: boolean, now: number): void {
    this.sockets.switch(id, on, now);
    if (!this.dark && !this.idle) this.#measured(this.relayOpen ? 0 : this.#asksFor, this.oscillator(now));
  }

  /** What the household was last measured to ask for, and what is plugged in beside it. */
  get #asksFor(): number {
    return this.idle ? 0 : this.#loadWatts + this.sockets.watts;
  }
  #loadWatts = 0;

  #measured(watts: number, at: number): void {
    this.watts = watts;
    const deciAmperes = Math.round((10 * watts) / MAINS_VOLTS);
    const measured = { watts, deciAmperes, degreesOfLag: DEGREES_OF_LAG };
    this.#onItsSupply(() => stepMeasured(this.meter, 1, measured, at, this.#outputs));
  }

  /**
   * Without power its keys are dead.
   *
   * @param silenceMs for how long digits wait for the next one, where a hand in another time presses them
   */
  press(key: Key, now: number, silenceMs?: number): void {
    if (this.dark) return;
    this.#onItsSupply(() => pressKey(this.meter, key, this.oscillator(now), this.#outputs, silenceMs));
  }

  /** Somebody puts a card into the slot, in place of the one that is there. Without power it is found in it later. */
  insertCard(chip: CardChip, now: number): void {
    if (this.#chip !== undefined) this.removeCard(now);
    this.#chip = chip;
    if (!this.dark) this.#powerCard(chip);
  }

  get hasCard(): boolean {
    return this.#chip !== undefined;
  }

  /** Whether it is this card that is in the slot. */
  holds(chip: CardChip): boolean {
    return this.#chip === chip;
  }

  removeCard(now: number): void {
    if (this.#chip === undefined) return;
    this.#chip = undefined;
    this.#card?.takeOut();
    this.#card = undefined;
    if (!this.dark) this.#onItsSupply(() => stepCardRemoved(this.meter, this.oscillator(now), this.#outputs));
  }

  /** It has answered to its reset before the meter speaks to it. */
  #powerCard(chip: CardChip): void {
    const card = new CardInSlot(chip, this.options.later);
    this.#card = card;
    this.options.later(CARD_RESET_MS, (now) => {
      if (this.#card !== card || this.dark) return;
      this.#onItsSupply(() => stepCardInserted(this.meter, this.oscillator(now), this.#outputs));
    });
  }

  #giveCard(command: Uint8Array): void {
    const card = this.#card;
    card?.give(command, (response, now) => {
      if (this.#card !== card || this.dark) return;
      this.#onItsSupply(() => stepCardResponse(this.meter, response, this.oscillator(now), this.#outputs));
    });
  }
  #chip: CardChip | undefined;
  #card: CardInSlot | undefined;

  /** A sensor of the seal changes; `watts` is what a bypass then draws past the meter. Without power it senses it later. */
  tamper(sensor: Sensor, on: boolean, now: number, watts = 0): void {
    if (sensor === 'bypass') this.bypassWatts = on ? watts : 0;
    if (sensor === 'cover') this.coverLifted = on;
    if (this.dark) this.#unsensed.set(sensor, { on, watts });
    else this.#sense(sensor, on, now, watts);
  }
  coverLifted = false;

  /** A wire that a process before this one left over the terminals: the meter knows of it. */
  findBypass(watts: number): void {
    this.bypassWatts = watts;
    this.#sensed.add('bypass');
  }
  readonly #unsensed = new Map<Sensor, { readonly on: boolean; readonly watts: number }>();
  readonly #sensed = new Set<Sensor>();

  #sense(sensor: Sensor, on: boolean, now: number, watts: number): void {
    if (on) this.#sensed.add(sensor);
    else this.#sensed.delete(sensor);
    const sensed = { sensor, on, supply: 1, value: watts } as const;
    this.#onItsSupply(() => senseSeal(this.meter, sensed, this.oscillator(now), this.#outputs));
  }

  /** What was done to the seal in the dark, where it is not undone. */
  #senseWhatCameInTheDark(now: number): void {
    const unsensed = [...this.#unsensed];
    this.#unsensed.clear();
    for (const [sensor, { on, watts }] of unsensed) {
      if (on !== this.#sensed.has(sensor)) this.#sense(sensor, on, now, watts);
    }
  }

  /** The supply falls: the meter keeps what it must with the last of the power. */
  powerFails(now: number): void {
    this.cutAtWork = false;
    this.#onItsSupply(() => stepLastGasp(this.meter, this.oscillator(now), this.#outputs));
    this.#darken();
    this.secondMeter.powerFailed();
  }

  /** The supply falls without a last gasp. */
  cutPower(): void {
    if (this.dark) return;
    this.cutAtWork = false;
    this.#darken();
    this.secondMeter.powerCut(this.meter, milliwattHours(0));
    this.options.onPowerCut?.(this);
  }

  /** The supply comes back: the meter starts from its memories. */
  powerReturns(now: number): void {
    const wasCut = this.#cut;
    this.#running = false;
    const meter = this.#onItsSupply(() => this.#start(now));
    if (meter === undefined) return;
    this.dark = false;
    this.meter = meter;
    this.#settleIn();
    this.options.onStart?.(this);
    if (this.#chip !== undefined) this.#powerCard(this.#chip);
    // The minute before the outage may have taken the last token.
    if (this.#cut && !wasCut) this.#tell('cut-off');
    if (!this.#cut && wasCut) this.#tell('reconnected');
    this.#senseWhatCameInTheDark(now);
  }

  /** The power may go while the meter works; then it is dark, and what it was about to say is lost. */
  #onItsSupply<T>(work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof PowerCut)) throw error;
      if (!this.dark) {
        this.cutAtWork = true;
        this.#darken();
        this.secondMeter.powerCut(this.meter, this.#asked);
      }
      this.options.onPowerCut?.(this);
      return undefined;
    }
  }

  #darken(): void {
    this.dark = true;
    this.#card?.takeOut();
    this.#card = undefined;
    this.buzzing = false;
    this.watts = 0;
  }

  #start(now: number): Meter {
    const { memory, random, labSessions } = this.options;
    const start = { now: this.oscillator(now), ...(labSessions === undefined ? {} : { labSessions }) };
    return startMeter(memory, 1, random.fork(`meter at ${now}`), start, this.#outputs);
  }

  /** What a start finds, an open relay for one, is how things stand and no news. */
  #settleIn(): void {
    this.#running = true;
    this.#cut = this.meter.supplies.some(({ relay }) => (relay.reasons & RelayReason.noCredit) !== 0);
  }
  #running = false;

  #relayMoved(open: boolean): void {
    this.latchOpen = open;
    if (!this.#running) return;
    this.#tell(open ? 'relay-opened' : 'relay-closed');
    const reasons = this.meter.supplies[0]?.relay.reasons ?? 0;
    if (open && reasons & RelayReason.noCredit) {
      this.#cut = true;
      this.#tell('cut-off');
    }
    if (!open && this.#cut) {
      this.#cut = false;
      this.#tell('reconnected');
    }
  }
  #cut = false;

  #tell(event: HouseEvent, amount?: number): void {
    if (this.#held === undefined) this.options.onEvent(this, event, amount);
    else this.#held.push(event);
  }
  #held: HouseEvent[] | undefined;
}

/** Of what flowed within a minute. */
const wattsOf = (energy: number): number => Math.round((energy * MILLIWATT_MINUTES_PER_MILLIWATT_HOUR) / 1000);
