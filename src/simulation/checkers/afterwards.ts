import { toHex } from '../../bytes/index.ts';
import type { HostServices } from '../../host/index.ts';
import type { Utility } from '../utility.ts';
import type { Checker, Findings } from './checker.ts';
import type { Secrets } from './secrets.ts';

const A_PAGE = 1_000;

/** What is looked at once, when a life is over and healed: I31 and I32. */
export class Afterwards implements Checker {
  readonly watches = ['I31', 'I32'] as const;
  readonly #findings: Findings;
  readonly #secrets: Secrets;

  constructor(findings: Findings, secrets: Secrets) {
    this.#findings = findings;
    this.#secrets = secrets;
  }

  async healed(utility: Utility): Promise<void> {
    const before = await allOf(utility.host);
    this.#secrets.told(before, 'what a host answers');
    const anew = await allOf(await utility.hosts.anew());
    this.#findings.hold(
      'I32',
      undefined,
      anew === before,
      () => `a host that is started anew differs: ${differenceOf(before, anew)}`,
    );
  }
}

/** All that a host says of what it keeps, as one text. */
async function allOf(host: HostServices): Promise<string> {
  const meters = await host.meters();
  const commands = await Promise.all(meters.map(({ meter }) => host.commands(meter.svpmsn)));
  const [books, lines] = [await host.books(), await host.lines()];
  const query = { limit: A_PAGE };
  const rows = [await host.orders(query), await host.events(query), await host.postings(query)];
  const cards = await allOfCards(host);
  return JSON.stringify({ books, meters, lines, commands, rows, cards }, (_, value: unknown) => {
    if (typeof value === 'bigint') return String(value);
    return value instanceof Uint8Array ? toHex(value) : value;
  });
}

async function allOfCards(host: HostServices): Promise<readonly unknown[]> {
  const cards = await host.cards({ limit: A_PAGE });
  const orders = await Promise.all(cards.map(({ card }) => host.cardOrders({ csn: card.id, limit: A_PAGE })));
  return [cards, orders, await host.offlineMeters({ limit: A_PAGE }), await host.cardBooks()];
}

function differenceOf(before: string, now: string): string {
  const at = [...before].findIndex((character, i) => character !== now[i]);
  return `${before.slice(Math.max(0, at - 60), at + 20)} and ${now.slice(Math.max(0, at - 60), at + 20)}`;
}
