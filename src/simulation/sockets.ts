import { type MilliwattHours, milliwattHours } from '../units/index.ts';

/** What somebody may plug in beside what the household does by itself. */
export const APPLIANCES = [
  { id: 'kettle', watts: 2_000 },
  { id: 'heater', watts: 1_500 },
  { id: 'air-conditioner', watts: 1_800 },
  { id: 'cooker', watts: 3_000 },
  { id: 'washing-machine', watts: 2_100 },
  { id: 'fridge', watts: 120 },
  { id: 'television', watts: 100 },
  { id: 'lamp', watts: 40 },
] as const;
export type ApplianceId = (typeof APPLIANCES)[number]['id'];

const WATT_MILLISECONDS_PER_MILLIWATT_HOUR = 3_600;

/** Appliances that are switched by hand, on top of a household's load; what they ask for is counted to the millisecond. */
export class Sockets {
  readonly #on = new Set<ApplianceId>();
  #watts = 0;
  #since = 0;
  #wattMilliseconds = 0;

  /** What all that are on ask for. */
  get watts(): number {
    return this.#watts;
  }

  isOn(id: ApplianceId): boolean {
    return this.#on.has(id);
  }

  switch(id: ApplianceId, on: boolean, now: number): void {
    this.#count(now);
    if (on) this.#on.add(id);
    else this.#on.delete(id);
    this.#watts = APPLIANCES.reduce((sum, each) => sum + (this.#on.has(each.id) ? each.watts : 0), 0);
  }

  /** What was asked for since it was taken last; what is below 1 mWh stays for the next time. */
  take(now: number): MilliwattHours {
    this.#count(now);
    const taken = Math.floor(this.#wattMilliseconds / WATT_MILLISECONDS_PER_MILLIWATT_HOUR);
    this.#wattMilliseconds -= taken * WATT_MILLISECONDS_PER_MILLIWATT_HOUR;
    return milliwattHours(taken);
  }

  #count(now: number): void {
    this.#wattMilliseconds += this.#watts * (now - this.#since);
    this.#since = now;
  }
}
