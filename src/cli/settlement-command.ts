import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { drawSigningKey } from '../adapters/receipt-jose.ts';
import { HttpsSettlementPeer, SettlementServer } from '../adapters/settlement-https.ts';
import type { PaperFailure } from '../adapters/sheet-pdf.ts';
import {
  type AnsweredClaim,
  answerClaim,
  type Closing,
  claimMonth,
  claimsOf,
  correctMonth,
  createHost,
  type HostFailure,
  type HostServices,
  METERS_PER_LOCAL_UNIT_MAX,
  type SettlementFailure,
  type Store,
  settlementCsv,
  settlementSheet,
} from '../host/index.ts';
import type { TariffDefinition } from '../tariff/index.ts';
import { type BusinessClock, milliseconds } from '../units/index.ts';
import { systemRandomness } from './demo-keys.ts';
import { folderOf } from './demo-options.ts';
import { CannotGoOn } from './failure.ts';
import { withNumbers, wrongFlag } from './flags.ts';
import { FOUNDING_FILE } from './folder-files.ts';
import { suiteOf } from './founding.ts';
import { MEBIBYTE, readNamedFile } from './read-file.ts';
import { DEMO_ZONE } from './setting.ts';
import { readPeer } from './settlement-peer.ts';
import { sheetText } from './sheet-text.ts';
import { WrongUse } from './usage.ts';
import { DEFAULT_FOLDER, within } from './within.ts';
import { writeNamed } from './write-whole.ts';

/** Name under which the bulk tariff is published; no meter has it. */
const BULK = 'bulk';

/** `wattpurse settlement VERB …`: between seller and re-seller, on a data folder that no demo runs in. */
export async function settlement(args: readonly string[]): Promise<number> {
  const asked = parse(args);
  if (asked.verb === 'key') return drawKey(asked);
  return within(asked.data, async (folder) => {
    const founding = existsSync(join(asked.data, FOUNDING_FILE)) ? await folder.founding() : undefined;
    if (founding === undefined) throw new WrongUse(`${asked.data} holds no demo: name the folder of one with --data.`);
    const now = milliseconds(await folder.instant(founding));
    const clock: BusinessClock = { now: () => now };
    // A host that is never started sends nothing.
    const ports = {
      ...{ store: folder.store, keys: await folder.keys(suiteOf(founding)), clock },
      ...{ randomness: systemRandomness, grid: { send: () => undefined } },
    };
    const host = createHost(ports, { zone: DEMO_ZONE, metersMax: METERS_PER_LOCAL_UNIT_MAX });
    return carryOut(asked, host, folder.store, clock);
  });
}

async function carryOut(asked: Asked, host: HostServices, store: Store, clock: BusinessClock): Promise<number> {
  switch (asked.verb) {
    case 'tariff':
      return publish(asked, host);
    case 'close': {
      const terms = { tariff: BULK, technicalBasisPoints: asked.losses, interestBasisPoints: asked.interest };
      const closing = taken(await host.closePeriod({ month: asked.subject, terms }));
      say(asked, asJson(closing), `${closing.month} is closed: ${closing.price} tokens to the seller.`);
      return 0;
    }
    case 'list': {
      const list = await host.periods();
      const lines = list.map(({ month, price, priceOfAll }) => `${month}  ${price} tokens, ${priceOfAll} in all`);
      say(asked, list.map(asJson), lines.join('\n') || 'No month is closed.');
      return 0;
    }
    case 'show':
      return show(asked, host, store);
    case 'claim':
    case 'correct':
      return claim(asked, store, clock);
    case 'serve':
      return serve(asked, store, clock);
    case 'key':
      return drawKey(asked);
  }
}

async function publish({ subject, from, ...asked }: Asked, host: HostServices): Promise<number> {
  const validFrom = Date.parse(from);
  if (Number.isNaN(validFrom))
    throw new WrongUse(`--from is an instant such as 2026-03-01T00:00:00+09:00, not "${from}".`);
  const text = readNamedFile(subject, 'tariff file', MEBIBYTE).toString('utf8');
  const definition = (() => {
    try {
      return JSON.parse(text) as TariffDefinition;
    } catch {
      throw new WrongUse(`${subject} is no JSON.`);
    }
  })();
  const { version } = taken(await host.publishTariff(BULK, definition, milliseconds(validFrom)));
  say(
    asked,
    { version, validFrom },
    `The bulk tariff has version ${version} and holds from ${new Date(validFrom).toISOString()} on.`,
  );
  return 0;
}

async function show(asked: Asked, host: HostServices, store: Store): Promise<number> {
  const closed = taken(await host.period(asked.subject));
  const claims = await claimsOf(store, asked.subject);
  const sheet = settlementSheet(closed, claims);
  if (asked.csv !== undefined) writeNamed(asked.csv, settlementCsv(closed));
  if (asked.pdf !== undefined) {
    const { sheetPdf } = await import('../adapters/sheet-pdf.ts');
    writeNamed(asked.pdf, taken(await sheetPdf(sheet, 'The closing', closed.closing.closedAt)));
  }
  say(asked, asJson({ ...closed, claims }), sheetText(sheet));
  return closed.faults.length === 0 ? 0 : 1;
}

async function claim(asked: Asked, store: Store, clock: BusinessClock): Promise<number> {
  const { signer, self, name, keys, peerCertificate: sellerCertificate, ...address } = await readPeer(onePeer(asked));
  const peer = new HttpsSettlementPeer({ ...address, sellerCertificate });
  const side = { self, zone: DEMO_ZONE };
  const send = asked.verb === 'correct' ? correctMonth : claimMonth;
  const settled = taken<AnsweredClaim>(await send({ store, clock, signer }, side, { name, keys, peer }, asked.subject));
  const { verdict, differences } = settled.answer;
  const text =
    verdict === 'acknowledged'
      ? `${name} acknowledges ${asked.subject}: ${settled.claim.price} tokens.`
      : `${name} disputes ${asked.subject} in ${differences.length} lines: "settlement show ${asked.subject}" prints them.`;
  say(asked, settled, text);
  return verdict === 'acknowledged' ? 0 : 1;
}

/** Until it is stopped. */
async function serve(asked: Asked, store: Store, clock: BusinessClock): Promise<number> {
  const peers = await Promise.all(asked.peers.map(readPeer));
  const [first] = peers;
  if (first === undefined) throw new WrongUse('serve takes the file of each re-seller with --peer.');
  const server = new SettlementServer({
    ...{ certificate: first.certificate, key: first.key },
    resellers: new Map(peers.map(({ name, peerCertificate }) => [name, peerCertificate])),
    answer: (reseller, message) => {
      const { name, keys, self, signer } = peers.find((each) => each.name === reseller) ?? first;
      return answerClaim({ store, clock, signer }, { self, zone: DEMO_ZONE }, { name, keys, tariff: BULK }, message);
    },
    onError: (error) => process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`),
  });
  const stopped = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  const port = await server.listen(first.port, first.host).catch((error: Error) => {
    throw new CannotGoOn(
      `Nobody can listen on ${first.host}, port ${first.port} (${error.message}): name another in the peer file.`,
    );
  });
  say(asked, { event: 'listening', port }, `Claims are taken on ${first.host}, port ${port}.`);
  await stopped;
  await server.close();
  return 0;
}

async function drawKey({ subject, data, ...asked }: Asked): Promise<number> {
  const { secret, published } = await drawSigningKey(subject);
  const [own, told] = [join(data, `${subject}.jwk`), join(data, `${subject}.jwks`)];
  if (existsSync(own)) throw new WrongUse(`${own} is there already: a key is drawn once, under a name of its own.`);
  writeNamed(own, `${secret}\n`);
  writeNamed(told, `{"keys":[${published}]}\n`);
  say(asked, { secret: own, published: told }, `${own} signs, and is nobody else's; give ${told} to the other side.`);
  return 0;
}

/** What was refused is told in its own sentence. */
function taken<T extends object>(answer: T | HostFailure | SettlementFailure | PaperFailure): T {
  if ('sentence' in answer && 'reason' in answer) throw new CannotGoOn(answer.sentence);
  return answer;
}

const say = ({ json }: Pick<Asked, 'json'>, object: unknown, text: string): void => {
  process.stdout.write(`${json ? JSON.stringify(object) : text}\n`);
};

/** Amounts as decimal texts. */
const asJson = (value: object | Closing): unknown =>
  JSON.parse(JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? String(each) : each)));

const VERBS = ['tariff', 'close', 'list', 'show', 'claim', 'correct', 'serve', 'key'] as const;
/** What each verb is about, for the sentence when it is not named. */
const SUBJECTS: Readonly<Partial<Record<(typeof VERBS)[number], string>>> = {
  tariff: 'a tariff file',
  close: 'a month',
  show: 'a month',
  claim: 'a month',
  correct: 'a month',
  key: 'a name for the key',
};

interface Asked {
  readonly verb: (typeof VERBS)[number];
  readonly subject: string;
  readonly data: string;
  readonly from: string;
  readonly losses: number;
  readonly interest: number;
  readonly csv: string | undefined;
  readonly pdf: string | undefined;
  readonly peers: readonly string[];
  readonly json: boolean;
}

const OPTIONS = {
  data: { type: 'string' },
  from: { type: 'string', default: '' },
  losses: { type: 'string', default: '0' },
  interest: { type: 'string', default: '0' },
  csv: { type: 'string' },
  pdf: { type: 'string' },
  peer: { type: 'string', multiple: true },
  json: { type: 'boolean', default: false },
} as const;

function onePeer({ verb, peers }: Asked): string {
  const [peer, ...more] = peers;
  if (peer !== undefined && more.length === 0) return peer;
  throw new WrongUse(`${verb} takes the file of its seller with --peer, once.`);
}

function parse(args: readonly string[]): Asked {
  const [name, ...rest] = args;
  const verb = VERBS.find((each) => each === name);
  if (verb === undefined) throw new WrongUse(`settlement is followed by ${VERBS.join(', ')}, not "${name ?? ''}".`);
  const { values, positionals } = (() => {
    try {
      return parseArgs({ args: withNumbers(rest), options: OPTIONS, allowPositionals: true });
    } catch (error) {
      throw wrongFlag(error, 'settlement');
    }
  })();
  const subject = SUBJECTS[verb];
  if (positionals.length !== (subject === undefined ? 0 : 1)) {
    throw new WrongUse(`settlement ${verb} takes ${subject ?? 'nothing more'}: see "wattpurse help settlement".`);
  }
  const basisPoints = (flag: 'losses' | 'interest'): number => {
    const [, whole, part = ''] = /^(\d{1,3})(?:\.(\d{1,2}))?$/.exec(values[flag]) ?? [];
    if (whole === undefined) throw new WrongUse(`--${flag} is a percentage such as 2 or 3.65, not "${values[flag]}".`);
    return Number(whole) * 100 + Number(part.padEnd(2, '0'));
  };
  return {
    ...{ verb, subject: positionals[0] ?? '', from: values.from, json: values.json },
    ...{ losses: basisPoints('losses'), interest: basisPoints('interest') },
    ...{ csv: values.csv, pdf: values.pdf, peers: values.peer ?? [] },
    data: folderOf(values.data ?? (verb === 'key' ? '.' : DEFAULT_FOLDER)),
  };
}
