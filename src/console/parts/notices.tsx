import type { ReactNode } from 'react';
import { create, useSignal } from '../signal.ts';

const SHOWN_MS = 6_000;

const notices = create<readonly { readonly key: number; readonly text: string }[]>([]);
let key = 0;

/** Says in passing that something was done; whoever reads slowly finds it on its page too. */
export function say(text: string): void {
  key += 1;
  const notice = { key, text };
  notices.set([...notices.value, notice]);
  setTimeout(() => notices.set(notices.value.filter((each) => each !== notice)), SHOWN_MS);
}

/** Where what was said stands, and is read out. */
export function Notices(): ReactNode {
  const shown = useSignal(notices);
  return (
    <div className="notices" role="status" aria-live="polite">
      {shown.map((notice) => (
        <div key={notice.key} className="notice surface">
          {notice.text}
        </div>
      ))}
    </div>
  );
}
