import { type ReactNode, useEffect, useRef, useState } from 'react';
import { PANEL_WORDS } from '../../../words/index.ts';
import { useWords } from '../../locale.tsx';
import { faceOf, KEYS } from './keys.ts';

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
      {KEYS.map((each) => (
        <button
          key={each.key}
          type="button"
          className="panel-key"
          data-down={down === each.key}
          aria-label={each.key in keys ? keys[each.key as keyof typeof keys] : each.key}
          style={{
            gridRow: 'rows' in each ? `span ${each.rows}` : undefined,
            gridColumn: 'columns' in each ? `span ${each.columns}` : undefined,
          }}
          onClick={() => press(each.key)}
        >
          {faceOf(each)}
        </button>
      ))}
    </fieldset>
  );
}
