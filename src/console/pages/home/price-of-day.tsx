import { Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { TariffWeekJson } from '../../../api/index.ts';
import { fill, HOME_WORDS } from '../../../words/index.ts';
import { civilOf, clockText } from '../../civil.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { Panel } from '../../parts/page.tsx';
import { Loaded } from '../../parts/states.tsx';
import { useRead } from '../../reads.ts';
import { useSession } from '../../session.tsx';
import { useNow } from '../../time.ts';
import { type CheapHours, cheapHours, type PricedSpan } from './cheap-hours.ts';

const DAY_MINUTES = 1440;
const STRIP_HEIGHT = 56;
/** Of the height: what is free can still be seen and pointed at. */
const LOWEST_PERCENT = 8;
const HOURS_MARKED = [0, 6, 12, 18, 24];

/** What a kilowatt-hour costs now, when it is cheap, and the day as a strip. */
export function PriceOfDay({ meter }: { readonly meter: string }): ReactNode {
  const words = useWords(HOME_WORDS);
  const { utility } = useSession();
  const civil = civilOf(useNow(), utility.zone);
  const { price } = useFormat();
  const week = useRead<TariffWeekJson>(`/meters/${meter}/tariff-week`, { query: { from: civil.date } });
  return (
    <Panel title={words.today}>
      <Loaded of={week}>
        {(data) => {
          if (data.table === undefined)
            return (
              <Text size="sm" className="quiet">
                {words.noTariff}
              </Text>
            );
          const hours = cheapHours(data, civil);
          return (
            <>
              {hours.now !== undefined && <Text fw={600}>{fill(words.priceNow, price(hours.now.price))}</Text>}
              <NextCheap hours={hours} today={civil.date} />
              <Strip spans={hours.spans.filter(({ date }) => date === civil.date)} minute={civil.minute} />
            </>
          );
        }}
      </Loaded>
    </Panel>
  );
}

function NextCheap({ hours, today }: { readonly hours: CheapHours; readonly today: string }): ReactNode {
  const words = useWords(HOME_WORDS);
  const { price, date } = useFormat();
  const { isFlat, cheapUntil, next } = hours;
  return (
    <Text size="sm" component="div">
      {cheapUntil !== undefined && <div>{fill(words.cheapNow, clockText(cheapUntil))}</div>}
      {isFlat && words.flat}
      {next === undefined
        ? !isFlat && cheapUntil === undefined && words.cheapNone
        : next.date === today
          ? fill(words.cheapNext, clockText(next.from), clockText(next.to), price(next.price))
          : fill(words.cheapNextOn, date(next.date), clockText(next.from), clockText(next.to), price(next.price))}
    </Text>
  );
}

/** The day from midnight to midnight: the higher, the dearer; full where it is cheap; a line where the day is now. */
function Strip({ spans, minute }: { readonly spans: readonly PricedSpan[]; readonly minute: number }): ReactNode {
  const words = useWords(HOME_WORDS);
  const { price } = useFormat();
  const highest = Math.max(1, ...spans.map((span) => Number(span.price)));
  const share = (minutes: number) => `${(minutes / DAY_MINUTES) * 100}%`;
  return (
    <div style={{ marginTop: 12 }}>
      <ol aria-label={words.stripLabel} className="day-strip" style={{ height: STRIP_HEIGHT }}>
        {spans.map((span) => {
          const text = fill(words.stripHour, clockText(span.from), clockText(span.to), price(span.price));
          return (
            <li
              key={span.from}
              title={text}
              data-cheap={span.isCheap || undefined}
              style={{
                ...{ left: share(span.from), width: share(span.to - span.from) },
                height: `${Math.max(LOWEST_PERCENT, (Number(span.price) / highest) * 100)}%`,
              }}
            >
              <span className="unseen">{text}</span>
            </li>
          );
        })}
        <li aria-hidden="true" className="day-strip-now" style={{ left: share(minute) }} />
      </ol>
      <Group justify="space-between" aria-hidden="true">
        {HOURS_MARKED.map((hour) => (
          <Text key={hour} size="xs" className="quiet">
            {clockText(hour * 60)}
          </Text>
        ))}
      </Group>
    </div>
  );
}
