import { Text } from '@mantine/core';
import { Lock } from 'lucide-react';
import type { ReactNode } from 'react';
import type { ExchangeJson } from '../../../api/index.ts';
import { EXCHANGE_WORDS, fill } from '../../../words/index.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { sectionsOf } from './sections.ts';

interface FrameBytesProps {
  readonly pass: ExchangeJson['passes'][number];
  /** What is sealed moves value. */
  readonly isValue: boolean;
}

/** A frame as blocks as wide as their bytes are many, and its bytes for whoever wants to see them. */
export function FrameBytes({ pass, isValue }: FrameBytesProps): ReactNode {
  const words = useWords(EXCHANGE_WORDS);
  const { count } = useFormat();
  const named = sectionsOf(pass.frames[0] ?? '', pass.sections);
  const nameOf = (kind: string) => words.sections[kind as keyof typeof words.sections] ?? kind;
  return (
    <>
      <div
        className="frame"
        role="img"
        aria-label={named.map(({ kind, bytes }) => `${nameOf(kind)} ${bytes}`).join(', ')}
      >
        {named.map(({ kind, bytes, hex }, nth) => (
          <div
            key={`${kind}${String(nth)}`}
            className={`frame-section is-${kind}${isValue && kind === 'sealed' ? ' is-value' : ''}`}
            style={{ flexGrow: Math.max(4, bytes) }}
            title={kind === 'sealed' ? words.sealedBytes : hex}
          >
            <span>
              {kind === 'sealed' && <Lock size={10} aria-hidden />} {nameOf(kind)}
            </span>
            <b>{bytes}</b>
          </div>
        ))}
      </div>
      <details className="frame-bytes">
        <summary>
          <Text component="span" size="xs" className="quiet">
            {words.showBytes} · {fill(words.bytes, count(pass.bytes))}
          </Text>
        </summary>
        <dl>
          {named.map(({ kind, hex }, nth) => (
            <div key={`${kind}${String(nth)}`}>
              <dt>{nameOf(kind)}</dt>
              <dd className={kind === 'sealed' ? 'is-sealed' : undefined}>{hex}</dd>
            </div>
          ))}
        </dl>
      </details>
    </>
  );
}
