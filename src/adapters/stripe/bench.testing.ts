import assert from 'node:assert/strict';
import { after } from 'node:test';
import type { Instrument, PaymentRequest } from '../../host/index.ts';
import { milliseconds } from '../../units/index.ts';
import { CallbackServer } from '../callback-server.ts';
import { type StripeNotice, StripePayments } from '../stripe.ts';
import { type StripeCall, type StripeFault, StripeSimulator } from '../stripe-simulator.ts';

export const BEGUN = Date.UTC(2026, 2, 2, 6, 30);
export const MINUTE = 60_000;
export const SECRET = 'whsec_told';
const opened: { close(): Promise<void> }[] = [];
after(() => Promise.all(opened.map((each) => each.close())));

/** It is closed when the tests of the file are over. */
export function closing(part: { close(): Promise<void> }): void {
  opened.push(part);
}

/** Stripe, and hosts one after the other that ask it and are told by it. */
export class Bench {
  clock = { ms: BEGUN };
  faults: Partial<Record<StripeCall, (StripeFault | undefined)[]>> = {};
  notice: (notice: StripeNotice) => Promise<void> = async (notice) => void this.noticed.push(notice);
  readonly asked: StripeCall[] = [];
  readonly heard: string[] = [];
  readonly noticed: StripeNotice[] = [];
  readonly simulator = new StripeSimulator({
    ...{ secretKey: 'sk_test', webhookSecret: SECRET, now: () => this.clock.ms },
    faultOf: (call) => {
      this.asked.push(call);
      return this.faults[call]?.shift();
    },
  });
  readonly callbacks = new CallbackServer((_path, body, headers) => this.port.take(body, headers['stripe-signature']));
  #port: StripePayments | undefined;
  #open: (() => StripePayments) | undefined;

  static async open(more: { requestMs?: number; retries?: number; secretKey?: string } = {}): Promise<Bench> {
    const bench = new Bench();
    opened.push(bench.simulator, bench.callbacks);
    const url = `http://127.0.0.1:${await bench.simulator.listen(0)}`;
    bench.simulator.webhookUrl = `http://127.0.0.1:${await bench.callbacks.listen(0, '127.0.0.1')}/stripe`;
    bench.#open = () =>
      new StripePayments(
        { secretKey: 'sk_test', webhookSecret: SECRET, url, retries: 0, ...more },
        {
          now: () => bench.clock.ms,
          hear: (sentence) => bench.heard.push(sentence),
          notice: (notice) => bench.notice(notice),
        },
      );
    return bench;
  }

  get port(): StripePayments {
    this.#port ??= this.#open?.() ?? assert.fail();
    return this.#port;
  }

  /** As after the end of a process: nothing that was in its memory is there. */
  restart(): void {
    this.#port = undefined;
  }

  /** Posted as an event of Stripe, signed as it is told to be. */
  async post(body: string, signature: string | undefined): Promise<number> {
    const headers = signature === undefined ? {} : { 'stripe-signature': signature };
    return (await fetch(this.simulator.webhookUrl ?? '', { method: 'POST', body, headers })).status;
  }
}

export const payment = (more: Partial<PaymentRequest> = {}): PaymentRequest => ({
  ...{ id: 'a', trace: 1, at: milliseconds(BEGUN), amount: 50_000, currency: 410 },
  ...more,
});
export const token = (name = 'pm_card_visa'): Instrument => ({
  type: 'token',
  token: name,
});
