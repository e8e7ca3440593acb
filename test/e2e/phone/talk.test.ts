import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { CallJson } from '../../../src/api/index.ts';
import { Baresip, correlation, hasBaresip } from './baresip.ts';
import { CallsDesk } from './calls-desk.ts';
import { NUMBER, Office } from './office.ts';
import { note } from './tones.ts';

const lacks = !hasBaresip()
  ? 'baresip-core'
  : ['espeak-ng'].find((program) => spawnSync(program, ['--version']).error !== undefined);
const skip = lacks === undefined ? false : `needs the Debian package ${lacks}`;
/** What was said as it was; of other notes and of speech it stays far below. */
const HEARD = 0.95;
const [OF_CALLER, OF_PERSON, OF_NOBODY] = [640, 1_500, 2_300];
const NOTE_MS = 100;
const PACKET_MS = 20;

/** Waits for what must come; how long it takes says nothing. */
async function until(what: () => boolean): Promise<void> {
  while (!what()) await pause(PACKET_MS);
}

test('a foreign telephone and an operator at a socket hear each other, and each part of it stands in the call', {
  skip,
}, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'wattpurse-talk-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const office = await Office.open(join(folder, 'speech'));
  t.after(() => office.close());
  const desk = await CallsDesk.open(office);
  t.after(() => desk.close());
  const headers = { cookie: `${desk.cookie.name}=${desk.cookie.value}`, origin: desk.address };
  const socket = new WebSocket(`${desk.address.replace('http', 'ws')}/api/v1/calls/desk`, { headers });
  const heard: number[] = [];
  let waiting: readonly CallJson[] = [];
  let isEnded = false;
  socket.on('message', (data: Buffer, isBinary) => {
    if (isBinary) for (let at = 0; at < data.length; at += 2) heard.push(data.readInt16LE(at));
    else {
      const told = JSON.parse(String(data));
      if (told.type === 'waiting') waiting = told.calls;
      if (told.type === 'ended') isEnded = true;
    }
  });
  await once(socket, 'open');

  const phone = await Baresip.open(join(folder, 'phone'), NUMBER, note(OF_CALLER, 1_000));
  try {
    phone.dial(office.port);
    await phone.established();
    await pause(1_500);
    await phone.press('0');
    await until(() => waiting.length === 1);
    const [call] = waiting;
    assert.deepEqual([call?.from, call?.language, call?.steps.at(-1)?.name], [NUMBER, 'en', 'person-awaited']);
    assert.equal(heard.length, 0, 'nobody hears who was not taken');
    socket.send(JSON.stringify({ type: 'take', call: call?.id }));
    const said = note(OF_PERSON, PACKET_MS);
    for (let packets = 0; packets < 100; packets++) {
      socket.send(Buffer.from(said.buffer));
      await pause(PACKET_MS);
    }
    await until(() => heard.length > 8_000);
    phone.hangUp();
    await until(() => isEnded);
    await pause(500);
  } finally {
    await phone.close();
    socket.close();
  }
  const atPerson = Int16Array.from(heard.slice(0, 16_000));
  assert.ok(correlation(atPerson, note(OF_CALLER, NOTE_MS)) > HEARD);
  assert.ok(correlation(atPerson, note(OF_PERSON, NOTE_MS)) < HEARD / 2, 'a person hears no echo of the host');
  const atPhone = await phone.heard();
  const said = correlation(atPhone, note(OF_PERSON, NOTE_MS));
  assert.ok(said > HEARD, `what the person said is heard with ${said}`);
  const notSaid = correlation(atPhone, note(OF_NOBODY, NOTE_MS));
  assert.ok(notSaid < HEARD / 2, `what nobody said is heard with ${notSaid}`);
  const [call] = await office.calls();
  assert.deepEqual(
    call?.steps.map(({ name, subject }) => (subject === undefined ? name : `${name} ${subject}`)),
    ['begun', 'identified-by-number', 'person-awaited', 'person-came lee', 'hung-up'],
  );
  assert.deepEqual(office.warnings, []);
});
