import './sale.css';
import { Stack, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { fill, RECEIPT_WORDS, SELLING_WORDS } from '../../words/index.ts';
import { useFormat, useWords } from '../locale.tsx';
import { Money } from '../parts/figures.tsx';
import { useNow, useTicking } from '../time.ts';
import { type Journey as JourneySoFar, SILENT_MS } from './journey.ts';
import { type CardSaleParts, linesOf, type SaleParts } from './parts-of-sale.ts';

/** Every line that a payment is made of, and their sum: nothing is taken silently. */
export function SaleLines({ parts }: { readonly parts: SaleParts | CardSaleParts }): ReactNode {
  const words = useWords(SELLING_WORDS);
  const { lines } = useWords(RECEIPT_WORDS);
  return (
    <table className="sale-lines" aria-label={words.made}>
      <tbody>
        {linesOf(parts).map(({ name, amount }) => (
          <tr key={name}>
            <th scope="row">{name === 'arrears' && amount.startsWith('-') ? words.arrearsAdded : lines[name]}</th>
            <td>
              <Money tokens={amount} />
            </td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">{words.paid}</th>
          <td>
            <Money tokens={parts.paid} />
          </td>
        </tr>
      </tfoot>
    </table>
  );
}

const STOPS = ['sold', 'travelling', 'stored'] as const;

interface JourneyProps {
  readonly of: JourneySoFar;
  /** When it was sold; a meter is silent since then. */
  readonly since?: string;
  /** The value goes to a purse card, which may be in a pocket for weeks. */
  readonly isForCard?: boolean;
}

/** How far the value came: sold, on its way, in the meter or on the card. A meter that is silent is no reason to worry, and it says so. */
export function Journey({ of, since, isForCard = false }: JourneyProps): ReactNode {
  const words = useWords(SELLING_WORDS);
  const { stops, steps } = isForCard ? words.onCard : words;
  const { duration } = useFormat();
  const now = useNow();
  const [openedAt] = useState(() => Date.now());
  const watchedMs = useTicking() - openedAt;
  const silentMs = since === undefined ? watchedMs : Math.max(watchedMs, now - Date.parse(since));
  const isSilent = !isForCard && !of.isOver && of.reached > 0 && of.step !== 'voiding' && silentMs > SILENT_MS;
  return (
    <Stack gap={4}>
      <ol className="journey" aria-label={words.travel}>
        {STOPS.map((stop, i) => (
          <li
            key={stop}
            data-reached={of.reached > i}
            data-now={!of.isOver && of.reached - 1 === i}
            data-home={of.step === 'stored' && i === STOPS.length - 1}
          >
            <span className="stop" aria-hidden />
            {stops[stop]}
          </li>
        ))}
      </ol>
      <Text size="sm" role="status" ta="center" fw={of.isOver ? 600 : 400}>
        {steps[of.step] ?? words.steps[of.step]}
      </Text>
      {isSilent && (
        <Text size="sm" ta="center">
          {fill(words.silent, duration(silentMs))} {words.safe}
        </Text>
      )}
    </Stack>
  );
}
