import assert from 'node:assert/strict';
import { test } from 'node:test';
import { modemLine, serialPlaceOf } from './field-line.ts';
import { WrongUse } from './usage.ts';

test('a line is a serial port with its rate, or a machine and a port', async () => {
  assert.deepEqual(serialPlaceOf('serial:/dev/ttyUSB0,115200'), { path: '/dev/ttyUSB0', baud: 115_200 });
  assert.deepEqual(serialPlaceOf('serial:/dev/ttyUSB0'), { path: '/dev/ttyUSB0', baud: 9_600 });
  assert.equal(serialPlaceOf('127.0.0.1:7402'), undefined);
  const { carrier } = await modemLine('serial:/dev/ttyUSB0,1200', undefined);
  assert.deepEqual([carrier.name, carrier.bitsPerSecond], ['serial-line', 1_200]);
  assert.equal((await modemLine('127.0.0.1:7402', undefined)).carrier.name, 'tcp');
});

test('a line that is neither is refused in one sentence', async () => {
  const cases = [
    ['serial:', /as serial:\/dev\/ttyUSB0,9600, not "serial:"/],
    ['serial:/dev/ttyUSB0,9600,8N1', /as serial:\/dev\/ttyUSB0,9600/],
    ['serial:/dev/ttyUSB0,fast', /the rate of --line must be a whole number from 1200 to 115200, not "fast"/],
    ['serial:/dev/ttyUSB0,300', /from 1200 to 115200, not "300"/],
    ['/dev/ttyUSB0', /--line must be a machine and a port/],
    ['10.0.0.9:7402', /leaves this machine/],
  ] as const;
  for (const [text, sentence] of cases) {
    await assert.rejects(
      async () => modemLine(text, undefined),
      (error) => error instanceof WrongUse && sentence.test(error.message) && !error.message.includes('\n'),
      text,
    );
  }
});
