import { Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { LineBalanceJson } from '../../../api/index.ts';
import { fill, LOSSES_WORDS } from '../../../words/index.ts';
import { daysBefore } from '../../civil.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { Loaded } from '../../parts/states.tsx';
import { useRead } from '../../reads.ts';

interface VerdictProps {
  readonly localUnit: number;
  readonly day: string;
}

/** How the host judged a day in UTC, with the band in which an honest one lies; that it has not yet is said. */
export function Verdict({ localUnit, day }: VerdictProps): ReactNode {
  const query = { after: daysBefore(day, 1), limit: 1 };
  const read = useRead<{ readonly items: readonly LineBalanceJson[] }>(`/lines/${localUnit}/balances`, { query });
  return (
    <Loaded of={read}>
      {({ items }) => <Judged by={items.find((each) => each.date === day && each.localUnit === localUnit)} />}
    </Loaded>
  );
}

function Judged({ by: judged }: { readonly by: LineBalanceJson | undefined }): ReactNode {
  const words = useWords(LOSSES_WORDS);
  const { energy, power, count } = useFormat();
  if (judged === undefined) {
    return (
      <Text size="sm" className="quiet">
        {words.notJudged}
      </Text>
    );
  }
  const { verdict, why, bandMilliwattHours, unexplainedMilliwattHours, raisedFromWatts, confidencePercent } = judged;
  const { technicalMilliwattHours: technical, apparentMilliwattHours: apparent } = judged;
  const amount = (milliwattHours: string) => energy(Math.abs(Number(milliwattHours)) / 1000);
  const expected =
    apparent === undefined
      ? [fill(words.notApart, amount(technical))]
      : [
          fill(words.heat, amount(technical)),
          fill(apparent.startsWith('-') ? words.apparentLess : words.apparentMore, amount(apparent)),
        ];
  return (
    <Stack gap={2}>
      <Text size="sm" fw={600}>
        {verdict === 'loss' && '▲ '}
        {words.verdicts[verdict]}
        {why !== undefined && `: ${words.whys[why]}`}
      </Text>
      {verdict !== 'not-known' && (
        <Text size="sm">
          {[
            ...(verdict === 'gain'
              ? [fill(words.mayExceed, amount(bandMilliwattHours.low))]
              : [fill(words.mayMiss, amount(bandMilliwattHours.high)), ...expected]),
            unexplainedMilliwattHours !== undefined &&
              fill(
                unexplainedMilliwattHours.startsWith('-') ? words.below : words.beyond,
                amount(unexplainedMilliwattHours),
              ),
            fill(words.sure, count(confidencePercent)),
          ]
            .filter((sentence) => sentence !== false)
            .join(' ')}
        </Text>
      )}
      {raisedFromWatts !== undefined && (
        <Text size="sm" className="quiet">
          {fill(words.raisedFrom, power(raisedFromWatts))}
        </Text>
      )}
    </Stack>
  );
}
