import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { EspeakSpeech } from '../../../src/adapters/espeak.ts';
import { meterDigits } from '../../../src/units/index.ts';
import { PHONE_WORDS } from '../../../src/words/index.ts';
import { Baresip, correlation, hasBaresip } from './baresip.ts';
import { Capture } from './capture.ts';
import { Office } from './office.ts';

const lacks = !hasBaresip()
  ? 'baresip-core'
  : ['espeak-ng', 'tshark'].find((program) => spawnSync(program, ['--version']).error !== undefined);
const skip = lacks === undefined ? false : `needs the Debian package ${lacks}`;
/** Of silence and other sentences it stays far below. */
const HEARD = 0.98;
const PROMPT_WITHIN = 4 * 8_000;

test('another foreign telephone records the prompt as it was spoken, its keys are all right, and tshark has nothing to say of the call', {
  skip,
}, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'wattpurse-recorded-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const speech = join(folder, 'speech');
  const office = await Office.open(speech);
  t.after(() => office.close());
  const { port } = office;
  const capture = await Capture.begin(join(folder, 'call.pcapng'));
  const phone = await Baresip.open(join(folder, 'phone'), '4930123456');
  const keys = `1${meterDigits(office.meter)}##`;
  try {
    phone.dial(port);
    await phone.established();
    await pause(4_000);
    await phone.press(keys);
    await pause(1_500);
    phone.hangUp();
    await pause(500);
  } finally {
    await phone.close();
    await capture.end();
  }
  const [call] = await office.calls();
  assert.deepEqual([call?.from, call?.svpmsn, call?.steps.at(-1)?.name], ['4930123456', office.meter, 'hung-up']);

  const spoken = new EspeakSpeech({ folder: speech });
  t.after(() => spoken.close());
  const heard = (await phone.heard()).subarray(0, PROMPT_WITHIN);
  const welcome = correlation(heard, await spoken.speak(PHONE_WORDS.en.welcome, 'en'));
  assert.ok(welcome > HEARD, `the welcome is heard with ${welcome}`);
  const goodbye = correlation(heard, await spoken.speak(PHONE_WORDS.en.silent, 'en'));
  assert.ok(goodbye < HEARD / 2, `what was not said is heard with ${goodbye}`);

  assert.deepEqual(capture.complaints(port), []);
  const methods = capture.read(port, `sip.Method && udp.dstport == ${port}`, 'sip.Method');
  assert.deepEqual([methods[0], methods.at(-1)], ['INVITE', 'BYE']);
  assert.ok(methods.includes('ACK'));
  assert.ok(capture.read(port, `sip.Status-Code == 200 && udp.srcport == ${port}`, 'sip.CSeq.method').includes('BYE'));
  // Its first packet bears the mark, once; the end is told several times, on a busy machine not of one instant (RFC 4733 §2.5.1).
  const sound = capture.soundOf(port);
  const events = capture.read(port, `${sound} && rtpevent && rtp.marker == 1`, 'rtpevent.event_id');
  const keyOf = (event: string) => '0123456789*#'[Number(event)];
  assert.equal(events.map(keyOf).join(''), keys);
  const ended = capture.read(port, `${sound} && rtpevent.end_of_event == 1`, 'rtpevent.event_id');
  assert.deepEqual(new Set(ended.map(keyOf)), new Set(keys));
  // What the host sent, packet after packet: none lost, none twice, each of 20 ms.
  const [ofPhone = ''] = capture.read(port, `${sound} && rtpevent`, 'rtp.ssrc');
  const sent = capture.read(
    port,
    `${sound} && rtp.p_type == 0 && rtp.ssrc != ${ofPhone}`,
    'rtp.seq',
    'rtp.timestamp',
    'udp.length',
  );
  const packets = sent.map((line) => line.split('\t').map(Number) as [number, number, number]);
  assert.ok(packets.length > 100);
  for (const [i, [number, timestamp, bytes]] of packets.entries()) {
    const [numberBefore, timestampBefore] = packets[i - 1] ?? [number - 1, timestamp - 160];
    assert.equal(number, (numberBefore + 1) & 0xffff);
    assert.equal((timestamp - timestampBefore) % 160, 0);
    assert.equal(bytes, 8 + 12 + 160);
  }
});
