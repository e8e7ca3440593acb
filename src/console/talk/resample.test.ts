import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Resampler } from './resample.ts';

const note = (hertz: number, rate: number, count: number): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => Math.sin((2 * Math.PI * hertz * i) / rate));

/** Root of the mean square, without what comes in and goes out. */
const loudness = (sound: Float32Array): number => {
  const middle = sound.subarray(Math.floor(sound.length / 4), Math.floor((3 * sound.length) / 4));
  return Math.sqrt(middle.reduce((sum, sample) => sum + sample * sample, 0) / middle.length);
};

/** How much of a sound is one note, whatever its phase: 1 where all of it is. */
function shareOf(hertz: number, rate: number, sound: Float32Array): number {
  let [re, im, all] = [0, 0, 0];
  sound.subarray(200).forEach((sample, i) => {
    re += sample * Math.cos((2 * Math.PI * hertz * i) / rate);
    im += sample * Math.sin((2 * Math.PI * hertz * i) / rate);
    all += sample * sample;
  });
  return (2 * (re * re + im * im)) / ((sound.length - 200) * all);
}

for (const rate of [44_100, 48_000, 16_000, 8_000]) {
  test(`a voice comes from ${rate} samples a second to a telephone and back as it was`, () => {
    for (const hertz of [300, 1_000, 3_000]) {
      const down = new Resampler({ from: rate, to: 8_000 });
      const up = new Resampler({ from: 8_000, to: rate });
      const sound = note(hertz, rate, rate);
      const telephone = down.push(sound);
      assert.ok(Math.abs(telephone.length - 8_000) <= 8, `${telephone.length} samples`);
      assert.ok(shareOf(hertz, 8_000, telephone) > 0.995, `${hertz} at 8,000`);
      const back = up.push(telephone);
      assert.ok(shareOf(hertz, rate, back) > 0.995, `${hertz} at ${rate}`);
      assert.ok(Math.abs(loudness(back) - loudness(sound)) < 0.02, `${hertz}: ${loudness(back)}`);
    }
  });
}

test('what is higher than a telephone carries is left out, and does not come back as a lower note', () => {
  for (const hertz of [5_000, 7_000, 15_000]) {
    const down = new Resampler({ from: 48_000, to: 8_000 });
    const left = loudness(down.push(note(hertz, 48_000, 48_000)));
    assert.ok(left < 0.01, `${hertz} is heard with ${left}`);
  }
});

test('it does not matter in which pieces a sound comes', () => {
  const sound = note(440, 44_100, 8_820);
  const whole = new Resampler({ from: 44_100, to: 8_000 }).push(sound);
  for (const piece of [1, 128, 441, 1_000]) {
    const resampler = new Resampler({ from: 44_100, to: 8_000 });
    const parts: number[] = [];
    for (let at = 0; at < sound.length; at += piece) parts.push(...resampler.push(sound.subarray(at, at + piece)));
    assert.equal(parts.length, whole.length);
    for (const [i, sample] of parts.entries()) assert.ok(Math.abs(sample - (whole[i] ?? 0)) < 1e-4, `${piece} ${i}`);
  }
});
