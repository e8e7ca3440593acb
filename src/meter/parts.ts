import type { EventKind } from '../records/index.ts';

/** The parts of the value store meter, with the numbers of FIG. 5 and the modules (or the room) that play each. */
export const PARTS = {
  1: { name: 'latch relay', room: 'meter/relay.ts' },
  2: { name: 'shunt resistor', room: 'metering' },
  3: { name: 'power consumption sensor', room: 'metering, meter/samples.ts' },
  4: { name: 'buzzer', room: 'meter/warnings.ts' },
  5: { name: 'IC card', room: 'card' },
  6: { name: 'voltage divider', room: 'metering' },
  7: { name: 'voltage converter, 16 bits', room: 'metering' },
  8: { name: 'current converter, 16 or 20 bits', room: 'metering' },
  9: { name: 'power circuit', room: 'metering, meter/samples.ts' },
  10: { name: 'token exchanger and tank', room: 'meter/exchanger.ts' },
  11: { name: 'mode table and real-time clock', room: 'meter/mode-tables.ts, meter/clock.ts' },
  12: { name: 'IC card reader and recorder', room: 'meter/card-slot.ts, meter/sam-card.ts, card/contact' },
  13: { name: 'power line modem', room: 'line' },
  14: { name: 'power source: last gasp and start', room: 'meter/meter.ts, meter/start.ts' },
  15: { name: 'non-volatile memory', room: 'meter/nvm.ts' },
  16: { name: 'scrambled bus', room: 'meter/bus.ts, meter/sam-bus.ts' },
  17: { name: 'liquid crystal display', room: 'meter/display.ts' },
  18: { name: 'terminals and cover', room: 'meter/seal.ts, meter/output-voltage.ts' },
  19: { name: 'arrester: surges as events', room: 'meter/disturbances.ts' },
  20: { name: 'digital interphone', room: 'meter/interphone.ts' },
  21: { name: 'keypad', room: 'meter/keypad.ts' },
  162: { name: 'central processing unit', room: 'meter/meter.ts' },
  164: { name: 'secure access module', room: 'meter/sam.ts' },
  166: { name: 'store value module', room: 'meter/svm.ts' },
} as const;

/** Kinds of events that no part records yet: they have a number and a form, and a meter never tells one. */
export const EVENTS_NOT_RECORDED: readonly (keyof typeof EventKind)[] = ['wrongSignatures', 'keypadWrongCode'];
