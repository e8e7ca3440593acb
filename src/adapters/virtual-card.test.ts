import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { ATRS, TestCard } from '../card/contact/card.testing.ts';
import type { CardProgram } from '../card/ports.ts';
import { VirtualCard } from './virtual-card.ts';

/** The side of vpcd: a socket to write frames to, in whatever pieces, and what came back. */
async function reader(t: TestContext, begin?: () => CardProgram) {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const accepted = once(server, 'connection');
  const card = new TestCard();
  const inserted = await VirtualCard.insert({ atr: ATRS.t1, begin: begin ?? card.begin }, { host: '127.0.0.1', port });
  if ('sentence' in inserted) assert.fail(inserted.sentence);
  const [socket] = (await accepted) as [Socket];
  const heard: number[] = [];
  socket.on('data', (bytes) => heard.push(...bytes));
  t.after(async () => {
    socket.destroy();
    await inserted.pull().catch(() => undefined);
    server.close();
  });
  const hears = async (count: number) => {
    while (heard.length < count) await once(socket, 'data');
    return Buffer.from(heard.splice(0)).toString('hex');
  };
  return { card, inserted, socket, hears, heard };
}

const frame = (hex: string) => Buffer.concat([Buffer.from([0, hex.length / 2]), Buffer.from(hex, 'hex')]);

test('power, reset, answer to reset and commands go through, however the stream is cut', async (t) => {
  const { card, socket, hears } = await reader(t);
  socket.setNoDelay(true);
  const said = Buffer.concat([
    frame('01'),
    frame('04'),
    frame('80100000'),
    frame('02'),
    frame('8040000001aa00'),
    frame('00'),
  ]);
  const atr = Buffer.from(ATRS.t1).toString('hex');
  const answer = `000b${atr}00029000 0003aa9000`.replace(' ', '');
  for (let turn = 1; turn <= 3; turn++) {
    if (turn === 1) socket.write(said);
    // A piece at a time, each in a segment of its own where the kernel leaves it so.
    else for (const byte of said) await new Promise((resolve) => socket.write(Buffer.from([byte]), resolve));
    assert.equal(await hears(answer.length / 2), answer);
    assert.deepEqual([card.resets, card.runs], [2 * turn, 2 * turn]);
  }
});

test('a frame without bytes and a control byte that nobody knows are passed over', async (t) => {
  const { card, socket, hears } = await reader(t);
  socket.write(Buffer.concat([frame(''), frame('7f'), frame('80100000')]));
  assert.equal(await hears(4), '00029000');
  assert.equal(card.resets, 1);
});

test('a card that is pulled has left, and so has one whose reader went away', async (t) => {
  const first = await reader(t);
  await first.inserted.pull();
  await first.inserted.left;
  const second = await reader(t);
  second.socket.destroy();
  await second.inserted.left;
});

test('a card whose program fails has left, without an answer, and says why', async (t) => {
  const full = new Error('the disk is full');
  const { inserted, socket, hears, heard } = await reader(t, () => (command) => {
    if (command[1] === 0x10) return Uint8Array.of(0x90, 0x00);
    throw full;
  });
  socket.write(frame('80100000'));
  assert.equal(await hears(4), '00029000');
  const closed = once(socket, 'close');
  socket.write(Buffer.concat([frame('80200000'), frame('80100000')]));
  await assert.rejects(inserted.left, (error) => error === full);
  await closed;
  assert.deepEqual(heard, []);
});

test('without a reader there is one sentence, which says where it was looked for', async () => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  const inserted = await VirtualCard.insert({ atr: ATRS.t0, begin: new TestCard().begin }, { host: '127.0.0.1', port });
  assert.deepEqual(inserted, {
    sentence: `No virtual card reader answers at 127.0.0.1:${port} (ECONNREFUSED): start pcscd with the package vsmartcard-vpcd.`,
  });
});
