import { createHmac } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Acquirer } from '../adapters/acquirer.ts';
import { CallbackServer, type Take } from '../adapters/callback-server.ts';
import { HttpsCardPipe } from '../adapters/card-pipe-https.ts';
import { MobileMoney } from '../adapters/mobile-money.ts';
import { OpenIdConnect } from '../adapters/openid-connect.ts';
import { receiptSigner } from '../adapters/receipt-jose.ts';
import type { IdentityProvider } from '../api/index.ts';
import { fromHex } from '../bytes/index.ts';
import type { HostPorts, HostServices, PaymentWay, SlotTerminal } from '../host/index.ts';
import { CannotGoOn } from './failure.ts';
import type { HostConfiguration, PaymentConfiguration, ReadConfiguration } from './host-configuration.ts';
import { WrongUse } from './usage.ts';

/** Those with whom a host works, as its configuration names them. */
export interface Partners {
  readonly identity?: IdentityProvider;
  readonly ports: Pick<HostPorts, 'payments' | 'receipts' | 'cardPipes' | 'slotTerminal'>;
  close(): Promise<void>;
}

interface Around {
  /** IANA name. */
  readonly zone: string;
  /** 32 bytes that all hosts of the utility share, and nobody else has. */
  readonly secret: Uint8Array;
  /** The host, as soon as there is one: it is told of what was pending. */
  readonly services: Promise<Pick<HostServices, 'paymentNotice'>>;
  /** Takes a sentence for the log. */
  readonly hear: (level: 'info' | 'warn', sentence: string) => void;
}

/** @throws WrongUse when a file that is named does not hold what it should */
export async function partnersOf(read: ReadConfiguration | undefined, around: Around): Promise<Partners> {
  if (read === undefined) return { ports: {}, close: async () => undefined };
  const ends: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const end of ends.splice(0)) await end();
  };
  try {
    return { ...(await opened(read, around, ends)), close };
  } catch (error) {
    // Whoever was reached before would keep the program from ending.
    await close();
    throw error;
  }
}

function slotTerminalOf({
  port,
  identification,
  country,
  applications,
}: NonNullable<HostConfiguration['slots']>): SlotTerminal {
  return {
    ...{ port, identification, country },
    applications: applications.map(({ aid, partial, version, denial }) => {
      return { aid: fromHex(aid), isPartial: partial, version, denial: fromHex(denial) };
    }),
  };
}

/** @param ends takes what ends each that was opened */
async function opened(
  { configuration, secret }: ReadConfiguration,
  around: Around,
  ends: (() => Promise<void>)[],
): Promise<Omit<Partners, 'close'>> {
  const { identity, payments = {}, receiptKeyFile, utility, cardPipes = {}, slots } = configuration;
  const ways = new Map<string, PaymentWay>();
  for (const [name, payment] of Object.entries(payments)) {
    const { way, end } = await paymentWay(name, payment, secret, around);
    ways.set(name, way);
    ends.push(end);
  }
  return {
    ...(identity && {
      identity: new OpenIdConnect({
        ...{ issuer: identity.issuer, clientId: identity.clientId, callbackUrl: identity.callbackUrl },
        ...(identity.clientSecretFile && { clientSecret: secret(identity.clientSecretFile) }),
        ...(identity.claim && { claim: identity.claim }),
      }),
    }),
    ports: {
      ...(ways.size > 0 && { payments: ways }),
      ...(slots !== undefined && { slotTerminal: slotTerminalOf(slots) }),
      cardPipes: new Map(Object.entries(cardPipes).map(([name, pipe]) => [name, cardPipe(name, pipe, secret, around)])),
      ...(receiptKeyFile !== undefined &&
        utility !== undefined && {
          receipts: {
            signer: await signerIn(receiptKeyFile, secret(receiptKeyFile)),
            utility: { name: utility.name, registration: utility.registration },
          },
        }),
    },
  };
}

function cardPipe(
  name: string,
  { url, keyFile, certificateFile }: NonNullable<ReadConfiguration['configuration']['cardPipes']>[string],
  secret: (path: string) => string,
  { hear }: Around,
): HttpsCardPipe {
  const certificate = certificateFile === undefined ? {} : { certificate: secret(certificateFile) };
  try {
    return new HttpsCardPipe({ url, key: secret(keyFile), ...certificate }, (sentence) =>
      hear('warn', `Cards in meters of ${name}: ${sentence}`),
    );
  } catch (error) {
    if (error instanceof WrongUse) throw error;
    throw new WrongUse(`The certificate of card pipe ${name} in ${certificateFile} is none: give its PEM.`);
  }
}

async function signerIn(path: string, jwk: string) {
  const signer = await receiptSigner(jwk);
  if ('reason' in signer) throw new WrongUse(`The key of receipts in ${path}: ${signer.sentence}`);
  return signer;
}

interface Opened {
  readonly way: PaymentWay;
  readonly end: () => Promise<void>;
}

async function paymentWay(
  name: string,
  payment: PaymentConfiguration,
  secret: (path: string) => string,
  around: Around,
): Promise<Opened> {
  const { zone, secret: shared, hear } = around;
  if (payment.type === 'acquirer') {
    const { type: _, ...settings } = payment;
    const acquirer = new Acquirer(
      { ...settings, zone },
      { hear: (event) => hear('info', `Acquirer ${name}: ${JSON.stringify(event)}`) },
    );
    return { way: { method: 'card', port: acquirer }, end: async () => acquirer.close() };
  }
  if (payment.type === 'stripe') return stripe(name, payment, secret, around);
  const { url, consumerKey, shortCode, initiator, callbackUrl, callbackPort } = payment;
  const mobileMoney: MobileMoney = new MobileMoney(
    {
      ...{ url, consumerKey, shortCode, initiator, callbackUrl },
      consumerSecret: secret(payment.consumerSecretFile),
      passKey: secret(payment.passKeyFile),
      securityCredential: secret(payment.securityCredentialFile),
      callbackKey: createHmac('sha256', shared).update(`callbacks of ${name}`).digest(),
    },
    { now: Date.now, wait: pause, hear: (sentence) => hear('warn', `Mobile money ${name}: ${sentence}`) },
  );
  const end = await listening(name, callbackPort, (path, body) => mobileMoney.take(path, body));
  return { way: { method: 'wallet', port: mobileMoney }, end };
}

async function stripe(
  name: string,
  payment: Extract<PaymentConfiguration, { type: 'stripe' }>,
  secret: (path: string) => string,
  { services, hear }: Around,
): Promise<Opened> {
  // Whoever does not use it does not wait for it.
  const { StripePayments } = await import('../adapters/stripe.ts');
  const port = new StripePayments(
    {
      ...(payment.url !== undefined && { url: payment.url }),
      secretKey: secret(payment.secretKeyFile),
      webhookSecret: secret(payment.webhookSecretFile),
    },
    {
      now: Date.now,
      hear: (sentence) => hear('warn', `Stripe ${name}: ${sentence}`),
      async notice(notice) {
        const told = await (await services).paymentNotice({ port: name, ...notice });
        if (!('reason' in told)) return;
        if (told.reason === 'store-failed') throw new Error(told.sentence);
        hear('warn', `Stripe ${name}: ${told.sentence}`);
      },
    },
  );
  const take: Take = (_path, body, headers) => port.take(body, headers['stripe-signature']);
  return { way: { method: 'card', port }, end: await listening(name, payment.callbackPort, take) };
}

/** @returns what ends it */
async function listening(name: string, port: number, take: Take): Promise<() => Promise<void>> {
  const callbacks = new CallbackServer(take);
  try {
    await callbacks.listen(port, '127.0.0.1');
  } catch {
    throw new CannotGoOn(`Port ${port} for callbacks of ${name} is taken: name another as callbackPort.`);
  }
  return () => callbacks.close();
}
