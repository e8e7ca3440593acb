import type { ReactNode } from 'react';
import type { TariffWeekJson } from '../../../api/index.ts';
import { METER_WORDS } from '../../../words/index.ts';
import { useFormat, useWords } from '../../locale.tsx';
import './week.css';

const MINUTES = 1_440;
/** From here on a step has room for its number. */
const ROOM = 0.6;

/** Seven days of steps: the higher a step, the dearer, with its percent, without the sign, written in it. */
export function Week({ days }: Pick<TariffWeekJson, 'days'>): ReactNode {
  const words = useWords(METER_WORDS);
  const format = useFormat();
  const { day } = format;
  const dearest = Math.max(1, ...days.flatMap(({ spans }) => spans.map(({ percent }) => percent)));
  return (
    <div className="week-scroll">
      <ul className="week" aria-label={words.tabs.tariff}>
        {days.map(({ date, start, holiday, season, spans }) => (
          <li key={date} className="week-day">
            <div className="week-name">
              {day(start)}
              <span className="quiet">{holiday ? words.holiday : season}</span>
            </div>
            <div className="week-hours">
              {spans.map(({ from, to, percent, band }) => (
                <div
                  key={from}
                  className="week-span"
                  style={{ left: `${(from / MINUTES) * 100}%`, width: `${((to - from) / MINUTES) * 100}%` }}
                  title={`${clock(from)}–${clock(to)} · ${format.percent(percent)}${band === undefined ? '' : ` · ${band}`}`}
                >
                  <i style={{ height: `${(percent / dearest) * 100}%` }} />
                  <b style={percent / dearest < ROOM ? { bottom: `${(percent / dearest) * 100}%` } : {}}>{percent}</b>
                </div>
              ))}
            </div>
          </li>
        ))}
        <li className="week-day" aria-hidden>
          <span />
          <div className="week-clock">
            {['00', '06', '12', '18', '24'].map((hour) => (
              <span key={hour}>{hour}</span>
            ))}
          </div>
        </li>
      </ul>
    </div>
  );
}

const clock = (minute: number): string =>
  [Math.floor(minute / 60), minute % 60].map((part) => String(part).padStart(2, '0')).join(':');
