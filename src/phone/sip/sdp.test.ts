import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SDP } from './messages.testing.ts';
import { describe, type Offer, parseOffer } from './sdp.ts';

const offer = (text: string): Offer => {
  const read = parseOffer(text);
  assert.ok(!('reason' in read), JSON.stringify(read));
  return read;
};
const PLACE = { address: '192.0.2.1', port: 6000, session: 7, version: 2 };

test('the codec that is offered first is taken, digits as events where they are offered, and the answer mirrors it', () => {
  const read = offer(SDP);
  assert.deepEqual([read.address, read.port, read.codec, read.events], ['192.0.2.7', 4000, 8, 101]);
  const answer = describe(read, PLACE);
  assert.match(answer, /^v=0\r\no=wattpurse 7 2 IN IP4 192\.0\.2\.1\r\n/);
  assert.match(
    answer,
    /\r\nm=audio 6000 RTP\/AVP 8 101\r\na=rtpmap:8 PCMA\/8000\r\na=rtpmap:101 telephone-event\/8000\r\n/,
  );
  assert.deepEqual(offer(answer), { ...read, address: '192.0.2.1', port: 6000, media: offer(answer).media });
  const plain = offer(SDP.replace(' 101\r', '\r'));
  assert.equal(plain.events, undefined);
  assert.doesNotMatch(describe(plain, PLACE), /telephone-event/);
});

test('what is on hold, and what is offered beside the sound, is answered at its place', () => {
  const held = offer(SDP.replace('a=fmtp:101 0-15', 'a=sendonly'));
  assert.equal(held.direction, 'sendonly');
  assert.match(describe(held, PLACE), /a=recvonly\r\n$/);
  assert.equal(offer(SDP.replace('c=IN IP4 192.0.2.7', 'c=IN IP4 0.0.0.0')).direction, 'sendonly');
  const video = offer(SDP.replace('m=audio', 'm=video 5000 RTP/AVP 99\r\na=rtpmap:99 H264/90000\r\nm=audio'));
  assert.match(describe(video, PLACE), /\r\nm=video 0 RTP\/AVP 99\r\nm=audio 6000 /);
});

test('without an offer both codecs and digits are offered', () => {
  const own = offer(describe(undefined, PLACE));
  assert.deepEqual([own.codec, own.events, own.port, own.direction], [0, 101, 6000, 'sendrecv']);
});

test('what cannot be spoken with is refused', () => {
  const reason = (text: string) => (parseOffer(text) as { reason?: string }).reason;
  assert.equal(reason(''), 'sdp-wrong');
  assert.equal(reason(SDP.replace('v=0', 'v=1')), 'sdp-wrong');
  assert.equal(reason(SDP.replace('s=-', 'hello')), 'sdp-wrong');
  assert.equal(reason(SDP.replace('c=IN IP4 192.0.2.7\r\n', '')), 'sdp-wrong');
  assert.equal(reason(SDP.replace('c=IN IP4', 'c=IN IP6')), 'sdp-wrong');
  assert.equal(reason(SDP.replace('audio 4000', 'audio 70000')), 'sdp-wrong');
  assert.equal(reason(SDP.replace('audio 4000', 'audio 0')), 'no-sound');
  assert.equal(reason(SDP.replace('RTP/AVP', 'RTP/SAVP')), 'no-sound');
  assert.equal(reason(SDP.replace('8 0 101', '18 101')), 'no-codec');
});
