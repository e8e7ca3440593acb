import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { EspeakSpeech, parseWave, resampled } from './espeak.ts';

const skip = spawnSync('espeak-ng', ['--version']).error === undefined ? false : 'needs the Debian package espeak-ng';

const tone = (frequency: number, rate: number, seconds = 0.2) =>
  Int16Array.from({ length: rate * seconds }, (_, i) => 12_000 * Math.sin((2 * Math.PI * frequency * i) / rate));
const power = (samples: Int16Array) =>
  Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);

test('what a telephone carries keeps its strength and its pitch at 8 kHz, and what it does not is gone', () => {
  for (const rate of [8_000, 16_000, 22_050, 44_100]) {
    const kept = resampled(tone(1_000, rate), rate);
    assert.equal(kept.length, 1_600);
    const wanted = tone(1_000, 8_000);
    const middle = (samples: Int16Array) => samples.subarray(200, 1_400);
    const off = middle(kept).map((sample, i) => sample - (middle(wanted)[i] as number));
    assert.ok(power(off) < 0.02 * power(wanted), `${rate}: ${power(off)}`);
  }
  assert.ok(power(resampled(tone(6_000, 22_050), 22_050).subarray(200, 1_400)) < 100);
});

test('a wave file is read, also one that does not know its length, and what is none is not', () => {
  const head = Buffer.alloc(44);
  head.write('RIFF', 0, 'latin1');
  head.write('WAVEfmt ', 8, 'latin1');
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(22_050, 24);
  head.writeUInt16LE(16, 34);
  head.write('data', 36, 'latin1');
  head.writeUInt32LE(0x7fff_f000, 40);
  const wave = Buffer.concat([head, Buffer.from([1, 0, 255, 255, 7])]);
  assert.deepEqual(parseWave(wave), { rate: 22_050, samples: Int16Array.of(1, -1) });
  assert.equal(parseWave(wave.subarray(0, 43)), undefined);
  for (const [at, value] of [
    [0, 0],
    [8, 0],
    [20, 3],
    [22, 2],
    [34, 8],
    [36, 0],
    [25, 0],
  ] as const) {
    const other = Buffer.from(wave);
    other[at] = value;
    assert.equal(parseWave(other), undefined, `byte ${at}`);
  }
});

test('a sentence is spoken once, kept, and found again by the next process; text is never an option', {
  skip,
}, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'wattpurse-speech-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const open = (options: { program?: string } = {}) => {
    const opened = new EspeakSpeech({ folder, ...options });
    t.after(() => opened.close());
    return opened;
  };
  const speech = open();
  const [first, again] = await Promise.all([speech.speak('Goodbye.', 'en'), speech.speak('Goodbye.', 'en')]);
  assert.equal(first, again);
  assert.ok(first.length > 2_000 && power(first) > 500);
  const korean = await speech.speak('감사합니다.', 'ko');
  assert.ok(korean.length > 2_000 && power(korean) > 500);
  assert.ok((await speech.speak('--help -f /etc/hostname', 'en')).length > 8_000);
  await speech.close();
  assert.equal(readdirSync(folder).length, 3);
  const next = open({ program: 'no-such-program' });
  assert.deepEqual(await next.speak('Goodbye.', 'en'), first);
  await assert.rejects(next.speak('Never said.', 'en'));
  // A file that was cut off is spoken anew.
  for (const name of readdirSync(folder)) writeFileSync(join(folder, name), '');
  assert.deepEqual(await open().speak('Goodbye.', 'en'), first);
});

test('programs stand ready in each language, one that was ended meanwhile costs no word, and none is left after the end', {
  skip,
}, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'wattpurse-speech-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const speech = new EspeakSpeech({ folder });
  t.after(() => speech.close());
  const ready = await ownPrograms((programs) => programs.length === 4);
  assert.equal(ready.filter(({ args }) => args.includes('-v ko')).length, 2);
  for (const { id } of ready) process.kill(id, 'SIGKILL');
  assert.ok((await speech.speak('Goodbye.', 'en')).length > 2_000);
  // What takes the place of the one that spoke is there before anybody asks.
  await ownPrograms((programs) => programs.filter(({ args }) => args.includes('-v en')).length === 2);
  await speech.close();
  await ownPrograms((programs) => programs.length === 0);
  assert.ok((await speech.speak('Spoken after the end.', 'en')).length > 2_000);
  assert.deepEqual(await ownPrograms(() => true), []);
});

/** The speakers that this process started, once they are as wanted. */
async function ownPrograms(isWanted: (programs: readonly { id: number; args: string }[]) => boolean) {
  for (let turn = 0; ; turn++) {
    const programs = readdirSync('/proc').flatMap((name) => {
      const stat = /^\d+ \((.*)\) (\w) (\d+)/.exec(told(`/proc/${name}/stat`));
      const isOwn = stat?.[1] === 'espeak-ng' && stat[2] !== 'Z' && Number(stat[3]) === process.pid;
      return isOwn ? [{ id: Number(name), args: told(`/proc/${name}/cmdline`).replaceAll('\0', ' ') }] : [];
    });
    if (isWanted(programs)) return programs;
    assert.ok(turn < 500, `there are ${JSON.stringify(programs)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function told(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
