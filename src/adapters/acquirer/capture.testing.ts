import { connect, createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { concat } from '../../bytes/index.ts';

/** What went over a connection, in its order. */
export interface Segment {
  readonly from: 'client' | 'acquirer';
  readonly bytes: Uint8Array;
}

/** Stands between client and acquirer, and writes down what they say. Resolves with its port. */
export async function listenBetween(t: TestContext, port: number, heard: Segment[]): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const acquirer = connect({ host: '127.0.0.1', port, noDelay: true });
    const pass = (from: Segment['from'], source: Socket, other: Socket) => {
      sockets.add(source);
      source.on('error', () => undefined);
      source.on('close', () => other.destroy());
      source.on('data', (bytes) => {
        // Written down as a copy: whoever sent it may wipe it.
        heard.push({ from, bytes: Uint8Array.from(bytes) });
        other.write(bytes);
      });
    };
    pass('client', client, acquirer);
    pass('acquirer', acquirer, client);
  });
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as { port: number }).port;
}

const RAW_IP = 101;
const CLIENT_PORT = 40_000;

/** A capture file (pcap 2.4) of segments as TCP over IPv4, without check sums: readers do not ask for them. */
export function captureFile(segments: readonly Segment[], acquirerPort: number): Uint8Array {
  const head = Buffer.alloc(24);
  head.writeUInt32LE(0xa1b2c3d4, 0);
  head.writeUInt16LE(2, 4);
  head.writeUInt16LE(4, 6);
  head.writeUInt32LE(0xffff, 16);
  head.writeUInt32LE(RAW_IP, 20);
  const sent = { client: 1, acquirer: 1 };
  const records = segments.map(({ from, bytes }, index) => {
    const to = from === 'client' ? 'acquirer' : 'client';
    const packet = Buffer.alloc(40 + bytes.length);
    packet.writeUInt8(0x45, 0);
    packet.writeUInt16BE(packet.length, 2);
    packet.writeUInt8(64, 8);
    packet.writeUInt8(6, 9);
    packet.set(from === 'client' ? [10, 0, 0, 1, 10, 0, 0, 2] : [10, 0, 0, 2, 10, 0, 0, 1], 12);
    packet.writeUInt16BE(from === 'client' ? CLIENT_PORT : acquirerPort, 20);
    packet.writeUInt16BE(from === 'client' ? acquirerPort : CLIENT_PORT, 22);
    packet.writeUInt32BE(sent[from], 24);
    packet.writeUInt32BE(sent[to], 28);
    // Header of 5 words; PSH and ACK; a window.
    packet.set([0x50, 0x18, 0xff, 0xff], 32);
    packet.set(bytes, 40);
    sent[from] += bytes.length;
    const record = Buffer.alloc(16);
    record.writeUInt32LE(index, 0);
    record.writeUInt32LE(packet.length, 8);
    record.writeUInt32LE(packet.length, 12);
    return concat(record, packet);
  });
  return concat(head, ...records);
}
