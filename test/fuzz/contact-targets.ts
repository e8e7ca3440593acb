import { ATRS, chipOf, TestCard } from '../../src/card/contact/card.testing.ts';
import { talker } from '../../src/card/contact/talker.testing.ts';
import {
  type Atr,
  agreedBy,
  answerPps,
  ContactWire,
  type Cycles,
  characterOf,
  conventionOf,
  createChip,
  decodeCharacter,
  encodePps,
  METER_SLOT,
  parseAtr,
  parseMemoryAnswer,
  shapeOf,
  stepChip,
} from '../../src/card/index.ts';
import { bytesLike } from './inputs.ts';
import type { FuzzTarget } from './targets.ts';

const REQUEST = { protocol: 1, speed: 0x95 };
const CARD = parseAtr(Uint8Array.of(0x3b, 0x90, 0x95, 0x01, 0x04)) as Atr;
const A_LIFE = { inputs: 20_000, because: 'each is a whole conversation' };

export const CONTACT_TARGETS: Readonly<Record<string, FuzzTarget>> = {
  'card.parseAtr': { ...bytesLike(...Object.values(ATRS)), decode: parseAtr },
  'card.parseMemoryAnswer': {
    ...bytesLike(Uint8Array.of(0xa2, 0x13, 0x10, 0x91)),
    decode: (bytes: Uint8Array) => parseMemoryAnswer(bytes),
  },
  'card.decodeCharacter': {
    ...bytesLike(Uint8Array.of(0x02, 0x76)),
    decode: ([high = 0, low = 0]: Uint8Array) => [
      decodeCharacter((high << 8) | low, 'inverse'),
      conventionOf((high << 8) | low) ?? 'neither',
    ],
    saysNoReason: true,
  },
  'card.answerPps': { ...bytesLike(encodePps({ protocol: 1 })), decode: (bytes: Uint8Array) => answerPps(bytes, CARD) },
  'card.agreedBy': { ...bytesLike(encodePps(REQUEST)), decode: (bytes: Uint8Array) => agreedBy(REQUEST, bytes) },
  'card.shapeOf': { ...bytesLike(Uint8Array.of(0, 0xa4, 4, 0, 2, 0x3f, 0, 0)), decode: shapeOf },
  // Whatever lies in a slot and says such bytes is opened or refused by name, and so is a command to it.
  'card slot': {
    ...bytesLike(ATRS.t0, ATRS.both),
    decode: (bytes: Uint8Array) => {
      const wire = new ContactWire(METER_SLOT);
      wire.insert({ type: 'foreign', step: talker(bytes) });
      const opened = wire.open();
      return 'reason' in opened ? opened : [opened, wire.transmit(Uint8Array.of(0, 0xa4, 4, 0))];
    },
    fewer: A_LIFE,
  },
  // Whatever a reader says, a card neither throws nor runs anything but whole commands.
  'card chip': {
    ...bytesLike(
      Uint8Array.of(0x80, 0x10, 0, 0, 0),
      Uint8Array.of(0, 0, 4, 0x80, 0x10, 0, 0, 0x94),
      encodePps(REQUEST),
    ),
    decode: (bytes: Uint8Array) => {
      for (const atr of Object.values(ATRS)) {
        const chip = createChip(chipOf(new TestCard(), atr));
        const contacts = { vcc: 'A', clk: 'running', io: 'released' } as const;
        stepChip(chip, { type: 'contacts', now: 0 as Cycles, contacts: { ...contacts, rst: 'low' } }, []);
        stepChip(chip, { type: 'contacts', now: 400 as Cycles, contacts: { ...contacts, rst: 'high' } }, []);
        let at = 100_000;
        for (const byte of bytes) {
          at += 12 * 372;
          stepChip(chip, { ...characterOf(byte, at as Cycles, chip.serial), now: at as Cycles }, []);
          stepChip(chip, { type: 'wake', now: at as Cycles }, []);
        }
        stepChip(chip, { type: 'wake', now: (at + 1e8) as Cycles }, []);
      }
      return 'lived';
    },
    saysNoReason: true,
    fewer: A_LIFE,
  },
};
