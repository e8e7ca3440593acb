import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openSmall } from '../simulation/small-utility.testing.ts';
import { svpmsn } from '../units/index.ts';
import { decodeLineVoice, encodeLineVoice } from './line-voice.ts';
import { MeterVoice } from './meter-voice.ts';

const SOUND = Int16Array.of(988, -2_108);
const CODED = Uint8Array.of(0xd0, 0x3f);

test('nothing is heard at a meter, nor leaves it, but in a call that was answered while a person is heard', async () => {
  const utility = await openSmall({ meters: 1, outages: false });
  const [house] = utility.houses;
  assert.ok(house);
  const { meter } = house;
  const played: number[][] = [];
  const sent: (number[] | undefined)[] = [];
  const voice = new MeterVoice(
    () => meter,
    () => ({ isThere: true, play: (sound) => void played.push([...sound]) }),
  );
  try {
    voice.plugged({ send: (bytes) => void sent.push([...(decodeLineVoice(bytes)?.sound ?? [1])]) });
    assert.deepEqual(sent.splice(0), [[]], 'that somebody could speak is said at once');
    const hears = (of = meter.sam.svpmsn) => voice.message(encodeLineVoice({ svpmsn: of, sound: CODED }));
    hears();
    voice.say(SOUND);
    house.press('call', utility.time.now);
    hears();
    voice.say(SOUND);
    assert.deepEqual([played, sent], [[], []], 'nobody calls, and nobody has answered');
    meter.interphone.state = 'live';
    voice.say(SOUND);
    hears(svpmsn(1));
    voice.say(SOUND);
    assert.deepEqual([played, sent], [[], []], 'no person is heard, and another meter is another');
    hears();
    voice.say(SOUND);
    assert.deepEqual([played.length, sent.length, sent[0]?.length], [1, 1, 2]);
    house.press('call', utility.time.now);
    hears();
    voice.say(SOUND);
    assert.deepEqual([played.length, sent.length], [1, 1], 'and whoever hung up is heard no more');
  } finally {
    voice.stop();
  }
});
