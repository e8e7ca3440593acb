import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { Acquiring, CARD } from './acquirer/bench.testing.ts';
import { AcquirerBooks } from './acquirer/books.ts';
import { MESSAGES } from './acquirer/messages.testing.ts';
import { testCards } from './acquirer-simulator.ts';
import { decodeMessage, encodeMessage, frameMessage, type Message, type MessageOf, MessageStream } from './iso8583.ts';

/** The first of a type, with some fields changed. */
const message = <Type extends Message['type']>(type: Type, change: Partial<MessageOf<Type>> = {}): MessageOf<Type> =>
  ({ ...MESSAGES.find((each) => each.type === type), ...change }) as MessageOf<Type>;

async function start(t: TestContext) {
  const acquiring = new Acquiring();
  t.after(() => acquiring.simulator.close());
  const port = await acquiring.simulator.listen(0, '127.0.0.1');
  const dial = async (): Promise<Socket> => {
    const socket = connect({ host: '127.0.0.1', port }).on('error', () => undefined);
    t.after(() => socket.destroy());
    await once(socket, 'connect');
    return socket;
  };
  return { acquiring, dial };
}

/** Sends a message and reads its answer, as bytes and as a message. */
async function ask(socket: Socket, asked: Message): Promise<{ bytes: Buffer; answer: Message }> {
  socket.write(frameMessage(encodeMessage(asked)));
  const [bytes] = await once(socket, 'data');
  const read = new MessageStream().push(bytes);
  assert.ok(!('reason' in read) && read.length === 1);
  const answer = decodeMessage(read[0] as Uint8Array);
  assert.ok(!('reason' in answer));
  return { bytes, answer };
}

const codeOf = async (socket: Socket, asked: Message): Promise<string> => {
  const { answer } = await ask(socket, asked);
  return 'response' in answer ? answer.response : assert.fail('no answer');
};

test('an answer echoes what was asked, but not the card', async (t) => {
  const { dial } = await start(t);
  const socket = await dial();
  assert.deepEqual((await ask(socket, message('0800'))).answer, message('0810'));
  const { pan, expiry, type: _, ...echoed } = message('0100');
  const { bytes, answer } = await ask(socket, message('0100'));
  assert.deepEqual(answer, { type: '0110', ...echoed, approval: '000001', response: '00' });
  assert.ok(!bytes.includes(pan) && !bytes.includes(`04${expiry}`));
});

test('a single message takes the money at once, and a reversal request gives it back', async (t) => {
  const { acquiring, dial } = await start(t);
  const socket = await dial();
  await ask(socket, message('0800'));
  for (const type of ['0200', '0201'] as const) {
    const { answer } = await ask(socket, message(type));
    assert.deepEqual([answer.type, 'approval' in answer && answer.approval], ['0210', '000001']);
    assert.equal(acquiring.simulator.books.payments()[0]?.state, 'captured');
  }
  assert.equal(acquiring.simulator.books.usedOf(CARD.pan), 5000);
  for (const type of ['0400', '0401'] as const) {
    assert.equal((await ask(socket, message(type))).answer.type, '0410');
    assert.equal(acquiring.simulator.books.usedOf(CARD.pan), 0);
  }
});

test('what is repeated with another amount, or completed otherwise than it was approved, is refused', async (t) => {
  const { acquiring, dial } = await start(t);
  const socket = await dial();
  await ask(socket, message('0800'));
  assert.equal(await codeOf(socket, message('0100')), '00');
  assert.equal(await codeOf(socket, message('0101', { amount: 5001 })), '94');
  assert.equal(await codeOf(socket, message('0101', { currency: 840 })), '94');
  assert.equal(await codeOf(socket, message('0220', { amount: 5001 })), '64');
  assert.equal(await codeOf(socket, message('0220', { approval: '000002' })), '25');
  assert.equal(await codeOf(socket, message('0220', { reference: '606204000123' })), '25');
  assert.equal(await codeOf(socket, message('0420', { amount: 4999 })), '64');
  assert.equal(acquiring.simulator.books.payments()[0]?.state, 'held');
  assert.equal(await codeOf(socket, message('0220')), '00');
});

test('the limit of a card is of all its payments together, to the last unit', async (t) => {
  const { dial } = await start(t);
  const socket = await dial();
  await ask(socket, message('0800'));
  assert.equal(await codeOf(socket, message('0100', { trace: 1, amount: 60_000 })), '00');
  assert.equal(await codeOf(socket, message('0100', { trace: 2, amount: 40_001 })), '51');
  assert.equal(await codeOf(socket, message('0100', { trace: 3, amount: 40_000 })), '00');
  assert.equal(await codeOf(socket, message('0100', { trace: 4, amount: 1 })), '51');
});

for (const { what, bytes, sentence } of [
  {
    what: 'a payment before the sign-on',
    bytes: frameMessage(encodeMessage(message('0100'))),
    sentence: 'A 0100 came before the sign-on (0800 with 001 in field 70).',
  },
  {
    what: 'an answer that nobody asked for',
    bytes: frameMessage(encodeMessage(message('0110'))),
    sentence: 'A 0110 answers nothing that was asked here.',
  },
  {
    what: 'a message that cannot be read',
    bytes: frameMessage(encodeMessage(message('0800')).fill(0x30, 4, 12)),
    sentence: 'Field 28 does not end where it should.',
  },
  { what: 'a length that no message has', bytes: Uint8Array.of(0, 0), sentence: /^A message of 0 bytes is none: / },
]) {
  test(`${what} closes its connection, and no other`, async (t) => {
    const { acquiring, dial } = await start(t);
    const [good, bad] = [await dial(), await dial()];
    await ask(good, message('0800'));
    const closed = once(bad, 'close');
    bad.write(bytes);
    await closed;
    const [told = ''] = acquiring.refused;
    if (typeof sentence === 'string') assert.equal(told, sentence);
    else assert.match(told, sentence);
    assert.equal(await codeOf(good, message('0100')), '00');
  });
}

test('whatever order and however often the messages of a payment come, it is paid once or not at all', () => {
  const types = ['0100', '0101', '0200', '0220', '0221', '0400', '0420', '0421'] as const;
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...types), { minLength: 1, maxLength: 12 }), (order) => {
      const books = new AcquirerBooks(testCards(7_000));
      for (const type of order) books.decide(message(type));
      const [booked] = books.payments();
      const reversed = order.some((type) => type.startsWith('04'));
      const asked = order.findIndex((type) => type < '0202');
      const captured = asked >= 0 && order.some((type, at) => at > asked && type.startsWith('022'));
      const expected = reversed
        ? 'reversed'
        : asked < 0
          ? undefined
          : captured || order[asked] === '0200'
            ? 'captured'
            : 'held';
      assert.equal(booked?.state, expected);
      assert.equal(books.usedOf(CARD.pan), expected === 'held' || expected === 'captured' ? 5000 : 0);
    }),
    { numRuns: 2000 },
  );
});
