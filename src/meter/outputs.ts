import type { SupplyIndex } from '../units/index.ts';

/** Where a meter writes what it does. The caller owns relay, buzzer, modem and time. */
export interface MeterOutputs {
  /** Latch relay 1 of a supply opens or closes. */
  relay(supply: SupplyIndex, open: boolean): void;
  /**
   * The valve of a meter of gas, water or heat, which stands where the relay would, stops at reduced flow instead of
   * closing while this is on.
   */
  throttle(supply: SupplyIndex, on: boolean): void;
  /** Buzzer 4: sounds for so many seconds, or until told otherwise (Infinity); 0 is silence. */
  buzzer(seconds: number): void;
  /** The output that switches heat stores in cheap hours. */
  loadControl(on: boolean): void;
  /** Message 6 for the next contention slot, in place of one that still waits. */
  attention(frame: Uint8Array): void;
  /**
   * Give this command APDU to the card in the slot; its response goes to `stepCardResponse`, in this call or later, and
   * none once the card was pulled.
   */
  card(command: Uint8Array): void;
  /** Step the meter again at this time of the oscillator, if nothing happens before. */
  wake(at: number): void;
}
