import { ussdForm } from '../../src/adapters/telephone-web.ts';
import { meterDigits, parseMeterDigits } from '../../src/phone/index.ts';
import { svpmsn } from '../../src/units/index.ts';
import { type Inputs, textLike } from './inputs.ts';
import type { FuzzTarget } from './targets.ts';

const target = <T>({ examples, draw }: Inputs<T>, decode: (input: T) => unknown): FuzzTarget => ({
  examples,
  draw,
  decode,
});

/** What comes over a telephone. */
export const PHONE_TARGETS: Readonly<Record<string, FuzzTarget>> = {
  'phone.parseMeterDigits': target(
    textLike(meterDigits(svpmsn(0x0a1b2c)), meterDigits(svpmsn(0xff_ffff))),
    parseMeterDigits,
  ),
  'form of a USSD gateway': target(
    textLike('sessionId=ATUid_1&serviceCode=*384%23&phoneNumber=%2B821012345678&text=1*2'),
    ussdForm,
  ),
};
