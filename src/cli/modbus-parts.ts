import { setTimeout as pause } from 'node:timers/promises';
import { readEastron } from '../adapters/eastron.ts';
import { isModbusFailure, ModbusBus, type ModbusFailure } from '../adapters/modbus-bus.ts';
import {
  BusPart,
  type Nvm,
  partWatch,
  type RegisterInput,
  type RegisterReading,
  registerInput,
  stepPart,
  stepRegister,
} from '../meter/index.ts';
import { CannotGoOn } from './failure.ts';
import { type MeterHardware, placeOf } from './meter-hardware.ts';
import type { RunningMeter } from './running-meter.ts';
import type { say } from './say.ts';

const SECOND_MS = 1_000;

/** How a part of the meter does, and since when it says nothing. */
class PartHealth {
  readonly #what: string;
  readonly #say: typeof say;
  #heardAt = performance.now();
  #why: string | undefined;

  constructor(what: string, tell: typeof say) {
    this.#what = what;
    this.#say = tell;
  }

  /** @param failure `undefined` when it answered */
  note(failure: ModbusFailure | undefined, well: string): void {
    if (failure === undefined) {
      this.#heardAt = performance.now();
      if (this.#why !== undefined) this.#say('info', `${this.#what} answers again: ${well}.`);
    } else if (failure.why !== this.#why) this.#say('warn', `${this.#what} does not answer, because ${failure.why}.`);
    this.#why = failure?.why;
  }

  get silentSeconds(): number {
    return this.#why === undefined ? 0 : Math.floor((performance.now() - this.#heardAt) / SECOND_MS);
  }
}

/**
 * The parts of a meter that hang on Modbus: an Eastron measuring meter, whose register is charged, and a coil that holds
 * the contactor where the relay is to be. Each look asks both, and sets the coil again where it is not as it should be:
 * a board that lost its power has forgotten it.
 */
export class ModbusParts {
  readonly #hardware: MeterHardware;
  readonly #buses: ReadonlyMap<string, ModbusBus>;
  readonly #say: typeof say;
  readonly #measuring: PartHealth;
  readonly #contactor: PartHealth;
  #heldOpen = false;
  #hasRead = false;
  #kick: (() => void) | undefined;

  /** Opens nothing yet. @throws CannotGoOn where a package is missing */
  static async on(hardware: MeterHardware, tell: typeof say): Promise<ModbusParts> {
    const buses = new Map<string, ModbusBus>();
    for (const [name, bus] of Object.entries(hardware.buses)) {
      const opened = await ModbusBus.at(placeOf(bus));
      if (isModbusFailure(opened)) {
        throw new CannotGoOn(`The bus "${name}" cannot be used, because ${opened.why}: install with npm install.`);
      }
      buses.set(name, opened);
    }
    return new ModbusParts(hardware, buses, tell);
  }

  private constructor(hardware: MeterHardware, buses: ReadonlyMap<string, ModbusBus>, tell: typeof say) {
    this.#hardware = hardware;
    this.#buses = buses;
    this.#say = tell;
    const { measuring, contactor } = hardware;
    this.#measuring = new PartHealth(`The ${measuring.model} at unit ${measuring.unit} of "${measuring.bus}"`, tell);
    this.#contactor = new PartHealth(`The coil board at unit ${contactor.unit} of "${contactor.bus}"`, tell);
  }

  /** The relay is to move: the next look is now. */
  readonly relayMoved = (): void => this.#kick?.();

  /** Looks and looks again, until it is stopped; the contactor stays where it is then. */
  async serve(meter: RunningMeter, place: Nvm, stopped: AbortSignal): Promise<void> {
    const { measuring, silence, everySeconds = 1 } = this.#hardware;
    let input: RegisterInput | undefined;
    const parts = {
      measuring: partWatch(BusPart.measuring, silence.afterSeconds),
      relay: partWatch(BusPart.relay, silence.afterSeconds),
    };
    while (!stopped.aborted) {
      const begun = performance.now();
      const reading = await this.#read();
      const { isOpen } = await this.#drive(meter);
      if (stopped.aborted) break;
      meter.act((machine, now, out) => {
        input ??= registerInput(machine, { place, wattsMax: measuring.wattsMax });
        stepPart(machine, parts.measuring, { silentSeconds: this.#measuring.silentSeconds, now }, out);
        stepPart(machine, parts.relay, { silentSeconds: this.#contactor.silentSeconds, now }, out);
        const relayObeys = isOpen === meter.relayIsOpen;
        if (reading === undefined) return;
        if (stepRegister(machine, input, reading, { now, relayObeys }, out) === 'jumped') this.#sayJump(reading);
      });
      await this.#untilNext(everySeconds * SECOND_MS - (performance.now() - begun), stopped);
    }
    await Promise.all([...this.#buses.values()].map((bus) => bus.close()));
  }

  async #read(): Promise<RegisterReading | undefined> {
    const { bus, unit, model } = this.#hardware.measuring;
    const reading = await readEastron(this.#buses.get(bus) as ModbusBus, unit, model);
    const failed = isModbusFailure(reading);
    const well = failed ? '' : `${(reading.importDeciWattHours / 1e4).toFixed(3)} kWh`;
    if (!failed && !this.#hasRead) this.#say('info', `The ${model} at unit ${unit} of "${bus}" shows ${well}.`);
    this.#hasRead ||= !failed;
    this.#measuring.note(failed ? reading : undefined, well);
    return failed ? undefined : reading;
  }

  #sayJump({ importDeciWattHours }: RegisterReading): void {
    const { bus, unit, model } = this.#hardware.measuring;
    const shows = `${(importDeciWattHours / 1e4).toFixed(3)} kWh`;
    this.#say(
      'error',
      `The ${model} at unit ${unit} of "${bus}" shows ${shows}, which cannot have flowed: it counts on from there.`,
    );
  }

  /** The coil where it is to be. @returns how it stands, as the board says it */
  async #drive(meter: RunningMeter): Promise<{ readonly isOpen: boolean | undefined }> {
    const { contactor, silence } = this.#hardware;
    const bus = this.#buses.get(contactor.bus) as ModbusBus;
    const holdsOpen = silence.contactor === 'opens' && this.#measuring.silentSeconds >= silence.afterSeconds;
    if (holdsOpen !== this.#heldOpen) {
      this.#heldOpen = holdsOpen;
      this.#say(
        holdsOpen ? 'error' : 'info',
        holdsOpen
          ? 'Nothing is measured: the contactor is opened until it is again.'
          : 'It is measured again: the contactor is where the relay wants it.',
      );
    }
    const wanted = (meter.relayIsOpen || holdsOpen) === (contactor.closedWhen === 'off');
    let stands = await bus.readCoil(contactor.unit, contactor.coil);
    if (!isModbusFailure(stands) && stands !== wanted) {
      const written = await bus.writeCoil(contactor.unit, contactor.coil, wanted);
      // What a board says that it took is one thing, where its coil is another.
      stands = isModbusFailure(written) ? written : await bus.readCoil(contactor.unit, contactor.coil);
    }
    if (!isModbusFailure(stands) && stands !== wanted) {
      stands = { reason: 'refused', why: `its coil ${contactor.coil} stays ${stands ? 'on' : 'off'}` };
    }
    const failed = isModbusFailure(stands);
    this.#contactor.note(
      isModbusFailure(stands) ? stands : undefined,
      `its coil ${contactor.coil} is ${wanted ? 'on' : 'off'}`,
    );
    return { isOpen: failed ? undefined : stands === (contactor.closedWhen === 'off') };
  }

  async #untilNext(ms: number, stopped: AbortSignal): Promise<void> {
    if (ms <= 0) return;
    const woken = new AbortController();
    this.#kick = () => woken.abort();
    await pause(ms, undefined, { signal: AbortSignal.any([stopped, woken.signal]) }).catch(() => undefined);
    this.#kick = undefined;
  }
}
