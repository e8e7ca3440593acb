import { mkdirSync } from 'node:fs';
import { open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { MessageCarrier, MessageNews, MessageSent } from '../host/index.ts';

const ID_FORM = /^\d{13}-[0-9a-f]{16}$/;
const ENDS = { '.delivered': 'delivered', '.failed': 'failed' } as const;
const NEWS_MAX = 200;
const WHY_CHARACTERS_MAX = 200;
const OWNER_ONLY = 0o600;

/**
 * Messages as files of a folder, for whoever has a modem or a contract: `ID.json` with `number` and `text` is a message
 * to send. Renamed to `ID.delivered` or `ID.failed`, it tells what became of it; of a failed one its content, if it is no
 * JSON any more, says why. Such a file is deleted once it was read. The same message twice is one file.
 */
export class MessageFolder implements MessageCarrier {
  readonly #folder: string;

  /** @throws Error of node:fs where there can be no such folder */
  constructor(folder: string) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#folder = folder;
  }

  async send({ id, number, text }: Parameters<MessageCarrier['send']>[0]): Promise<MessageSent> {
    const path = join(this.#folder, `${id}.json`);
    const beside = `${path}.new`;
    try {
      const file = await open(beside, 'w', OWNER_ONLY);
      try {
        await file.writeFile(`${JSON.stringify({ id, number: `+${number}`, text })}\n`);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(beside, path);
      return { outcome: 'handed' };
    } catch (error) {
      await rm(beside, { force: true }).catch(() => undefined);
      return { outcome: 'away', why: `its file could not be written (${codeOf(error)})` };
    }
  }

  async news(): Promise<readonly MessageNews[]> {
    const names = await readdir(this.#folder).catch(() => []);
    const news: MessageNews[] = [];
    for (const name of names.sort()) {
      const [id = '', end = ''] = [name.slice(0, name.indexOf('.')), name.slice(name.indexOf('.'))];
      const state = Object.entries(ENDS).find(([each]) => each === end)?.[1];
      if (state === undefined || !ID_FORM.test(id)) continue;
      const why =
        state === 'failed' ? whyOf(await readFile(join(this.#folder, name), 'utf8').catch(() => '')) : undefined;
      news.push({ id, state, ...(why !== undefined && { why }) });
      if (news.length === NEWS_MAX) break;
    }
    return news;
  }

  async forget(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      for (const end of Object.keys(ENDS)) await rm(join(this.#folder, `${id}${end}`), { force: true });
    }
  }
}

/** The first line of what somebody wrote there; the message itself says nothing. */
function whyOf(content: string): string {
  const [line = ''] = content.split('\n');
  const plain = line.replace(/\p{C}/gu, ' ').trim().slice(0, WHY_CHARACTERS_MAX);
  return plain === '' || plain.startsWith('{') ? 'whoever sends it says so' : plain;
}

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : 'unknown');
