import { type ReactNode, useEffect, useRef, useState } from 'react';
import { PANEL_WORDS } from '../../../words/index.ts';
import { useWords } from '../../locale.tsx';

/** In four columns; what stands on a key that is no digit, and how many fields it takes. */
const KEYS = [
  ...[{ key: '1' }, { key: '2' }, { key: '3' }, { key: 'page', face: '↻' }],
  ...[{ key: '4' }, { key: '5' }, { key: '6' }, { key: '*', face: '⌫' }],
  ...[{ key: '7' }, { key: '8' }, { key: '9' }, { key: '#', rows: 2 }],
  { key: '0', columns: 3 },
] as const satisfies readonly {
  readonly key: string;
  readonly face?: string;
  readonly rows?: number;
  readonly columns?: number;
}[];

/** A key that was pressed on the keyboard gives for so long. */
const GIVES_MS = 120;

/** The keys of a keyboard that are keys of the meter too. */
function keyOf({ key, ctrlKey, metaKey, altKey }: KeyboardEvent): string | undefined {
  if (ctrlKey || metaKey || altKey) return undefined;
  if (/^[0-9#*]$/.test(key)) return key;
  if (key === 'Backspace') return '*';
  return key.toLowerCase() === 'p' ? 'page' : undefined;
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest('input:not([type="checkbox"]), textarea, select') !== null;

/** The keypad of the meter: each key gives when it is pressed, also by the digits of the keyboard. */
export function Keypad({ press }: { readonly press: (key: string) => void }): ReactNode {
  const { keys, parts } = useWords(PANEL_WORDS);
  const [down, setDown] = useState<string>();
  const pressing = useRef(press);
  pressing.current = press;
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const key = isTyping(event.target) ? undefined : keyOf(event);
      if (key === undefined || event.repeat) return;
      event.preventDefault();
      setDown(key);
      setTimeout(() => setDown(undefined), GIVES_MS);
      pressing.current(key);
    };
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, []);
  return (
    <fieldset className="panel-keypad" aria-label={parts['21'].name}>
      {KEYS.map(({ key, ...more }) => (
        <button
          key={key}
          type="button"
          className="panel-key"
          data-down={down === key}
          aria-label={key in keys ? keys[key as keyof typeof keys] : key}
          style={{
            gridRow: 'rows' in more ? `span ${more.rows}` : undefined,
            gridColumn: 'columns' in more ? `span ${more.columns}` : undefined,
          }}
          onClick={() => press(key)}
        >
          {'face' in more ? more.face : key}
        </button>
      ))}
    </fieldset>
  );
}
