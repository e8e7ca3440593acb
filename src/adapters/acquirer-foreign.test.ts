import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { CARD, Client, openBench, payment } from './acquirer/bench.testing.ts';
import { captureFile, listenBetween, type Segment } from './acquirer/capture.testing.ts';
import { MESSAGES } from './acquirer/messages.testing.ts';
import { decodeMessage, encodeMessage, frameMessage, type Message, type MessageOf, MessageStream } from './iso8583.ts';

/** The part of `iso_8583` that is used; it has no types of its own. */
interface ForeignMessage {
  getBufferMessage(): Buffer | { readonly error: string };
  getIsoJSON(framed: Buffer, config: { readonly lenHeader: boolean }): Readonly<Record<string, string>>;
}
const Foreign: new (fields?: Readonly<Record<string, string>>) => ForeignMessage = createRequire(import.meta.url)(
  'iso_8583',
);

const hasTshark = spawnSync('tshark', ['--version']).error === undefined;
const skip = hasTshark ? false : 'needs the Debian package tshark';

/** Tag 5F50, the URL of a bank. All its bytes are printable: both foreign readers take field 55 for a text. */
const CHIP = new TextEncoder().encode('_P https://bank.example/wattpurse/0');

/** What stands in each field by the standard, written here once more. */
function textsOf(message: Message): Record<string, string> {
  const fields = message as Partial<Fields>;
  const { original } = fields;
  const texts: Record<string, string | undefined> = {
    2: fields.pan,
    3: fields.processing,
    4: zeros(fields.amount, 12),
    7: fields.transmitted,
    11: zeros(fields.trace, 6),
    12: fields.localTime,
    13: fields.localDate,
    14: fields.expiry,
    22: fields.entryMode,
    23: zeros(fields.sequence, 3),
    32: fields.acquirer,
    35: fields.track2,
    37: fields.reference?.padEnd(12),
    38: fields.approval?.padEnd(6),
    39: fields.response,
    41: fields.terminal?.padEnd(8),
    42: fields.merchant?.padEnd(15),
    49: zeros(fields.currency, 3),
    55: fields.chip && new TextDecoder().decode(fields.chip),
    70: fields.network,
    90:
      original &&
      [original.type, zeros(original.trace, 6), original.transmitted, original.acquirer, original.forwarder].join(''),
  };
  const present = Object.entries(texts).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { 0: message.type, ...Object.fromEntries(present) };
}

type Fields = Omit<MessageOf<'0100'>, 'type'> & Omit<MessageOf<'0220'>, 'type'> & Omit<MessageOf<'0810'>, 'type'>;

const zeros = (value: number | undefined, width: number): string | undefined =>
  value === undefined ? undefined : String(value).padStart(width, '0');

/**
 * Sign-on, a sale, a decline, a repeated authorisation, a repeated reversal, an echo; and what each side read. tshark
 * takes the stripe in field 35 for packed digits: what it is given has none.
 */
async function conversation(
  t: TestContext,
  stripe: { readonly track2?: string } = {},
): Promise<{ segments: Segment[]; messages: Message[] }> {
  const { acquiring, port } = await openBench(t);
  const segments: Segment[] = [];
  const client = new Client(t, {
    port: await listenBetween(t, port, segments),
    terminal: 'W1',
    merchant: 'WATTPURSE',
  });
  await client.heard('signed-on');
  await client.port.authorise(payment(1), {
    ...CARD,
    chip: { data: CHIP, sequence: 1, ...stripe },
  });
  await client.port.capture(payment(1), '000001');
  await client.port.authorise(payment(2), { ...CARD, pan: '4000000000000002' });
  acquiring.faults['0100'] = ['answer-lost'];
  acquiring.faults['0420'] = ['answer-lost'];
  for (const ask of [() => client.port.authorise(payment(3), CARD), () => client.port.reverse(payment(3), '000002')]) {
    const asked = ask();
    await acquiring.decided.next(({ fault }) => fault === 'answer-lost');
    client.timers.pass(30_000);
    await asked;
    await ask();
  }
  client.timers.pass(60_000);
  const isEcho = (message: Message | undefined) => message?.type === '0810' && message.network === '301';
  for (;;) {
    const messages = segments.flatMap(({ bytes }) => {
      const read = new MessageStream().push(bytes);
      assert.ok(!('reason' in read), 'each segment is one message: both sides write it at once');
      return read.map((each) => decodeMessage(each) as Message);
    });
    if (isEcho(messages.at(-1))) return { segments, messages };
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const CONVERSATION = [
  ...['0800', '0810', '0100', '0110', '0220', '0230', '0100', '0110'],
  ...['0100', '0101', '0110', '0420', '0421', '0430', '0800', '0810'],
];

test('tshark reads every field of a whole conversation as we do', { skip }, async (t) => {
  const { segments, messages } = await conversation(t);
  assert.deepEqual(
    messages.map(({ type }) => type),
    CONVERSATION,
  );
  const read = readByTshark(t, segments);
  assert.deepEqual(read, messages.map(textsOf));
});

test('tshark reads every field of every type as we do', { skip }, (t) => {
  const messages = MESSAGES.map((message) =>
    'chip' in message ? { ...message, chip: CHIP, track2: undefined } : message,
  ) as Message[];
  const segments = messages.map(
    (message) => ({ from: 'client', bytes: frameMessage(encodeMessage(message)) }) as const,
  );
  assert.deepEqual(readByTshark(t, segments), messages.map(textsOf));
});

/** The fields of each packet by number, without those that are not there. */
function readByTshark(t: TestContext, segments: readonly Segment[]): Record<string, string>[] {
  const folder = mkdtempSync(join(tmpdir(), 'wattpurse-tshark-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'acquirer.pcap');
  writeFileSync(file, captureFile(segments, 8583));
  const numbers = Array.from({ length: 127 }, (_, n) => n + 2);
  const names = ['iso8583.mti', ...numbers.map((number) => `iso8583.bit${number}`), '_ws.expert.message'];
  const out = execFileSync(
    'tshark',
    [
      ...['-r', file, '-n', '-d', 'tcp.port==8583,iso8583'],
      ...['-o', 'iso8583.len_endian:Big endian', '-o', 'iso8583.binencode:Bin data not encoded'],
      ...['-T', 'json', ...names.flatMap((name) => ['-e', name])],
    ],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const packets = JSON.parse(out) as { _source: { layers: Record<string, string[]> } }[];
  return packets.map(({ _source: { layers } }) => {
    assert.equal(layers['_ws.expert.message'], undefined, 'tshark complains of nothing');
    const fields = Object.entries(layers).map(([name, [text]]) => [
      name.replace(/^iso8583\.(bit|mti)/, '') || '0',
      text,
    ]);
    return Object.fromEntries(fields);
  });
}

test('iso_8583 reads every field of a whole conversation as we do', async (t) => {
  const { segments, messages } = await conversation(t, { track2: `${CARD.pan}=2912201` });
  assert.deepEqual(
    messages.map(({ type }) => type),
    CONVERSATION,
  );
  const read = segments.map(({ bytes }) => new Foreign().getIsoJSON(Buffer.from(bytes), { lenHeader: true }));
  assert.deepEqual(read, messages.map(textsOf));
});

test('every type that iso_8583 writes is read here as it was meant', () => {
  for (const message of MESSAGES) {
    const meant = 'chip' in message ? { ...message, chip: CHIP } : message;
    const framed = new Foreign(textsOf(meant)).getBufferMessage();
    assert.ok(Buffer.isBuffer(framed), JSON.stringify(framed));
    const read = new MessageStream().push(framed);
    assert.ok(!('reason' in read) && read.length === 1);
    assert.deepEqual(decodeMessage(read[0] as Uint8Array), meant);
  }
});
