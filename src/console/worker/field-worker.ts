/**
 * Opens the technician's page where there is no network: from its files, which it keeps as its build named them. It
 * keeps no answer of the API and sees no other page; what was seen of meters keeps the page itself, for one person.
 */
const worker = self as unknown as ServiceWorkerGlobalScope;

/** The files that the page needs to be shown, put in by the build: a name changes with what is in it. */
declare const FIELD_SHELL: { readonly version: string; readonly entry: string; readonly files: readonly string[] };

const PREFIX = 'wattpurse-field-';
const CACHE = PREFIX + FIELD_SHELL.version;
const PAGE = '/field';
/** On a line that barely carries, what is kept is shown rather than waited for. */
const PATIENCE_MS = 4_000;

worker.addEventListener('install', (event) => event.waitUntil(install()));
worker.addEventListener('activate', (event) => event.waitUntil(activate()));
worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== worker.location.origin) return;
  if (request.mode === 'navigate') event.respondWith(page(request));
  else if (pathname.startsWith('/assets/')) event.respondWith(file(request));
});

async function install(): Promise<void> {
  const cache = await caches.open(CACHE);
  const page = await fetch(PAGE, { headers: { accept: 'text/html' }, cache: 'no-cache' });
  // Where hosts are renewed one by one, the page may come from another than this program did: the next one is tried.
  if (!page.ok || !(await page.clone().text()).includes(FIELD_SHELL.entry))
    throw new Error('the page is of another build');
  await cache.addAll([...FIELD_SHELL.files]);
  await cache.put(PAGE, page);
  await worker.skipWaiting();
}

async function activate(): Promise<void> {
  for (const name of await caches.keys()) if (name.startsWith(PREFIX) && name !== CACHE) await caches.delete(name);
  await worker.clients.claim();
}

/** As the host has it, if it answers; else as it was kept. */
async function page(request: Request): Promise<Response> {
  const kept = await caches.match(PAGE, { cacheName: CACHE });
  if (kept === undefined) return fetch(request);
  const late = new Promise<Response>((resolve) => setTimeout(() => resolve(kept.clone()), PATIENCE_MS));
  const fresh = fetch(request).then(
    (answer) => (answer.status >= 500 ? kept : answer),
    () => kept,
  );
  return Promise.race([fresh, late]);
}

/** Under one name there is never anything else: what was fetched once is kept, as letters of a language are. */
async function file(request: Request): Promise<Response> {
  const kept = await caches.match(request, { cacheName: CACHE });
  if (kept !== undefined) return kept;
  const answer = await fetch(request);
  if (answer.ok && (await caches.has(CACHE))) await (await caches.open(CACHE)).put(request, answer.clone());
  return answer;
}
