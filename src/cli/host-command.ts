import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause, setImmediate } from 'node:timers/promises';
import { Argon2 } from '../adapters/argon2.ts';
import { HttpWebhookSender } from '../adapters/webhook-sender.ts';
import type { UtilityKeys } from '../crypto/index.ts';
import {
  createHost,
  createMessages,
  createPeople,
  ExchangeLog,
  type HostServices,
  type Store,
  StoreError,
} from '../host/index.ts';
import { MeterVoices } from '../phone/index.ts';
import { AreaDoor } from './area-door.ts';
import type { BrokerDoor } from './broker-door.ts';
import { businessClock } from './business-clock.ts';
import { systemRandomness } from './demo-keys.ts';
import { type CannotGoOn, inWords } from './failure.ts';
import { certificatesOf } from './field-options.ts';
import { HOST_FILE } from './folder-files.ts';
import { type ReadConfiguration, VOUCHERS } from './host-configuration.ts';
import { HostFolder } from './host-folder.ts';
import { type HostOptions, parseHostOptions } from './host-options.ts';
import type { Partners } from './host-partners.ts';
import { rotationOf } from './host-rotation.ts';
import { messageCarrierOf, openHostTelephone } from './host-telephone.ts';
import { LineVoices } from './line-voices.ts';
import { listen, tryPort } from './listen.ts';
import { PAGES_FOLDER } from './pages-folder.ts';
import { paper, receiptPaper } from './paper.ts';
import { callsClosing, MeterCalls, openTelephone } from './phone-desk.ts';
import { RestorationNews } from './restoration-news.ts';
import { say, stopOnSignal } from './say.ts';
import { voucherParts } from './voucher-parts.ts';
import { wallClock } from './wall-clock.ts';
import { freeBytesIn } from './write-whole.ts';

const TICK_MS = 1_000;
/** What is read of each meter is not read each second. */
const NEWS_MS = 10_000;

/** `wattpurse host`: the host of a utility and its API, until it is stopped. */
export async function host(args: readonly string[]): Promise<number> {
  // Nothing is begun by what does not say with whom to work.
  const { configured, ...options } = parseHostOptions(args);
  const door = await doorOf(options);
  // Nor by one whose ports cannot be had. A folder that is in use already is named before its ports are.
  if (!existsSync(join(options.data, HOST_FILE))) await portsTried(options);
  const folder = await HostFolder.open(options);
  try {
    return await work(folder, options, { configured, door });
  } catch (error) {
    throw inWords(error, folder.path);
  } finally {
    await folder.close();
  }
}

async function work(folder: HostFolder, options: HostOptions, { configured, door }: Named): Promise<number> {
  const zone = folder.zone(options.zone);
  const keys = await folder.keys();
  await portsTried(options);
  const { partnersOf } = await import('./host-partners.ts');
  const { promise: services, resolve: begin } = Promise.withResolvers<HostServices>();
  const partners = await partnersOf(configured, { zone, secret: keys.webhookKey(), services, hear: say });
  try {
    return await serve({ folder, keys, zone, partners, begin, configured, door }, options);
  } finally {
    await partners.close();
  }
}

/** @throws CannotGoOn in one sentence */
async function portsTried({ listen: at, areaUnits }: HostOptions): Promise<void> {
  await tryPort(at);
  if (areaUnits !== undefined) await tryPort(areaUnits, 'area-units');
}

type Door = AreaDoor | BrokerDoor;

async function doorOf({ areaUnits, broker, certificates }: HostOptions): Promise<Door | undefined> {
  if (areaUnits !== undefined) return new AreaDoor(areaUnits, certificatesOf(certificates, [areaUnits]));
  // Whoever has no broker does not wait for its client.
  return broker && new (await import('./broker-door.ts')).BrokerDoor(broker);
}

/** With whom the host works, read before anything is begun. */
interface Named {
  readonly configured: ReadConfiguration | undefined;
  /** Where area units reach it. */
  readonly door: Door | undefined;
}

interface Opened extends Named {
  readonly folder: HostFolder;
  readonly keys: UtilityKeys;
  /** IANA name. */
  readonly zone: string;
  readonly partners: Partners;
  /** Takes the host as soon as there is one. */
  readonly begin: (services: HostServices) => void;
}

async function serve(
  { folder, keys, zone, partners, begin, configured, door }: Opened,
  { listen: at, proxy, webhookInside: inside, database, metersMax }: HostOptions,
): Promise<number> {
  const { store } = folder;
  // Whoever is refused does not wait for it.
  const { createApi, Metrics } = await import('../api/index.ts');
  const reserved = (await store.read((tx) => tx.fact('instant-reserved'))) ?? 0;
  const exchanges = new ExchangeLog();
  const clock = businessClock(reserved);
  const metrics = new Metrics({
    freeBytes: () => freeBytesIn(folder.path),
    businessAheadMs: () => Math.max(0, clock.now() - Date.now()),
    certificateExpiresAt: door?.certificateExpiresAt,
  });
  const { watcher } = metrics;
  const meterCalls = new MeterCalls();
  const webhooks = new HttpWebhookSender({
    ...{ key: keys.webhookKey(), now: wallClock.now, inside },
    delivered: ({ webhook, id, outcome, why, ms }) => {
      metrics.told({ outcome, ms });
      if (outcome !== 'taken') say('warn', `Webhook ${webhook} was not told of ${id}, because ${why}`);
    },
  });
  const vouchers =
    configured?.configuration.vouchers === true ? voucherParts(store, clock, keys.webhookKey()) : undefined;
  const ports = {
    ...{ store, keys, clock, randomness: systemRandomness, books: store, watcher, webhooks },
    // Without area units an order waits in the books.
    grid: door?.grid ?? { send: () => undefined },
    ...{ exchanges, gather: setImmediate },
    // A call is served by one host from its beginning to its end: where several work on the books none is taken.
    ...(database === undefined && { interphones: meterCalls }),
    ...partners.ports,
    ...(vouchers && { payments: new Map([...(partners.ports.payments ?? []), [VOUCHERS, vouchers.way]]) }),
  };
  // Nobody else opens a file of SQLite.
  const several = database !== undefined;
  const rotation = configured && rotationOf(configured.configuration);
  const services = createHost(ports, {
    ...{ zone, metersMax },
    ...(rotation && { rotation }),
    ...(several && { process: randomUUID() }),
  });
  const people = createPeople({ store, clock: wallClock, randomness: systemRandomness, passwords: new Argon2() });
  await services.start();
  begin(services);
  const messages = createMessages({ store, clock, zone, carrier: messageCarrierOf(configured, say) });
  const voucherDesk = vouchers?.serve(() => services);
  const phone = openTelephone(
    () => services,
    store,
    (sentence) => say('warn', sentence),
    voucherDesk,
  );
  const voices = voicesAt(door, services, several);
  meterCalls.serve(phone.desk, () => services, voices);
  const closeCalls = callsClosing(phone.callers, folder.isAlone);
  // Before the first call comes: those of a host that was killed are not taken for it.
  await closeCalls();
  const telephone = await openHostTelephone(configured, { telephone: phone, messages, folder: folder.path, hear: say });
  const whom = partners.identity === undefined ? {} : { identity: partners.identity };
  const app = createApi(
    {
      host: services,
      people,
      clock: wallClock,
      metrics,
      readiness: () => readiness(store, door),
      paper,
      receiptPaper,
      exchanges,
      callers: phone.callers,
      messages,
      ...whom,
      ...((telephone.talks ?? voices) && { talks: telephone.talks ?? phone.desk.switchboard }),
      ...(voucherDesk && { vouchers: voucherDesk }),
    },
    { log: process.stdout, pages: PAGES_FOLDER, ...(proxy !== undefined && { proxy }) },
  );
  const stopped = stopOnSignal();
  const stop = () => stopped.abort();
  let refused: CannotGoOn | undefined;
  const news = new RestorationNews(services, say);
  try {
    const address = await listen<string>(app, at);
    await door?.open(
      (input) => services.handle(input),
      (error) => {
        refused = error;
        stop();
      },
    );
    say('info', `Listens on ${address}; the page to try it is ${address}/api/reference.`);
    if ((await people.people({ limit: 1 })).length === 0) {
      say('warn', 'Nobody can log in yet: stop, make a system manager with "wattpurse manager", and start again.');
    }
    await Promise.all([
      again(() => news.tell(), stopped.signal, NEWS_MS).finally(stop),
      again(() => services.handle({ type: 'tick' }), stopped.signal).finally(stop),
      ...(several ? [again(() => services.handle({ type: 'beat' }), stopped.signal).finally(stop)] : []),
      // Whoever is told may be slow, and nothing else waits for them.
      again(() => services.deliverWebhooks(), stopped.signal).finally(stop),
      again(() => services.settlePayments(), stopped.signal).finally(stop),
      again(() => services.askBanks(stopped.signal), stopped.signal).finally(stop),
      again(() => services.issueReceipts(), stopped.signal).finally(stop),
      again(() => services.serveThroughPipes(), stopped.signal).finally(stop),
      again(() => services.rotateDueKeys(), stopped.signal).finally(stop),
      again(closeCalls, stopped.signal).finally(stop),
      again(() => messages.sendMessages(), stopped.signal).finally(stop),
      again(() => messages.warnOfCuts(), stopped.signal).finally(stop),
    ]);
  } finally {
    await door?.close();
    await app.close();
    await telephone.close();
  }
  await store.signHead({ now: ports.clock.now() });
  if (refused !== undefined) throw refused;
  say('info', 'Stopped.');
  return 0;
}

/** Where people can speak at meters: those whose area units come here, at the one host that serves their calls. */
function voicesAt(door: Door | undefined, host: HostServices, several: boolean): MeterVoices | undefined {
  if (!(door instanceof AreaDoor) || several) return undefined;
  const voices = new MeterVoices();
  door.voices = new LineVoices({ voices, grid: door.grid, meter: (svpmsn) => host.meter(svpmsn) });
  return voices;
}

/**
 * Until it is stopped. A store that is away is asked again with the next tick: what is due stays due. One that became an
 * older copy ends the host: whatever starts it again lets it ask every meter first.
 */
async function again(work: () => Promise<void>, stopped: AbortSignal, everyMs = TICK_MS): Promise<void> {
  while (!stopped.aborted) {
    await pause(everyMs, undefined, { signal: stopped }).catch(() => undefined);
    try {
      await work();
    } catch (error) {
      if (!(error instanceof StoreError) || error.reason === 'store-older') throw error;
      say('error', error.message);
    }
  }
}

async function readiness(store: Store, door: Door | undefined) {
  const grid = door === undefined ? 'none: no --area-units and no --broker were named' : door.standing;
  const parts = { store: 'ok', grid };
  try {
    await store.read((tx) => tx.fact('instant-reserved'));
    return { ready: true, parts };
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return { ready: false, parts: { ...parts, store: 'away' } };
  }
}
