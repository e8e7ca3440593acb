import { dirname, resolve } from 'node:path';
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { MEBIBYTE, readNamedFile } from './read-file.ts';
import { WrongUse } from './usage.ts';

const Strict = <P extends Parameters<typeof Type.Object>[0]>(properties: P) =>
  Type.Object(properties, { additionalProperties: false });
const Text = (maxLength: number) => Type.String({ minLength: 1, maxLength, pattern: '^[^\\u0000-\\u001f]*$' });
const Path = Text(1_024);
const Digits = (most: number) => Type.String({ pattern: `^[0-9]{1,${most}}$` });
/** Without TLS only on this machine. */
const Url = Type.String({
  pattern: '^(https://|http://(127\\.0\\.0\\.1|localhost|\\[::1\\])(:|/|$))',
  maxLength: 1_024,
});
const Port = Type.Integer({ minimum: 1, maximum: 65_535 });

const Acquirer = Strict({
  type: Type.Literal('acquirer'),
  host: Text(255),
  port: Port,
  institution: Digits(11),
  terminal: Text(8),
  merchant: Text(15),
});
const MobileMoney = Strict({
  type: Type.Literal('mobile-money'),
  url: Url,
  consumerKey: Text(128),
  consumerSecretFile: Path,
  shortCode: Digits(10),
  passKeyFile: Path,
  initiator: Text(64),
  securityCredentialFile: Path,
  callbackUrl: Url,
  callbackPort: Port,
});

const Stripe = Strict({
  type: Type.Literal('stripe'),
  url: Type.Optional(Url),
  secretKeyFile: Path,
  webhookSecretFile: Path,
  callbackPort: Port,
});

/** A host in whose meters cards of this one's providers are put. */
const CardPipe = Strict({ url: Url, keyFile: Path, certificateFile: Type.Optional(Path) });
/** Callbacks of telephone networks, heard on this machine behind a proxy. */
const Ipv4 = Type.String({ pattern: '^((25[0-5]|2[0-4]\\d|1?\\d?\\d)(\\.|$)){4}$' });
const Sip = Strict({
  address: Ipv4,
  port: Type.Optional(Port),
  peers: Type.Optional(Type.Array(Ipv4, { maxItems: 64 })),
  soundPorts: Type.Optional(Strict({ from: Port, to: Port })),
});
const Telephone = Strict({
  callbackPort: Type.Optional(Port),
  sip: Type.Optional(Sip),
  ussdKeyFile: Type.Optional(Path),
  voice: Type.Optional(
    Strict({ url: Url, tokenFile: Path, person: Type.Optional(Type.String({ pattern: '^\\+[1-9][0-9]{6,14}$' })) }),
  ),
});
const NAMES = '^[a-z][a-z0-9-]{0,31}$';

/** What a host is beside its books: whom it works with. Secrets stand in files of their own. */
const Configuration = Strict({
  utility: Type.Optional(Strict({ name: Text(128), registration: Type.Optional(Text(64)) })),
  receiptKeyFile: Type.Optional(Path),
  identity: Type.Optional(
    Strict({
      issuer: Url,
      clientId: Text(256),
      clientSecretFile: Type.Optional(Path),
      callbackUrl: Url,
      claim: Type.Optional(Text(64)),
    }),
  ),
  payments: Type.Optional(
    Type.Record(Type.String({ pattern: NAMES }), Type.Union([Acquirer, MobileMoney, Stripe]), {
      additionalProperties: false,
    }),
  ),
  telephone: Type.Optional(Telephone),
  cardPipes: Type.Optional(Type.Record(Type.String({ pattern: NAMES }), CardPipe, { additionalProperties: false })),
});
export type HostConfiguration = Static<typeof Configuration>;
export type PaymentConfiguration = NonNullable<HostConfiguration['payments']>[string];

const check = Compile(Configuration);

/** A configuration, and how its secrets are read: their paths are relative to its own file. */
export interface ReadConfiguration {
  readonly configuration: HostConfiguration;
  /** @throws WrongUse */
  readonly secret: (path: string) => string;
}

/** @throws WrongUse with the place that is wrong */
export function readConfiguration(path: string): ReadConfiguration {
  const text = readNamedFile(path, 'configuration file', MEBIBYTE).toString('utf8');
  return {
    configuration: parseConfiguration(text, path),
    secret: (name) =>
      readNamedFile(resolve(dirname(path), name), 'secret file', MEBIBYTE)
        .toString('utf8')
        .trim(),
  };
}

/** @throws WrongUse */
export function parseConfiguration(text: string, path: string): HostConfiguration {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new WrongUse(`The configuration file ${path} is no JSON: correct it where an editor marks it.`);
  }
  if (!check.Check(value)) {
    const [first] = check.Errors(value);
    const where = first === undefined || first.instancePath === '' ? 'the file itself' : first.instancePath;
    throw new WrongUse(`The configuration file ${path} is wrong at ${where}: it ${first?.message ?? 'is none'}.`);
  }
  const { receiptKeyFile, utility } = value;
  const { callbackPort, ussdKeyFile, voice } = value.telephone ?? {};
  if (callbackPort === undefined && (ussdKeyFile !== undefined || voice !== undefined)) {
    throw new WrongUse(`The configuration file ${path} is wrong at /telephone: USSD and voice need a callbackPort.`);
  }
  if (receiptKeyFile !== undefined && utility === undefined) {
    throw new WrongUse(`The configuration file ${path} has a key for receipts and no utility: a receipt names one.`);
  }
  return value;
}
