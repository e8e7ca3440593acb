import type { ReactNode } from 'react';
import type { PanelJson } from '../../../api/index.ts';
import { PANEL_WORDS } from '../../../words/index.ts';
import { useWords } from '../../locale.tsx';
import { type Place, placesOf, SEGMENTS, type Segment } from './segments.ts';

const PLACES = 9;
const PLACE_WIDTH = 40;
const DIGITS = { x: 14, y: 42 };

const PAGES = ['balance', 'transmission', 'power', 'energy', 'month', 'rate', 'time-left', 'card'] as const;
const UNITS = ['tokens', 'W', 'kWh', '%', 'h', 'days'] as const;
const SIGNS = ['relayOpen', 'lowBalance', 'emergencyCredit', 'waiting', 'tamper'] as const;

/** The liquid crystal display, 460 by 154: what is not lit stays to be seen as its ghost. */
export function Glass({ display }: { readonly display: PanelJson['display'] }): ReactNode {
  const words = useWords(PANEL_WORDS);
  const places = display && placesOf(display.text, PLACES);
  const blank = placesOf('', PLACES) ?? [];
  const page = display?.keying === false ? display.page : undefined;
  const isLit = (sign: (typeof SIGNS)[number]) => display?.signs.includes(sign) === true;
  return (
    <svg x="90" y="94" width="460" height="154" aria-hidden>
      <rect className="panel-glass" width="460" height="154" rx="4" />
      {PAGES.map((each, i) => (
        <Mark key={each} isLit={page === each} x={14 + (i % 8) * 55} y={22}>
          {words.pages[each]}
        </Mark>
      ))}
      <Mark isLit={display?.keying === true} x={388} y={52}>
        {words.request}
      </Mark>
      {(places ?? blank).map((place) => (
        <Digit key={place.nth} place={place} x={DIGITS.x + place.nth * PLACE_WIDTH} y={DIGITS.y} />
      ))}
      {display !== undefined && places === undefined && (
        <text className="panel-lit panel-line" x={DIGITS.x} y={DIGITS.y + 42}>
          {display.text}
        </text>
      )}
      {UNITS.map((each, i) => (
        <Mark key={each} isLit={display?.unit === each} x={388 + (i % 2) * 36} y={74 + Math.floor(i / 2) * 18}>
          {words.units[each]}
        </Mark>
      ))}
      {isMoney(display?.unit) && (
        <Mark isLit x={388} y={126}>
          {display?.unit ?? ''}
        </Mark>
      )}
      {SIGNS.map((each, i) => (
        <Mark key={each} isLit={isLit(each)} x={14 + i * 90} y={142}>
          {words.signs[each]}
        </Mark>
      ))}
    </svg>
  );
}

/** The letters of a currency stand there while they are lit alone: nobody knows them before the meter does. */
const isMoney = (unit = ''): boolean => /^[A-Z]{3}$/.test(unit);

interface MarkProps {
  readonly isLit: boolean;
  readonly x: number;
  readonly y: number;
  readonly children: string;
}

const Mark = ({ isLit, x, y, children }: MarkProps): ReactNode => (
  <text className={isLit ? 'panel-mark panel-lit' : 'panel-mark panel-ghost'} x={x} y={y}>
    {children}
  </text>
);

/** Where the segments of a digit are, in a cell of 34 by 72. */
const SHAPES: Readonly<Record<Segment, string>> = {
  a: '5,0 29,0 24,6 10,6',
  b: '30,2 30,34 27,36 24,32 24,8',
  c: '30,38 30,70 24,64 24,40 27,36',
  d: '10,66 24,66 29,72 5,72',
  e: '4,38 7,36 10,40 10,64 4,70',
  f: '4,2 10,8 10,32 7,36 4,34',
  g: '8,36 11,33 23,33 26,36 23,39 11,39',
};

function Digit({ place, x, y }: { readonly place: Place; readonly x: number; readonly y: number }): ReactNode {
  const classOf = (isLit: boolean) => (isLit ? 'panel-lit' : 'panel-ghost');
  return (
    <g transform={`translate(${x + 8} ${y}) skewX(-6)`}>
      {SEGMENTS.map((segment) => (
        <polygon key={segment} className={classOf(place.lit.has(segment))} points={SHAPES[segment]} />
      ))}
      <rect className={classOf(place.point)} x="33" y="66" width="5" height="6" />
    </g>
  );
}
