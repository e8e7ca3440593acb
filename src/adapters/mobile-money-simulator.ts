import type { IncomingMessage, ServerResponse } from 'node:http';
import { LoopbackServer } from './loopback-server.ts';
import { at, moment, PATHS, parsed, textOf } from './mobile-money/messages.ts';

/** What may happen to one request, or to what follows from it. */
export const MOBILE_MONEY_FAULTS = [
  'request-lost',
  /** It is done, and the answer does not come. */
  'answer-lost',
  'answer-garbled',
  'server-error',
  'callback-lost',
  'callback-doubled',
  /** Before the true one comes one that somebody made up. */
  'callback-forged',
  /** The payer confirms minutes later. */
  'payer-late',
] as const;
export type MobileMoneyFault = (typeof MOBILE_MONEY_FAULTS)[number];

export interface MobileMoneySimulatorSettings {
  readonly consumerKey: string;
  readonly consumerSecret: string;
  readonly shortCode: string;
  readonly passKey: string;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** What each account has, in shillings. */
  readonly balance?: number;
  /** Of the next request to a path. */
  readonly faultOf?: (path: string) => MobileMoneyFault | undefined;
  /** How late a late payer is; four minutes where absent. */
  readonly lateMs?: number;
}

/** The last three digits of a number say what its owner does; whoever is not here confirms. */
export const PAYERS = {
  '001': { code: '1', words: 'The balance is insufficient for the transaction.' },
  '002': { code: '1032', words: 'Request cancelled by user.' },
  '003': { code: '2001', words: 'The initiator information is invalid.' },
  '004': { code: '1037', words: 'DS timeout user cannot be reached.' },
} as const;

interface Paid {
  readonly receipt: string;
  readonly reference: string;
  readonly msisdn: string;
  readonly amount: number;
  readonly at: number;
  reversed: boolean;
}

interface Prompt {
  readonly checkout: string;
  readonly url: string;
  readonly msisdn: string;
  readonly amount: number;
  readonly reference: string;
  readonly decidesAt: number;
  readonly callback: MobileMoneyFault | undefined;
  code: string | undefined;
}

const TOKEN_SECONDS = 3_599;

/**
 * M-Pesa for trying things out, over HTTP on this machine: prompts, questions about them, reversals and the list of what
 * was paid, with faults on request. Money moves only here, and is forgotten when it is closed.
 */
export class MobileMoneySimulator {
  readonly paid: Paid[] = [];
  readonly #settings: MobileMoneySimulatorSettings;
  readonly #server = new LoopbackServer((request, response) => this.#serve(request, response));
  readonly #prompts = new Map<string, Prompt>();
  readonly #spent = new Map<string, number>();
  readonly #callbacks = new Set<Promise<unknown>>();
  #token = 0;

  constructor(settings: MobileMoneySimulatorSettings) {
    this.#settings = settings;
  }

  /** @returns the port, where 0 was asked for a free one */
  listen(port: number): Promise<number> {
    return this.#server.listen(port);
  }

  async close(): Promise<void> {
    await this.called();
    await this.#server.close();
  }

  /** Of a payment's reference: what the utility has, in shillings. */
  held(reference: string): number {
    return this.paid.reduce((sum, each) => sum + (each.reference === reference && !each.reversed ? each.amount : 0), 0);
  }

  /** Those who are late decide, if their time has come. */
  decide(): void {
    for (const prompt of this.#prompts.values()) {
      if (prompt.code === undefined && prompt.decidesAt <= this.#settings.now()) this.#decided(prompt);
    }
  }

  /** When all callbacks that are under way have arrived, or have not. */
  async called(): Promise<void> {
    while (this.#callbacks.size > 0) await Promise.all(this.#callbacks);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.decide();
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const path = (request.url ?? '').split('?')[0] ?? '';
    const fault = this.#settings.faultOf?.(path);
    if (fault === 'request-lost') return void request.socket.destroy();
    const { status, body } = this.#answer(path, request.headers.authorization ?? '', chunks, fault);
    if (fault === 'answer-lost') return void request.socket.destroy();
    if (fault === 'server-error')
      return send(response, 500, { errorCode: '500.001.1001', errorMessage: 'In trouble.' });
    if (fault === 'answer-garbled') return void response.writeHead(200).end('{"ResponseCode":');
    send(response, status, body);
  }

  #answer(
    path: string,
    authorization: string,
    chunks: readonly Buffer[],
    fault: MobileMoneyFault | undefined,
  ): { readonly status: number; readonly body: object } {
    const { consumerKey, consumerSecret, shortCode } = this.#settings;
    if (path === PATHS.token) {
      const wanted = `Basic ${Buffer.from(`${consumerKey}:${consumerSecret}`).toString('base64')}`;
      if (authorization !== wanted) return refusal('400.008.01', 'Invalid Authentication passed');
      this.#token += 1;
      return { status: 200, body: { access_token: `token${this.#token}`, expires_in: String(TOKEN_SECONDS) } };
    }
    if (authorization !== `Bearer token${this.#token}`) return refusal('404.001.03', 'Invalid Access Token', 404);
    const asked = parsed(Buffer.concat(chunks).toString('utf8'));
    if (path === PATHS.transactions) return { status: 200, body: this.#list(asked) };
    if (path === PATHS.reversal) return { status: 200, body: this.#reversal(asked, fault) };
    const signed = `${shortCode}${this.#settings.passKey}${at(asked, 'Timestamp')}`;
    if (at(asked, 'Password') !== Buffer.from(signed).toString('base64')) {
      return refusal('500.001.1001', 'Wrong credentials');
    }
    if (path === PATHS.push) return { status: 200, body: this.#push(asked, fault) };
    return this.#query(String(at(asked, 'CheckoutRequestID')));
  }

  /** Any token that was given before is no longer good. */
  forgetToken(): void {
    this.#token += 1;
  }

  #push(asked: unknown, fault: MobileMoneyFault | undefined): object {
    const checkout = `ws_CO_${this.#prompts.size + 1}`;
    const { now, lateMs = 240_000 } = this.#settings;
    const prompt: Prompt = {
      ...{ checkout, url: String(at(asked, 'CallBackURL')), msisdn: String(at(asked, 'PhoneNumber')) },
      ...{ amount: Number(at(asked, 'Amount')), reference: String(at(asked, 'AccountReference')) },
      ...{ decidesAt: now() + (fault === 'payer-late' ? lateMs : 0), callback: fault, code: undefined },
    };
    this.#prompts.set(checkout, prompt);
    if (fault !== 'payer-late') setImmediate(() => this.#decided(prompt));
    return { ...ACCEPTED, MerchantRequestID: `m-${checkout}`, CheckoutRequestID: checkout };
  }

  #decided(prompt: Prompt): void {
    if (prompt.code !== undefined) return;
    const { checkout, msisdn, amount, reference, url, callback } = prompt;
    const spent = this.#spent.get(msisdn) ?? 0;
    const isPoor = spent + amount > (this.#settings.balance ?? Number.MAX_SAFE_INTEGER);
    const refused = isPoor ? PAYERS['001'] : PAYERS[msisdn.slice(-3) as keyof typeof PAYERS];
    prompt.code = refused?.code ?? '0';
    const head = { MerchantRequestID: `m-${checkout}`, CheckoutRequestID: checkout };
    let told: object = { ...head, ResultCode: Number(refused?.code), ResultDesc: refused?.words };
    if (refused === undefined) {
      const receipt = `LGR${String(this.paid.length).padStart(7, '0')}`;
      this.#spent.set(msisdn, spent + amount);
      this.paid.push({ receipt, reference, msisdn, amount, at: this.#settings.now(), reversed: false });
      told = success(head, receipt, amount, msisdn);
    }
    if (callback === 'callback-lost') return;
    const forged = callback === 'callback-forged' ? success(head, 'FORGED0000', amount, msisdn) : undefined;
    void this.#call(url, [
      // Whoever forges does not know the secret of the address.
      ...(forged === undefined ? [] : [{ to: url.replace(/[\w-]{32}$/, 'A'.repeat(32)), body: stk(forged) }]),
      ...Array.from({ length: callback === 'callback-doubled' ? 2 : 1 }, () => ({ to: url, body: stk(told) })),
    ]);
  }

  #query(checkout: string): { readonly status: number; readonly body: object } {
    const prompt = this.#prompts.get(checkout);
    if (prompt === undefined) return refusal('400.002.02', 'Bad Request - Invalid CheckoutRequestID');
    if (prompt.code === undefined) return refusal('500.001.1001', 'The transaction is being processed', 500);
    const ids = { MerchantRequestID: `m-${checkout}`, CheckoutRequestID: checkout };
    return { status: 200, body: { ...ACCEPTED, ...ids, ResultCode: prompt.code, ResultDesc: '' } };
  }

  #reversal(asked: unknown, fault: MobileMoneyFault | undefined): object {
    const paid = this.paid.find(({ receipt }) => receipt === at(asked, 'TransactionID'));
    const isWhole = paid !== undefined && paid.amount === Number(at(asked, 'Amount'));
    const code = !isWhole ? 'R000002' : paid.reversed ? 'R000001' : 0;
    if (isWhole) paid.reversed = true;
    const url = String(at(asked, 'ResultURL'));
    const body = { Result: { ResultType: 0, ResultCode: code, ResultDesc: 'As asked.', TransactionID: 'LGR019G3J2' } };
    const times = fault === 'callback-lost' ? 0 : fault === 'callback-doubled' ? 2 : 1;
    void this.#call(
      url,
      Array.from({ length: times }, () => ({ to: url, body })),
    );
    return { ...ACCEPTED, OriginatorConversationID: '1', ConversationID: 'AG_1' };
  }

  /** Pages of three, as a list that goes on. */
  #list(asked: unknown): object {
    const [from, to] = [textOf(at(asked, 'StartDate')) ?? '', textOf(at(asked, 'EndDate')) ?? ''];
    const offset = Number(at(asked, 'OffSetValue'));
    const rows = this.paid
      .filter((each) => moment(each.at) >= from && moment(each.at) <= to)
      .slice(offset, offset + 3)
      .map(({ receipt, reference, msisdn, amount }) => ({
        ...{ transactionId: receipt, billreference: reference, msisdn, amount: `${amount}.00` },
      }));
    return { ResponseRefID: '1', ResponseCode: '1000', ResponseMessage: 'Success', Response: [rows] };
  }

  #call(url: string, told: readonly { readonly to: string; readonly body: object }[]): Promise<void> {
    const calls = (async () => {
      for (const { to, body } of told) {
        const init = { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
        if (URL.canParse(url)) await fetch(to, init).catch(() => undefined);
      }
    })();
    this.#callbacks.add(calls);
    return calls.finally(() => this.#callbacks.delete(calls));
  }
}

const ACCEPTED = { ResponseCode: '0', ResponseDescription: 'Accept the service request successfully.' };

const refusal = (errorCode: string, errorMessage: string, status = 400) => ({
  status,
  body: { requestId: '1', errorCode, errorMessage },
});

const stk = (stkCallback: object): object => ({ Body: { stkCallback } });

const success = (head: object, receipt: string, amount: number, msisdn: string): object => ({
  ...head,
  ResultCode: 0,
  ResultDesc: 'The service request is processed successfully.',
  CallbackMetadata: {
    Item: [
      { Name: 'Amount', Value: amount },
      { Name: 'MpesaReceiptNumber', Value: receipt },
      { Name: 'Balance' },
      { Name: 'PhoneNumber', Value: Number(msisdn) },
    ],
  },
});

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
