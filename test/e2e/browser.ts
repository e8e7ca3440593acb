import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

const CHROMIUM = '/usr/bin/chromium';
const ROOT = join(import.meta.dirname, '..', '..');

/** Why browser tests cannot run here; undefined where they can. */
export const withoutBrowser: string | undefined = existsSync(CHROMIUM)
  ? undefined
  : 'needs a browser: install the package chromium';

/** Without what a browser would ask of the world behind the machine. */
const FLAGS = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
  ...['--disable-background-networking', '--disable-component-update', '--font-render-hinting=none'],
];

/** A microphone into which a sound is played, again and again; the browser asks nobody for it. */
const microphone = (path: string): string[] => [
  ...['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream'],
  `--use-file-for-fake-audio-capture=${path}`,
];

interface BrowserOptions {
  /** A WAV file that whoever sits at it says. */
  readonly says?: string;
  /** Pages that were left are kept as they stand for whoever goes back, as in a browser that no test drives. */
  readonly keepsPages?: boolean;
}

/** A browser, once the pages are built from the sources as they are. */
export async function openBrowser({ keepsPages = false, says }: BrowserOptions = {}): Promise<Browser> {
  execFileSync(process.execPath, [join(ROOT, 'tools', 'console.ts'), '--if-changed'], { stdio: 'inherit' });
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [...FLAGS, ...(says === undefined ? [] : microphone(says))],
    ...(keepsPages && { ignoreDefaultArgs: ['--disable-back-forward-cache'] }),
  });
}

export interface Look {
  readonly theme?: 'light' | 'dark';
  readonly language?: 'en' | 'ko';
  readonly width?: number;
  readonly height?: number;
  /** The story of the demo, which opens by itself for whoever was not told it, was told. */
  readonly isTold?: boolean;
}

/** Somebody's own window: a language, a theme and a size, and no motion, so that it is the same each time. */
export async function openWindow(browser: Browser, base: string, look: Look = {}): Promise<BrowserContext> {
  const { theme = 'light', language = 'en', width = 1280, height = 800, isTold = true } = look;
  const window = await browser.newContext({
    baseURL: base,
    viewport: { width, height },
    ...{ colorScheme: theme, reducedMotion: 'reduce', locale: language === 'en' ? 'en-GB' : 'ko-KR' },
  });
  if (isTold) await window.addInitScript(() => localStorage.setItem('wattpurse-story-seen', 'yes'));
  return window;
}

/** Comes in through the door of the demo. */
export async function enter(page: Page, role: string): Promise<void> {
  await page.goto('/');
  await page.getByRole('button', { name: role, exact: true }).click();
  await page.getByRole('navigation').first().waitFor();
}

/** Asks the API what a page of whoever is logged in there could ask; the same key does it once. */
export async function askApi<T>(page: Page, method: string, path: string, body?: object, once = ''): Promise<T> {
  const { status, text } = await page.evaluate(
    async ([method, path, body, once]) => {
      const { csrfToken } = (await (await fetch('/api/v1/session')).json()) as { readonly csrfToken: string };
      const headers: Record<string, string> = { 'x-csrf-token': csrfToken };
      if (body !== '') headers['content-type'] = 'application/json';
      if (once !== '') headers['idempotency-key'] = once;
      const answer = await fetch(path, { method, headers, ...(body !== '' && { body }) });
      return { status: answer.status, text: await answer.text() };
    },
    [method, `/api/v1/${path}`, body === undefined ? '' : JSON.stringify(body), once] as const,
  );
  assert.ok(status < 300, `${method} ${path} ${JSON.stringify(body)}: ${status} ${text}`);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

/** What a page said that no page should say: mistakes of its script, and files that are not there. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on('pageerror', ({ message }) => complaints.push(message));
  page.on('console', (message) => {
    // Answers are looked at below: a browser writes down as an error that nobody is logged in.
    if (message.type() === 'error' && !/^Failed to load resource/.test(message.text())) complaints.push(message.text());
  });
  page.on('response', (answer) => {
    const isOfApi = new URL(answer.url()).pathname.startsWith('/api/');
    // The API refuses in its own words, and says that there is no contract by 404.
    if (answer.status() >= (isOfApi ? 500 : 400)) complaints.push(`${answer.status()} ${answer.url()}`);
  });
  return complaints;
}

/** A browser, and the address of the pages that it looks at. */
interface Visit {
  readonly browser: Browser;
  readonly base: string;
}

/** On a line at 1,200 bit/s, and on a machine that has other things to do. */
const PATIENCE_MS = 60_000;

type Work = (page: Page) => Promise<void>;

/** Who does something in a role, in a window of their own in which no page complains: `as('Cashier', async (page) => …)`. */
export function peopleOf(visit: () => Visit): (role: string, work: Work) => Promise<void> {
  const sessions = new Map<string, Awaited<ReturnType<BrowserContext['cookies']>>>();
  return async (role, work) => {
    const { browser, base } = visit();
    const window = await openWindow(browser, base);
    const session = sessions.get(role);
    if (session !== undefined) await window.addCookies(session);
    const page = await window.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    const complaints = complaintsOf(page);
    // The door of the demo takes a few people a minute: whoever was in is still known.
    if (session === undefined) {
      await enter(page, role);
      sessions.set(role, await window.cookies());
    } else {
      await page.goto('/');
      await page.getByRole('navigation').first().waitFor();
    }
    await work(page);
    assert.deepEqual(complaints, []);
    await window.close();
  };
}
