import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { test } from 'node:test';
import { isModbusFailure, ModbusBus } from './modbus-bus.ts';
import { serialDriver } from './serial-line.ts';

/** A device on TCP that answers each request with what `answer` makes of it: a PDU, or silence. */
async function device(
  answer: (pdu: Buffer) => Buffer | undefined,
): Promise<{ server: Server; port: number; sockets: Socket[] }> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.on('data', (request) => {
      const said = answer(request.subarray(7));
      if (said === undefined) return;
      const head = Buffer.from(request.subarray(0, 7));
      head.writeUInt16BE(said.length + 1, 4);
      socket.write(Buffer.concat([head, said]));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: (server.address() as { port: number }).port, sockets };
}

async function busAt(port: number): Promise<ModbusBus> {
  const bus = await ModbusBus.at({ type: 'tcp', host: '127.0.0.1', port });
  assert.ok(!isModbusFailure(bus));
  return bus;
}

test('a bus gives registers and coils as the device has them, one question after the other', async () => {
  let asked = 0;
  const { server, port } = await device((pdu) => {
    asked += 1;
    if (pdu[0] === 4) return Buffer.from([4, 4, 0x42, 0xf6, 0xe9, 0x79]);
    return pdu[0] === 1 ? Buffer.from([1, 1, 1]) : Buffer.from(pdu);
  });
  const bus = await busAt(port);
  const answers = await Promise.all([bus.readInputs(1, 0x48, 2), bus.readCoil(2, 0), bus.writeCoil(2, 0, true)]);
  assert.deepEqual(answers, [Uint8Array.of(0x42, 0xf6, 0xe9, 0x79), true, true]);
  assert.equal(asked, 3);
  await bus.close();
  server.close();
});

test('a device that refuses leaves the line open, and one that hangs up or says something else has it opened anew', async () => {
  let mode: 'refuse' | 'short' | 'hang-up' | 'well' = 'refuse';
  const { server, port, sockets } = await device((pdu) => {
    if (mode === 'refuse') return Buffer.from([(pdu[0] as number) | 0x80, 2]);
    if (mode === 'short') return Buffer.from([4, 2, 0, 1]);
    if (mode === 'well') return Buffer.from([4, 4, 0, 0, 0, 1]);
    for (const socket of sockets) socket.destroy();
    return undefined;
  });
  const bus = await busAt(port);
  const read = () => bus.readInputs(1, 0, 2);
  assert.deepEqual(await read(), { reason: 'refused', why: 'it refuses (Modbus exception 2)' });
  assert.equal(sockets.length, 1);
  for (const wrong of ['short', 'hang-up'] as const) {
    mode = wrong;
    const failed = await read();
    assert.ok(isModbusFailure(failed) && failed.reason === 'no-answer', JSON.stringify(failed));
    mode = 'well';
    assert.deepEqual(await read(), Uint8Array.of(0, 0, 0, 1), `after ${wrong}`);
  }
  assert.equal(sockets.length, 3);
  await bus.close();
  assert.deepEqual(await read(), { reason: 'line-closed', why: 'this side stops' });
  server.close();
});

test('a line that cannot be opened is a failure that says where, and a package that is missing says which', async () => {
  const { server, port } = await device(() => undefined);
  server.close();
  await once(server, 'close');
  const refused = await (await busAt(port)).readCoil(1, 0);
  assert.ok(isModbusFailure(refused));
  assert.equal(refused.reason, 'line-closed');
  assert.match(refused.why, new RegExp(`127.0.0.1:${port} cannot be opened \\(ECONNREFUSED\\)`));
  const serial = await ModbusBus.at({
    type: 'serial',
    path: '/dev/no-such-port',
    baud: 9600,
    parity: 'none',
    stopBits: 1,
  });
  assert.ok(!isModbusFailure(serial));
  const gone = await serial.readCoil(1, 0);
  assert.ok(isModbusFailure(gone) && /no-such-port cannot be opened/.test(gone.why), JSON.stringify(gone));
  const missing = await ModbusBus.at({ type: 'tcp', host: '127.0.0.1', port }, 'no-such-package');
  assert.deepEqual(missing, { reason: 'driver-missing', why: 'it needs the packages no-such-package' });
  assert.equal(
    await serialDriver('no-such-package'),
    'A serial line needs the package no-such-package: run npm install no-such-package.',
  );
});
