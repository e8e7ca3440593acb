import { Text, VisuallyHidden } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { PanelJson } from '../../../api/index.ts';
import { PANEL_WORDS, type PartNumber } from '../../../words/index.ts';
import { useWords } from '../../locale.tsx';
import { Glass } from './glass.tsx';
import { glassText } from './glass-text.ts';
import { Keypad } from './keypad.tsx';

const WIDTH = 660;
const HEIGHT = 730;

interface CaseProps {
  readonly panel: PanelJson;
  readonly press: (key: string) => void;
}

/** The meter from the front, as FIG. 7 has it: each part has its number, which says what it is for. */
export function Case({ panel, press }: CaseProps): ReactNode {
  const words = useWords(PANEL_WORDS);
  const [shown, setShown] = useState<PartNumber>();
  const isLifted = panel.cover === 'lifted';
  return (
    <figure style={{ margin: 0 }}>
      <section className="panel-meter" aria-label={words.drawing}>
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden>
          <Wires isBypassed={panel.bypass && !isLifted} />
          <Housing number={panel.meter} />
          <Glass display={panel.display} />
          <Grille />
          <Slit hasCard={panel.card?.where === 'slot' || panel.bankCard.where === 'slot'} />
          <Terminals />
          {isLifted && panel.bypass && <path className="panel-bypass" d="M150 610 C150 660 470 660 470 610" />}
          <Cap isLifted={isLifted} isBroken={panel.dismantled} />
          {PARTS.map(({ number, x, y, to }) => (
            <line key={number} className="panel-leader" x1={x} y1={y} x2={to[0]} y2={to[1]} />
          ))}
        </svg>
        <VisuallyHidden>{glassText(panel.display, words)}</VisuallyHidden>
        <Keypad press={press} />
        {PARTS.map(({ number, x, y }) => (
          <button
            key={number}
            type="button"
            className="panel-part"
            data-shown={shown === number}
            style={{ left: `${(100 * x) / WIDTH}%`, top: `${(100 * y) / HEIGHT}%` }}
            aria-label={`${number} ${words.parts[number].name}: ${words.parts[number].text}`}
            onPointerEnter={() => setShown(number)}
            onFocus={() => setShown(number)}
          >
            {number}
          </button>
        ))}
      </section>
      <Text component="figcaption" size="sm" mih={66} px="xs">
        {shown === undefined ? (
          <span className="quiet">{words.pointAt}</span>
        ) : (
          <>
            <b>
              {shown} · {words.parts[shown].name}
            </b>
            <br />
            {words.parts[shown].text}
          </>
        )}
      </Text>
    </figure>
  );
}

function Housing({ number }: { readonly number: string }): ReactNode {
  return (
    <g>
      <rect className="panel-body" x="50" y="20" width="540" height="640" rx="22" />
      <path className="panel-high" d="M54 636 V42 a18 18 0 0 1 18 -18 H570" />
      <rect className="panel-low" x="64" y="34" width="512" height="612" rx="14" />
      <rect className="panel-high" x="66" y="36" width="508" height="608" rx="13" />
      <text className="panel-plate" x="90" y="68" fontWeight="700">
        WATTPURSE
      </text>
      <text className="panel-plate" x="550" y="68" textAnchor="end">
        {number}
      </text>
      <rect className="panel-bezel" x="80" y="84" width="480" height="174" rx="8" />
      <rect className="panel-high" x="79" y="83" width="482" height="176" rx="9" />
      <path className="panel-low" d="M66 272 H574" />
      <path className="panel-high" d="M66 274 H574" />
    </g>
  );
}

const ROWS = [-3, -2, -1, 0, 1, 2, 3];
const GRILLE_RADIUS = 3.4;

/** Of the intercom: a disc of holes. */
const Grille = (): ReactNode => (
  <g transform="translate(178 386)">
    <circle className="panel-high" r="84" />
    <circle className="panel-low" r="82" />
    {ROWS.flatMap((row) =>
      ROWS.filter((column) => Math.hypot(row, column) <= GRILLE_RADIUS).map((column) => (
        <circle key={`${row} ${column}`} className="panel-hole" cx={column * 20} cy={row * 20} r="5.5" />
      )),
    )}
  </g>
);

/** A card that is in stands out of it, so that it can be taken. */
const Slit = ({ hasCard }: { readonly hasCard: boolean }): ReactNode => (
  <g>
    <path className="panel-body" d="M590 116 h14 a8 8 0 0 1 8 8 v112 a8 8 0 0 1 -8 8 h-14 z" />
    <rect className="panel-hole" x="597" y="128" width="6" height="104" rx="3" />
    {hasCard && (
      <>
        <rect className="panel-card" x="599" y="134" width="44" height="92" rx="4" />
        <rect className="panel-brass" x="612" y="168" width="16" height="20" rx="3" />
      </>
    )}
  </g>
);

const TERMINALS = [
  { name: '1s', x: 150 },
  { name: '2s', x: 256 },
  { name: '2L', x: 364 },
  { name: '1L', x: 470 },
] as const;

const Wires = ({ isBypassed }: { readonly isBypassed: boolean }): ReactNode => (
  <g>
    {TERMINALS.map(({ name, x }) => (
      <path key={name} className="panel-wire" d={`M${x} 600 V724`} />
    ))}
    {isBypassed && <path className="panel-bypass" d="M150 690 C150 722 470 722 470 690" />}
  </g>
);

const Terminals = (): ReactNode => (
  <g>
    <rect className="panel-bezel" x="84" y="528" width="472" height="104" rx="6" />
    {TERMINALS.map(({ name, x }) => (
      <g key={name}>
        <rect className="panel-brass" x={x - 26} y="556" width="52" height="62" rx="4" />
        <circle className="panel-body" cx={x} cy="586" r="14" />
        <path className="panel-low" d={`M${x - 9} 586 h18`} />
        <text className="panel-plate" x={x} y="549" textAnchor="middle">
          {name}
        </text>
      </g>
    ))}
  </g>
);

/** Lifted, only its outline is there; the wire of its seal stays cut once it was. */
function Cap({ isLifted, isBroken }: { readonly isLifted: boolean; readonly isBroken: boolean }): ReactNode {
  return (
    <g>
      {isLifted ? (
        <rect className="panel-cap-off" x="76" y="516" width="488" height="126" rx="10" />
      ) : (
        <>
          <rect className="panel-cap" x="76" y="516" width="488" height="126" rx="10" />
          <path className="panel-high" d="M80 632 V526 a6 6 0 0 1 6 -6 H554" />
          {[0, 1, 2].map((rib) => (
            <path key={rib} className="panel-low" d={`M150 ${552 + rib * 27} H470`} />
          ))}
          <circle className="panel-hole" cx="108" cy="579" r="9" />
          <path className="panel-high" d="M102 579 h12" />
        </>
      )}
      <g transform="translate(526 579)">
        {isBroken ? (
          <path className="panel-bypass" strokeWidth="2.5" d="M-16 -26 l5 14 M14 -24 l-4 12" />
        ) : (
          <path className="panel-low" d="M-10 -8 C-26 -40 26 -40 10 -8" />
        )}
        <circle className="panel-brass" r="15" />
        <path className="panel-low" d="M-7 0 h14 M0 -7 v14" />
      </g>
    </g>
  );
}

interface PartPlace {
  readonly number: PartNumber;
  readonly x: number;
  readonly y: number;
  /** Where the part itself is. */
  readonly to: readonly [x: number, y: number];
}

const PARTS: readonly PartPlace[] = [
  { number: '17', x: 22, y: 170, to: [80, 170] },
  { number: '20', x: 22, y: 386, to: [95, 386] },
  { number: '66', x: 22, y: 690, to: [124, 612] },
  { number: '60', x: 638, y: 70, to: [604, 126] },
  { number: '21', x: 638, y: 386, to: [528, 386] },
  { number: '64', x: 638, y: 522, to: [560, 532] },
  { number: '62', x: 638, y: 590, to: [542, 580] },
];
