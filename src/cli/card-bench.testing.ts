import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { fromHex, toHex } from '../bytes/index.ts';
import {
  type CardCommand,
  CardOp,
  decodeCardReceipt,
  decodeCardStatus,
  encodeCardCommand,
  openLoadSession,
} from '../card/index.ts';
import type { CardKey } from '../crypto/index.ts';
import { type HostSession, hostCommand, hostFirst, hostReceive, txidOf } from '../exchange/index.ts';
import { drawing } from '../exchange/sides.testing.ts';
import { Region, svpmsn } from '../units/index.ts';

/** What was asked of the counter's host. */
export interface Asked {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: Record<string, unknown>;
}

/**
 * The host of a counter, as far as its API of cards goes: real exchanges 0x18 under the card's key, with the orders
 * that a test gives it. Its books are a list.
 */
export class CounterHost {
  readonly asked: Asked[] = [];
  /** In place of what it would say to the frame of a card's region; it breaks off where that is `silence`. */
  says: (region: string) => Record<string, unknown> | 'silence' | undefined = () => undefined;
  /** Of the answers; a code other than 200 comes with its sentence. */
  refuse: { readonly status: number; readonly detail: string } | undefined;
  readonly orders: (number | 'void')[] = [];
  url = '';
  readonly #keyOf: (csn: string, region: number) => CardKey;
  readonly #sessions = new Map<string, { readonly session: HostSession; readonly region: string }>();

  static async open(t: TestContext, keyOf: (csn: string, region: number) => CardKey): Promise<CounterHost> {
    const host = new CounterHost(keyOf);
    const server = createServer(async (request, response) => {
      const body = JSON.parse(await textOf(request)) as Record<string, unknown>;
      const path = request.url ?? '';
      host.asked.push({ path, authorization: request.headers.authorization, body });
      const { refuse } = host;
      const answer = refuse === undefined ? host.#answer(path, body) : { code: 'refused', detail: refuse.detail };
      if (answer === 'silence') {
        response.destroy();
        return;
      }
      response.writeHead(refuse?.status ?? 200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => server.close());
    host.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return host;
  }

  private constructor(keyOf: (csn: string, region: number) => CardKey) {
    this.#keyOf = keyOf;
  }

  #answer(path: string, body: Record<string, unknown>): unknown {
    const [, csn = '', exchange] = /^\/api\/v1\/cards\/([0-9a-f]{14})\/exchanges(?:\/(\w+))?$/.exec(path) ?? [];
    if (csn === '') return registered(path, body);
    if (exchange === undefined) {
      const region = String(body.region);
      const key = this.#keyOf(csn, Region[region as keyof typeof Region]);
      const session = openLoadSession(key, svpmsn(0), drawing(this.asked.length));
      const id = `e${this.#sessions.size}`;
      this.#sessions.set(id, { session, region });
      return { exchange: id, frame: toHex(hostFirst(session)) };
    }
    const { session, region } = this.#sessions.get(exchange) as { session: HostSession; region: string };
    const said = this.says(region);
    if (said !== undefined) return said;
    const outcome = hostReceive(session, fromHex(String(body.frame)));
    if (outcome.type === 'status') {
      const status = decodeCardStatus(outcome.status);
      if ('reason' in status) throw new Error(status.reason);
      const [frame] = hostCommand(session, encodeCardCommand(commandOf(this.orders[0], status.lastCounter + 1)));
      return { frame: toHex(frame as Uint8Array) };
    }
    if (outcome.type !== 'answer') throw new Error(outcome.type);
    const receipt = decodeCardReceipt(outcome.answer);
    if ('reason' in receipt) throw new Error(receipt.reason);
    this.orders.shift();
    const { result, counter, amount, balance } = receipt;
    const more = this.orders.length > 0;
    return { receipt: { result, counter, amount: String(amount), balance: String(balance), more } };
  }
}

function commandOf(order: number | 'void' | undefined, counter: number): CardCommand {
  const nothing = { op: CardOp.query, counter: 0, txid: new Uint8Array(8), amount: 0, ticket: undefined };
  if (order === undefined) return nothing;
  const next = { ...nothing, counter, txid: txidOf(`order ${counter}`) };
  return order === 'void' ? { ...next, op: CardOp.void } : { ...next, op: CardOp.credit, amount: order };
}

/** A card as it is written down, when it is registered or blocked. */
function registered(path: string, { number }: Record<string, unknown>): unknown {
  const [, blocked] = /^\/api\/v1\/cards\/([0-9a-f]{14})\/block$/.exec(path) ?? [];
  return blocked === undefined ? { number, state: 'active' } : { number: blocked, state: 'blocked' };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const piece of request) text += String(piece);
  return text;
}
