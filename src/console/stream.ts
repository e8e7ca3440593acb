/** What is heard from the host for as long as a page is open. */
interface Stream {
  /** `/api/v1/events` */
  readonly address: string;
  /** What is done with the data of an event, by its name. */
  readonly hear: Readonly<Record<string, (data: string) => void>>;
  /** It is heard from now on. Something may have been missed where it was interrupted or the page was put aside. */
  readonly opened?: (isMissing: boolean) => void;
  /** Nobody answers at the moment; a stream that was refused is asked for again in a while. */
  readonly failed: (isRefused: boolean) => void;
}

/** Until a stream that was refused is asked for again; what is only interrupted the browser takes up by itself. */
const AGAIN_MS = 5_000;
/** Whoever only looks into another tab and comes back misses nothing. */
const HIDDEN_MS = 5_000;

/**
 * Hears a stream until what it returns is called. A page that was left, which a browser keeps as it stands for whoever
 * goes back, lets go of it, and so does one that is hidden behind another tab for a while: a browser opens few
 * connections to one host, and those of pages that nobody sees would fill them all.
 */
export function hearStream({ address, hear, opened, failed }: Stream): () => void {
  let source: EventSource | undefined;
  let again: ReturnType<typeof setTimeout> | undefined;
  let isMissing = false;
  const open = () => {
    source = new EventSource(address);
    source.onopen = () => {
      opened?.(isMissing);
      isMissing = false;
    };
    source.onerror = () => {
      isMissing = true;
      const isRefused = source?.readyState === EventSource.CLOSED;
      if (isRefused) again = setTimeout(open, AGAIN_MS);
      failed(isRefused);
    };
    for (const [kind, tell] of Object.entries(hear)) source.addEventListener(kind, ({ data }) => tell(data));
  };
  const close = () => {
    source?.close();
    clearTimeout(again);
  };
  let isAside = false;
  const putAside = () => {
    if (isAside) return;
    isAside = true;
    isMissing = true;
    close();
  };
  const takeUp = () => {
    if (!isAside) return;
    isAside = false;
    open();
  };
  let hidden: ReturnType<typeof setTimeout> | undefined;
  const hideOrShow = () => {
    clearTimeout(hidden);
    if (document.visibilityState === 'hidden') hidden = setTimeout(putAside, HIDDEN_MS);
    else takeUp();
  };
  addEventListener('pagehide', putAside);
  addEventListener('pageshow', takeUp);
  document.addEventListener('visibilitychange', hideOrShow);
  open();
  hideOrShow();
  return () => {
    removeEventListener('pagehide', putAside);
    removeEventListener('pageshow', takeUp);
    document.removeEventListener('visibilitychange', hideOrShow);
    clearTimeout(hidden);
    close();
  };
}
