import type { ReactNode } from 'react';
import type { PanelJson } from '../../../api/index.ts';
import { Glass } from './glass.tsx';

export const WIDTH = 660;
export const HEIGHT = 730;

interface DrawingProps {
  readonly panel: PanelJson;
  /** The numbers of the parts, which are led to them. */
  readonly children: ReactNode;
}

/** What is seen of the meter: it is told to those who do not see by what stands over it. */
export function Drawing({ panel, children }: DrawingProps): ReactNode {
  const isLifted = panel.cover === 'lifted';
  const inSlit = panel.card?.where === 'slot' || panel.bankCard.where === 'slot';
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden>
      <Wires isBypassed={panel.bypass && !isLifted} />
      <Housing number={panel.meter} />
      <Glass display={panel.display} />
      <Buzzer isSounding={panel.buzzer && panel.power} />
      <Grille isCalling={panel.interphone.state !== 'idle'} />
      <Relays supplies={panel.supplies} />
      <Slit hasCard={inSlit} />
      {panel.card?.where === 'hand' && <PurseCard />}
      {panel.bankCard.where === 'hand' && <BankCard />}
      <Terminals />
      <Cap isLifted={isLifted} />
      <Seal isBroken={panel.dismantled} />
      {isLifted && panel.bypass && <path className="panel-bypass" d="M150 610 C150 644 470 644 470 610" />}
      {children}
    </svg>
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

/** It sounds: what one would hear is drawn around it. */
const Buzzer = ({ isSounding }: { readonly isSounding: boolean }): ReactNode => (
  <g transform="translate(104 306)">
    <circle className="panel-low" r="13" />
    <circle className="panel-hole" r="4" />
    {isSounding && (
      <g className="panel-sounding">
        <path d="M-17 -11 A20 20 0 0 0 -17 11 M17 -11 A20 20 0 0 1 17 11" />
        <path d="M-23 -16 A28 28 0 0 0 -23 16 M23 -16 A28 28 0 0 1 23 16" />
      </g>
    )}
  </g>
);

const ROWS = [-3, -2, -1, 0, 1, 2, 3];
const GRILLE_RADIUS = 3.4;

/** Of the intercom: a disc of holes, with a ring around it while somebody calls. */
const Grille = ({ isCalling }: { readonly isCalling: boolean }): ReactNode => (
  <g transform="translate(200 356)">
    <circle className="panel-high" r="68" />
    <circle className={isCalling ? 'panel-calling' : 'panel-low'} r="66" />
    {ROWS.flatMap((row) =>
      ROWS.filter((column) => Math.hypot(row, column) <= GRILLE_RADIUS).map((column) => (
        <circle key={`${row} ${column}`} className="panel-hole" cx={column * 16} cy={row * 16} r="4.5" />
      )),
    )}
  </g>
);

const WINDOW = { x: 90, y: 434, width: 190, height: 70 } as const;

/** Behind its window the contact of the relay of each supply: it falls when it opens. */
const Relays = ({ supplies }: Pick<PanelJson, 'supplies'>): ReactNode => {
  const width = WINDOW.width / supplies.length;
  const [from, to] = [26, width - 26];
  return (
    <g transform={`translate(${WINDOW.x} ${WINDOW.y})`}>
      <rect className="panel-bezel" width={WINDOW.width} height={WINDOW.height} rx="8" />
      <rect className="panel-window" x="4" y="4" width={WINDOW.width - 8} height={WINDOW.height - 8} rx="5" />
      {supplies.map(({ supply, open }, nth) => (
        <g key={supply} transform={`translate(${nth * width} 22)`}>
          <path className="panel-contact" d={`M6 0 H${from} M${to} 0 H${width - 6}`} />
          <path
            className="panel-arm"
            data-open={open}
            style={{ transformOrigin: `${from}px 0px` }}
            d={`M${from} 0 H${to}`}
          />
          <circle className="panel-brass" cx={from} r="7" />
          <path className="panel-contact" d={`M${to} -9 V9`} />
        </g>
      ))}
    </g>
  );
};

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

/** At hand beside the case, with its contacts. */
const PurseCard = (): ReactNode => (
  <g>
    <rect className="panel-card" x="602" y="262" width="52" height="34" rx="4" />
    <rect className="panel-brass" x="609" y="272" width="12" height="14" rx="2" />
  </g>
);

/** At hand too, with the stripe of a bank. */
const BankCard = (): ReactNode => (
  <g>
    <rect className="panel-card" x="602" y="308" width="52" height="34" rx="4" />
    <rect className="panel-stripe" x="603" y="315" width="50" height="7" />
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

/** Lifted, it hangs open by its lower edge. */
const Cap = ({ isLifted }: { readonly isLifted: boolean }): ReactNode => (
  <g className="panel-flap" data-lifted={isLifted}>
    <rect className="panel-cap" x="76" y="516" width="488" height="126" rx="10" />
    <path className="panel-high" d="M80 632 V526 a6 6 0 0 1 6 -6 H554" />
    {[0, 1, 2].map((rib) => (
      <path key={rib} className="panel-low" d={`M150 ${552 + rib * 27} H470`} />
    ))}
    <circle className="panel-hole" cx="108" cy="579" r="9" />
    <path className="panel-high" d="M102 579 h12" />
  </g>
);

/** Its wire stays cut once the cap was lifted. */
const Seal = ({ isBroken }: { readonly isBroken: boolean }): ReactNode => (
  <g transform="translate(526 579)">
    {isBroken ? (
      <path className="panel-bypass" strokeWidth="2.5" d="M-16 -26 l5 14 M14 -24 l-4 12" />
    ) : (
      <path className="panel-low" d="M-10 -8 C-26 -40 26 -40 10 -8" />
    )}
    <circle className="panel-brass" r="15" />
    <path className="panel-low" d="M-7 0 h14 M0 -7 v14" />
  </g>
);
