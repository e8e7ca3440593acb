/** The contacts between a card and its slot, ISO 7816-3: characters, answer to reset, PPS, T=0 and T=1, both sides. */
export * from './apdu-case.ts';
export * from './atr.ts';
export * from './character.ts';
export * from './chip.ts';
export * from './clock.ts';
export { ContactSlot } from './contact-slot.ts';
export * from './contacts.ts';
export * from './memory-card.ts';
export * from './pps.ts';
export { type Character, characterOf } from './serial.ts';
export * from './slot.ts';
export * from './wire.ts';
