import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { PHONE_WORDS } from '../words/index.ts';
import { Field, METER, portOf } from './field.testing.ts';
import { runIn } from './in-process.testing.ts';
import { env, oneTimePassword } from './running.testing.ts';

const scratch = mkdtempSync(join(tmpdir(), 'wattpurse-panel-'));
after(() => rmSync(scratch, { recursive: true }));
Object.assign(process.env, env);
const run = (...args: string[]) => runIn(scratch, ...args);
const LOOKS_EVERY_MS = 20;

/** Somebody at the panel of a meter. */
class Hand {
  readonly lines: string[] = [];
  readonly #socket: Socket;

  constructor(port: number) {
    this.#socket = connect(port, '127.0.0.1');
    createInterface({ input: this.#socket }).on('line', (line) => this.lines.push(line));
  }

  press(keys: string): void {
    this.#socket.write(`${keys}\n`);
  }

  /** Waits for a line of those that come from now on. */
  async hears(line: string | RegExp): Promise<string> {
    for (let from = this.#heard; ; await pause(LOOKS_EVERY_MS)) {
      const at = this.lines.findIndex(
        (each, i) => i >= from && (each === line || (line instanceof RegExp && line.test(each))),
      );
      if (at < 0) continue;
      this.#heard = at + 1;
      return this.lines[at] ?? '';
    }
  }
  #heard = 0;

  leave(): void {
    this.#socket.destroy();
  }
}

test('somebody at the panel of a meter in a process of its own calls, hears the balance from its voice, and hangs up', async () => {
  const field = new Field(scratch);
  const words = PHONE_WORDS.en;
  try {
    const made = await run('manager', 'boss', '--data', 'u');
    const host = field.startHost('127.0.0.1:0');
    await field.begin(oneTimePassword(made.out));
    const hostPort = await portOf(host);
    assert.equal((await run('local-unit', 'key', 'lu.json', '--number', '0', '--data', 'u')).code, 0);
    assert.equal((await run('meter', 'personalise', 'm.wpm', '--number', METER.number, '--data', 'u')).code, 0);
    const area = field.start('area-unit', '0', '--host', `127.0.0.1:${hostPort}`, '--listen', '127.0.0.1:0');
    const up = ['--key', 'lu.json', '--area-unit', `127.0.0.1:${await portOf(area)}`];
    const unit = field.start('local-unit', ...up, '--line', '127.0.0.1:0');
    const line = ['--line', `127.0.0.1:${await portOf(unit)}`, '--address', '7'];
    const beyond = await run('meter', 'run', 'm.wpm', ...line, '--panel', '0.0.0.0:0');
    assert.match(beyond.err, /The panel of a meter is on its own board/);
    const meter = field.start('meter', 'run', 'm.wpm', ...line, '--panel', '127.0.0.1:0');
    const hand = new Hand(Number(await meter.said(/its panel on 127\.0\.0\.1:(\d+)/)));
    await field.sell('one', '1000');
    await meter.said(/Now balance 1000/);
    await hand.hears('call over');
    hand.press('louder');
    await hand.hears('unknown louder');
    hand.press('call');
    await hand.hears('call calling');
    await hand.hears('call answered');
    await hand.hears(`voice ${words.chooseLanguage}`);
    // Pressed before its voice has ended, it ends that.
    hand.press('1');
    await hand.hears(`voice ${words.menuBalance}`);
    hand.press('1');
    assert.match(await hand.hears(/^voice Your (balance|meter)/), /\d|not told/);
    hand.press('call');
    await hand.hears('call over');
    for (;;) {
      const { items } = (await field.asked('/api/v1/calls')) as {
        items: { carrier: string; state: string; meter: string }[];
      };
      if (items[0]?.state !== 'ended') {
        await pause(LOOKS_EVERY_MS);
        continue;
      }
      assert.deepEqual(
        items.map(({ carrier, meter: from }) => [carrier, from]),
        [['meter', METER.number]],
      );
      break;
    }
    hand.leave();
    assert.deepEqual([await meter.stop(), await unit.stop(), await area.stop(), await host.stop()], [0, 0, 0, 0]);
  } finally {
    await field.stop();
  }
});
