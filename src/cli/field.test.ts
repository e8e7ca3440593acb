import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Field, METER, portOf } from './field.testing.ts';
import { runIn } from './in-process.testing.ts';
import { env, oneTimePassword } from './running.testing.ts';

const scratch = mkdtempSync(join(tmpdir(), 'wattpurse-field-'));
after(() => rmSync(scratch, { recursive: true }));
Object.assign(process.env, env);
const run = (...args: string[]) => runIn(scratch, ...args);

test('what is sold at a host arrives in a meter, each part a process that may be killed', async () => {
  const field = new Field(scratch);
  try {
    const made = await run('manager', 'boss', '--data', 'u');
    const host = field.startHost('127.0.0.1:0');
    assert.match(await (await host.ask('/ready')).text(), /"grid":"no area unit is connected"/);
    await field.begin(oneTimePassword(made.out));
    const hostPort = await portOf(host);
    assert.equal((await run('local-unit', 'key', 'lu.json', '--number', '0', '--data', 'u')).code, 0);
    assert.match((await run('local-unit', 'key', 'lu.json', '--number', '0', '--data', 'u')).err, /is there already/);
    assert.equal((await run('meter', 'personalise', 'm.wpm', '--number', METER.number, '--data', 'u')).code, 0);
    const startArea = (port: string) =>
      field.start('area-unit', '0', '--host', `127.0.0.1:${hostPort}`, '--listen', `127.0.0.1:${port}`);
    let area = startArea('0');
    const areaPort = await portOf(area);
    const startUnit = (port: string) =>
      field.start(
        'local-unit',
        '--key',
        'lu.json',
        '--area-unit',
        `127.0.0.1:${areaPort}`,
        '--line',
        `127.0.0.1:${port}`,
      );
    let unit = startUnit('0');
    const line = await portOf(unit);
    const startMeter = () => field.start('meter', 'run', 'm.wpm', '--line', `127.0.0.1:${line}`, '--address', '7');
    let meter = startMeter();
    assert.match(await meter.said(/Meter \w+ runs: [^"]*/), new RegExp(`${METER.number} runs: balance 0`));

    await field.sell('one', '1000');
    await meter.said(/Now balance 1000, relay closed/);
    assert.equal((await field.settled()).length, 1);
    assert.match(await (await host.ask('/ready')).text(), /"grid":"area units 0"/);

    // Whoever is killed comes again, and what is sold meanwhile arrives once.
    await area.stop('SIGKILL');
    await field.sell('two', '200');
    area = startArea(areaPort);
    await meter.said(/Now balance 1200/);
    await unit.stop('SIGKILL');
    await meter.stop('SIGKILL');
    await field.sell('three', '30');
    unit = startUnit(line);
    meter = startMeter();
    await meter.said(/Now balance 1230/);
    await host.stop('SIGKILL');
    const again = field.startHost(`127.0.0.1:${hostPort}`);
    await field.logIn();
    await field.sell('four', '4');
    await field.sell('four', '4');
    await meter.said(/Now balance 1234/);
    assert.deepEqual(
      (await field.settled()).map(({ state }) => state),
      Array(4).fill('stored'),
    );
    assert.match((await run('meter', 'run', 'm.wpm', '--line', '127.0.0.1:9', '--address', '7')).err, /runs already/);
    // Its power fails: the last sign of life still goes over the line, and the house is dark at once.
    assert.equal(await meter.stop(), 0);
    assert.ok(
      meter.lines.some((line) => /has taken the last sign of life/.test(line)),
      meter.lines.join('\n'),
    );
    assert.match(JSON.stringify(await field.asked(`/api/v1/meters/${METER.number}`)), /last-gasp/);
    assert.deepEqual([await unit.stop(), await area.stop()], [0, 0]);
    assert.match(meter.lines.at(-1) ?? '', /Stopped: balance 1234/);
    assert.equal(await again.stop(), 0);
    assert.equal((await run('audit', '--data', 'u')).code, 0);
  } finally {
    await field.stop();
  }
});
