import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { CLOCK_WORDS, PHONE_CALL_WORDS, TALK_WORDS } from '../../../src/words/index.ts';
import { complaintsOf, openBrowser, openWindow, withoutBrowser } from '../browser.ts';
import { listenAtLoudspeaker } from '../loudspeaker.ts';
import { Baresip, correlation, hasBaresip } from './baresip.ts';
import { CallsDesk } from './calls-desk.ts';
import { NUMBER, Office } from './office.ts';
import { note } from './tones.ts';
import { minuteOf } from './wav.ts';

const lacks = !hasBaresip()
  ? 'baresip-core'
  : ['espeak-ng'].find((program) => spawnSync(program, ['--version']).error !== undefined);
const skip = withoutBrowser ?? (lacks === undefined ? false : `needs the Debian package ${lacks}`);
const words = TALK_WORDS.en;
const [OF_CALLER, OF_PERSON, OF_NOBODY] = [640, 1_500, 2_300];
const NOTE_MS = 60;
/** A microphone is not a wire: what a browser takes for noise it leaves out. */
const HEARD = 0.9;

/** Notes of a third of a second each: one that never ends is noise to a browser. */
const notes = Int16Array.of(...note(OF_PERSON, 300), ...new Int16Array(2_400));

/** Between two notes there is a third of a second. */
const MUTED_SAMPLES = 6_400;

/** Samples of the longest stretch in which next to nothing is heard, after the first note. */
function longestSilence(sound: Int16Array): number {
  const first = sound.findIndex(
    (_, at) => at % 160 === 0 && correlation(sound.subarray(at, at + 800), note(OF_PERSON, NOTE_MS)) > HEARD,
  );
  let [longest, now] = [0, 0];
  for (const sample of sound.subarray(Math.max(0, first))) {
    now = Math.abs(sample) < 100 ? now + 1 : 0;
    longest = Math.max(longest, now);
  }
  return longest;
}

test('an operator takes a call on the page: the microphone is heard on the telephone, the caller at the loudspeaker, and nobody when it is muted', {
  skip,
}, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'wattpurse-talk-page-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const office = await Office.open(join(folder, 'speech'));
  t.after(() => office.close());
  const desk = await CallsDesk.open(office);
  t.after(() => desk.close());
  writeFileSync(join(folder, 'says.wav'), minuteOf(notes));
  const browser = await openBrowser({ says: join(folder, 'says.wav') });
  t.after(() => browser.close());
  const visit = await openWindow(browser, desk.address);
  await visit.addCookies([{ ...desk.cookie, url: desk.address }]);
  const page = await visit.newPage();
  const complaints = complaintsOf(page);
  await listenAtLoudspeaker(page);
  await page.goto('/calls');
  await page.getByLabel(words.takes).check({ force: true });
  await page.getByText(words.noneWaits).waitFor();

  const phone = await Baresip.open(join(folder, 'phone'), NUMBER, note(OF_CALLER, 1_000));
  try {
    phone.dial(office.port);
    await phone.established();
    await pause(1_500);
    await phone.press('0');
    const row = page
      .getByRole('row')
      .filter({ hasText: `+${NUMBER}` })
      .filter({ hasText: words.take });
    await row.getByText(PHONE_CALL_WORDS.en.steps['identified-by-number']).waitFor();
    await row.getByRole('button', { name: words.takeFrom.replace('{}', `+${NUMBER}`) }).click();
    const bar = page.getByRole('region', { name: words.withWhom.replace('{}', `+${NUMBER}`) });
    await bar.waitFor();
    await page.waitForFunction(
      ([caller, nobody]) => window.spectrum(caller ?? 0) > window.spectrum(nobody ?? 0) + 30,
      [OF_CALLER, OF_NOBODY],
    );
    // It goes on while the meter of the caller is looked at.
    await bar.getByRole('link').last().click();
    await page.waitForURL(/\/meters\//);
    await pause(2_000);
    await bar.getByRole('button', { name: words.mute, exact: true }).click();
    await bar.getByRole('button', { name: words.unmute }).waitFor();
    await pause(1_500);
    await bar.getByRole('button', { name: words.hangUp }).click();
    await bar.waitFor({ state: 'detached' });
    await pause(500);
    phone.hangUp();
    await pause(500);
  } finally {
    await phone.close();
  }
  const atPhone = await phone.heard();
  const said = correlation(atPhone, note(OF_PERSON, NOTE_MS));
  assert.ok(said > HEARD, `the microphone is heard with ${said}`);
  const silent = longestSilence(atPhone);
  assert.ok(silent > MUTED_SAMPLES, `the longest silence has ${silent} samples`);
  const [call] = await office.calls();
  assert.deepEqual(
    call?.steps.map(({ name }) => name),
    ['begun', 'identified-by-number', 'person-awaited', 'person-came', 'person-left', 'hung-up'],
  );
  await page.goto(`/calls/${call?.id}`);
  await page.getByText(PHONE_CALL_WORDS.en.when, { exact: true }).waitFor();
  assert.equal(await page.getByText(CLOCK_WORDS.en.wall).count(), 0, 'there is one clock');
  assert.deepEqual(complaints, []);
});
