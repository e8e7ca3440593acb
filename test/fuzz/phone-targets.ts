import { parseWave } from '../../src/adapters/espeak.ts';
import { ussdForm } from '../../src/adapters/telephone-web.ts';
import { readTakerMessage } from '../../src/api/index.ts';
import { decodeLineVoice } from '../../src/cli/line-voice.ts';
import { decodeSound, parseKeyEvent, parseOffer, parseRtp, parseSip, parseSipAddress } from '../../src/phone/index.ts';
import { requestBytes, requestText, SDP } from '../../src/phone/sip/messages.testing.ts';
import { meterDigits, parseMeterDigits, parseVoucherDigits, svpmsn, voucherDigits } from '../../src/units/index.ts';
import { bytesLike, type Inputs, textLike } from './inputs.ts';
import type { FuzzTarget } from './targets.ts';

const target = <T>({ examples, draw }: Inputs<T>, decode: (input: T) => unknown): FuzzTarget => ({
  examples,
  draw,
  decode,
});

const request = requestText({ body: SDP, more: ['Subject: a\r\n b', 'v: SIP/2.0/UDP a;branch="x,y"'] });
const packet = Uint8Array.of(
  0xb1,
  0x80,
  0,
  1,
  0,
  0,
  0,
  2,
  0,
  0,
  0,
  3,
  0,
  0,
  0,
  5,
  0,
  1,
  0,
  1,
  9,
  9,
  9,
  9,
  1,
  2,
  3,
  0,
  2,
);
const wave = (() => {
  const bytes = Buffer.alloc(52, 1);
  bytes.write('RIFF', 0, 'latin1');
  bytes.write('WAVEfmt ', 8, 'latin1');
  bytes.set([16, 0, 0, 0, 1, 0, 1, 0, 0x22, 0x56, 0, 0], 16);
  bytes.set([2, 0, 16, 0], 32);
  bytes.write('data', 36, 'latin1');
  bytes.set([8, 0, 0, 0], 40);
  return bytes;
})();

/** What comes over a telephone. */
export const PHONE_TARGETS: Readonly<Record<string, FuzzTarget>> = {
  'units.parseMeterDigits': target(
    textLike(meterDigits(svpmsn(0x0a1b2c)), meterDigits(svpmsn(0xff_ffff))),
    parseMeterDigits,
  ),
  'units.parseVoucherDigits': target(
    textLike(voucherDigits('123456789012345'), '1234 5678-9012 3450'),
    parseVoucherDigits,
  ),
  'form of a USSD gateway': target(
    textLike('sessionId=ATUid_1&serviceCode=*384%23&phoneNumber=%2B821012345678&text=1*2'),
    ussdForm,
  ),
  'phone.parseSip': target(bytesLike(requestBytes(), new TextEncoder().encode(request)), parseSip),
  'text of SIP': {
    ...target(textLike(request), (text) => parseSip(new TextEncoder().encode(text))),
    fewer: { inputs: 200_000, because: 'its bytes have a million of their own' },
  },
  'phone.parseSipAddress': target(
    textLike('"Kim \\"x\\", y" <sip:%2B8210;a=1@b;c=d>;tag=e;f="g;h"', 'sip:a@b;tag=c'),
    parseSipAddress,
  ),
  'phone.parseOffer': target(textLike(SDP, SDP.replace('a=fmtp:101 0-15', 'a=sendonly')), parseOffer),
  'speech on a line': target(bytesLike(Uint8Array.of(0x56, 0x0a, 0x1b, 0x2c, 0xff, 0x7f)), decodeLineVoice),
  'phone.decodeSound': {
    ...target(bytesLike(Uint8Array.of(0xff, 0x7f, 0)), (bytes) => decodeSound(0, bytes)),
    // Any byte is a sample.
    saysNoReason: true,
  },
  'phone.parseRtp': target(bytesLike(packet, Uint8Array.of(0x80, ...packet.subarray(1, 20))), parseRtp),
  'phone.parseKeyEvent': target(bytesLike(Uint8Array.of(5, 0x8a, 3, 32)), parseKeyEvent),
  'api.readTakerMessage': target(textLike('{"type":"take","call":"8231234567890-0a1b2c3d4e5f6a7b"}'), (text) =>
    readTakerMessage(new TextEncoder().encode(text), false),
  ),
  'sound of somebody who takes calls': target(bytesLike(new Uint8Array(320).fill(7)), (bytes) =>
    readTakerMessage(bytes, true),
  ),
  'adapters.parseWave': target(bytesLike(wave), (bytes) => parseWave(Buffer.from(bytes))),
};
