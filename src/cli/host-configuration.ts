import { dirname, resolve } from 'node:path';
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { PAYMENT_APPLICATIONS_MAX } from '../records/index.ts';
import { MEBIBYTE, parseNamedFile, readNamedFile } from './read-file.ts';
import { WrongUse } from './usage.ts';

/** The name of vouchers among the payment ports of a host. */
export const VOUCHERS = 'vouchers';

const Strict = <P extends Parameters<typeof Type.Object>[0]>(properties: P) =>
  Type.Object(properties, { additionalProperties: false });
const Text = (maxLength: number) => Type.String({ minLength: 1, maxLength, pattern: '^[^\\u0000-\\u001f]*$' });
const Path = Text(1_024);
const described = <T extends object>(schema: T, description: string): T => ({ ...schema, description });
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
const Hex = (least: number, most: number) => Type.String({ pattern: `^([0-9a-f]{2}){${least},${most}}$` });
/** As what the slots of meters take payment cards, and which of the payment ports asks their banks. */
const Slots = Strict({
  port: Type.String({ pattern: '^[a-z][a-z0-9-]{0,31}$' }),
  identification: Type.String({ pattern: '^[0-9A-Za-z]{8}$' }),
  country: Type.Integer({ minimum: 0, maximum: 999 }),
  applications: Type.Array(
    Strict({
      aid: Hex(5, 16),
      partial: Type.Boolean(),
      version: Type.Integer({ minimum: 0, maximum: 0xffff }),
      denial: Hex(5, 5),
    }),
    { minItems: 1, maxItems: PAYMENT_APPLICATIONS_MAX },
  ),
});
/** Callbacks of telephone networks, heard on this machine behind a proxy. */
const Ipv4 = Type.String({ pattern: '^((25[0-5]|2[0-4]\\d|1?\\d?\\d)(\\.|$)){4}$' });
const Sip = Strict({
  address: Ipv4,
  port: Type.Optional(Port),
  peers: Type.Optional(Type.Array(Ipv4, { maxItems: 64 })),
  soundPorts: Type.Optional(Strict({ from: Port, to: Port })),
  registrar: Type.Optional(
    Strict({
      address: Ipv4,
      port: Type.Optional(Port),
      domain: Type.String({ pattern: '^[A-Za-z0-9.-]{1,255}$' }),
      user: Type.String({ pattern: '^[A-Za-z0-9_.+-]{1,64}$' }),
      passwordFile: Path,
    }),
  ),
});
/** Who takes messages to households: a folder, or whoever has the form of Twilio. */
const Messages = Type.Union([
  Strict({ type: Type.Literal('folder'), path: Path }),
  Strict({
    type: Type.Literal('twilio'),
    account: Type.String({ pattern: '^AC[0-9a-f]{32}$' }),
    tokenFile: Path,
    from: Type.String({ pattern: '^(\\+[1-9][0-9]{6,14}|[A-Za-z0-9 ]{1,11})$' }),
    url: Type.Optional(Url),
    callbackUrl: Type.Optional(Url),
  }),
]);
const Telephone = Strict({
  callbackPort: Type.Optional(Port),
  sip: Type.Optional(Sip),
  messages: Type.Optional(Messages),
  ussdKeyFile: Type.Optional(Path),
  voice: Type.Optional(
    Strict({ url: Url, tokenFile: Path, person: Type.Optional(Type.String({ pattern: '^\\+[1-9][0-9]{6,14}$' })) }),
  ),
});
/** Hours of the utility, the last not included; from 22 to 4 is over midnight. */
const Hours = Strict({
  from: Type.Integer({ minimum: 0, maximum: 23 }),
  to: Type.Integer({ minimum: 0, maximum: 24 }),
});
const Count = (minimum: number) => Type.Integer({ minimum, maximum: 16_777_216 });
const MonitoringRotation = {
  everyDays: described(Type.Integer({ minimum: 30, maximum: 3_650 }), 'From the beginning of one to the next'),
  metersAtOnce: Type.Optional(described(Count(1), 'Ordered and not answered, at most so many; 100 where absent')),
  refusedMax: Type.Optional(described(Count(0), 'So many meters may say no before it stops; 0 where absent')),
  hours: Type.Optional(described(Hours, 'Steps are ordered in these hours alone')),
};
const PurseRotation = Strict({
  ...MonitoringRotation,
  raiseAfterDays: Type.Optional(
    described(
      Type.Integer({ minimum: 1, maximum: 365 }),
      'So long after all have the new key the older one ends; by people alone where absent',
    ),
  ),
});
/** Of which purposes the host rotates keys by itself. */
const Rotation = Strict({
  value: Type.Optional(PurseRotation),
  control: Type.Optional(PurseRotation),
  monitoring: Type.Optional(Strict(MonitoringRotation)),
});
const NAMES = '^[a-z][a-z0-9-]{0,31}$';

/** The options of the command line by the same names; what stands on the command line counts before them. */
const Host = Strict({
  data: Type.Optional(described(Path, 'The folder of its keys, and of its books where they are in SQLite')),
  database: Type.Optional(described(Text(1_024), 'PostgreSQL, as postgres://user@host:5432/database; no password')),
  listen: Type.Optional(described(Text(255), 'Address and port of pages and API, as 127.0.0.1:8080')),
  zone: Type.Optional(described(Text(64), 'IANA name of the time zone of the utility')),
  proxy: Type.Optional(described(Text(64), 'Address of the reverse proxy that speaks TLS')),
  webhookInside: Type.Optional(Type.Array(Text(64), { minItems: 1, maxItems: 64 })),
  areaUnits: Type.Optional(described(Text(255), 'Address and port at which area units reach it')),
  broker: Type.Optional(described(Text(1_024), 'Servers of a broker (NATS) as machine:port, by commas, in its place')),
  brokerCredentials: Type.Optional(described(Path, 'What the broker knows this host by')),
  certificates: Type.Optional(described(Path, 'Folder with certificate.pem, key.pem and authority.pem')),
  metersMax: Type.Optional(Type.Integer({ minimum: 1, maximum: 16_777_216 })),
});

/** What a host is beside its books: how it is started, and whom it works with. Secrets stand elsewhere. */
const Configuration = Strict({
  $schema: Type.Optional(Text(1_024)),
  host: Type.Optional(Host),
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
  vouchers: Type.Optional(described(Type.Boolean(), 'Vouchers are made, sold and paid with')),
  slots: Type.Optional(described(Slots, 'Meters take payment cards in their slots')),
  telephone: Type.Optional(Telephone),
  rotation: Type.Optional(described(Rotation, 'Keys of meters that the host rotates by itself')),
  cardPipes: Type.Optional(Type.Record(Type.String({ pattern: NAMES }), CardPipe, { additionalProperties: false })),
});
export type HostConfiguration = Static<typeof Configuration>;
export type PaymentConfiguration = NonNullable<HostConfiguration['payments']>[string];

/** What is published of it, for editors and whoever writes such a file by a program. JSON Schema 2020-12. */
export const CONFIGURATION_SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Configuration of a Wattpurse host',
  ...Configuration,
};

const check = Compile(Configuration);

/** In the place of the path of a secret: what follows names a variable of the environment. */
const OF_ENVIRONMENT = 'env:';

/** A configuration, and how its secrets are read: their paths are relative to its own file, or name the environment. */
export interface ReadConfiguration {
  readonly configuration: HostConfiguration;
  /** @throws WrongUse */
  readonly secret: (path: string) => string;
  /** A path, relative to the same file, as an absolute one. */
  readonly place: (path: string) => string;
}

/** @throws WrongUse with the place that is wrong */
export function readConfiguration(path: string): ReadConfiguration {
  const text = readNamedFile(path, 'configuration file', MEBIBYTE).toString('utf8');
  return {
    configuration: parseConfiguration(text, path),
    place: (name) => besideOf(path, name),
    secret: (name) => {
      const variable = variableOf(name);
      if (variable === undefined)
        return readNamedFile(besideOf(path, name), 'secret file', MEBIBYTE).toString('utf8').trim();
      const value = process.env[variable]?.trim() ?? '';
      if (value !== '') return value;
      throw new WrongUse(`The configuration file ${path} takes a secret from ${variable}, which is empty: set it.`);
    },
  };
}

/** The variable of the environment that stands in the place of a path; `undefined` where it is one. */
export const variableOf = (name: string): string | undefined =>
  name.startsWith(OF_ENVIRONMENT) ? name.slice(OF_ENVIRONMENT.length) : undefined;

/** @param name a path as it stands in the configuration */
export const besideOf = (configuration: string, name: string): string => resolve(dirname(configuration), name);

/** The options of the command line that stand in a configuration, as they would stand there. */
export function hostWordsOf({ host = {} }: HostConfiguration, path: string): Readonly<Record<string, string>> {
  const { data, certificates, webhookInside, areaUnits, brokerCredentials, metersMax, ...same } = host;
  return {
    ...same,
    ...(data !== undefined && { data: besideOf(path, data) }),
    ...(certificates !== undefined && { certificates: besideOf(path, certificates) }),
    ...(webhookInside !== undefined && { 'webhook-inside': webhookInside.join(',') }),
    ...(areaUnits !== undefined && { 'area-units': areaUnits }),
    ...(brokerCredentials !== undefined && { 'broker-credentials': besideOf(path, brokerCredentials) }),
    ...(metersMax !== undefined && { 'meters-max': String(metersMax) }),
  };
}

/** @throws WrongUse */
export function parseConfiguration(text: string, path: string): HostConfiguration {
  const value = parseNamedFile(text, { path, what: 'configuration file' }, check);
  const { receiptKeyFile, utility } = value;
  const { callbackPort, ussdKeyFile, voice, messages } = value.telephone ?? {};
  const isTold = messages?.type === 'twilio' && messages.callbackUrl !== undefined;
  if (callbackPort === undefined && (ussdKeyFile !== undefined || voice !== undefined || isTold)) {
    throw new WrongUse(
      `The configuration file ${path} is wrong at /telephone: USSD, voice and a callbackUrl need a callbackPort.`,
    );
  }
  const { slots, payments = {} } = value;
  if (slots !== undefined && payments[slots.port]?.type !== 'acquirer') {
    throw new WrongUse(
      `The configuration file ${path} is wrong at /slots/port: name an acquirer of "payments", which "${slots.port}" is not.`,
    );
  }
  if (value.vouchers === true && payments[VOUCHERS] !== undefined) {
    throw new WrongUse(
      `The configuration file ${path} is wrong at /payments/${VOUCHERS}: vouchers have that name, so give it another.`,
    );
  }
  for (const [purpose, { everyDays, hours, ...more }] of Object.entries(value.rotation ?? {})) {
    const place = `The configuration file ${path} is wrong at /rotation/${purpose}`;
    if (hours !== undefined && hours.from === hours.to % 24) {
      throw new WrongUse(`${place}/hours: they begin and end at once, so leave them out for any hour.`);
    }
    if ('raiseAfterDays' in more && (more.raiseAfterDays ?? 0) >= everyDays) {
      throw new WrongUse(`${place}/raiseAfterDays: the older key has to end before the next is due.`);
    }
  }
  if (receiptKeyFile !== undefined && utility === undefined) {
    throw new WrongUse(`The configuration file ${path} has a key for receipts and no utility: a receipt names one.`);
  }
  return value;
}
