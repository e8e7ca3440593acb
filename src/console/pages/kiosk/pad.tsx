import { Delete } from 'lucide-react';
import { type ReactNode, useEffect } from 'react';
import { KIOSK_WORDS } from '../../../words/index.ts';
import { useWords } from '../../locale.tsx';
import { AMOUNT_KEYS, METER_KEYS } from './keying.ts';

interface PadProps {
  readonly kind: 'number' | 'amount';
  readonly onKey: (key: string) => void;
  readonly onEnter: () => void;
}

/** Keys large enough for a finger; those of a keyboard are heard as well. */
export function Pad({ kind, onKey, onEnter }: PadProps): ReactNode {
  const words = useWords(KIOSK_WORDS);
  useEffect(() => {
    const hear = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      // A button that has the focus is pressed by its own Enter.
      if (event.key === 'Enter' && !(event.target instanceof HTMLButtonElement)) onEnter();
      else onKey(event.key);
    };
    addEventListener('keydown', hear);
    return () => removeEventListener('keydown', hear);
  }, [onKey, onEnter]);
  return (
    <div className="pad" data-kind={kind}>
      {(kind === 'number' ? METER_KEYS : AMOUNT_KEYS).map((key) => (
        <button key={key} type="button" onClick={() => onKey(key)}>
          {key}
        </button>
      ))}
      <button type="button" aria-label={words.back} onClick={() => onKey('Backspace')}>
        <Delete aria-hidden />
      </button>
      <button type="button" style={{ gridColumn: '2 / -1' }} onClick={() => onKey('Delete')}>
        {words.clear}
      </button>
    </div>
  );
}
