import { Text, VisuallyHidden } from '@mantine/core';
import { type CSSProperties, type ReactNode, useState } from 'react';
import type { PanelJson } from '../../../api/index.ts';
import { PANEL_WORDS, type PanelWords, type PartNumber } from '../../../words/index.ts';
import { useWords } from '../../locale.tsx';
import { Drawing, HEIGHT, WIDTH } from './drawing.tsx';
import { glassText } from './glass-text.ts';
import { Keypad } from './keypad.tsx';
import type { Action } from './use-panel.ts';

interface CaseProps {
  readonly panel: PanelJson;
  readonly act: (action: Action) => void;
  /** Lifts the cap or puts it back; whoever lifts it first is asked whether they are sure. */
  readonly turnCover: () => void;
}

/** The meter from the front, as FIG. 7 has it: each part has its number, which says what it is for, and can be touched. */
export function Case({ panel, act, turnCover }: CaseProps): ReactNode {
  const words = useWords(PANEL_WORDS);
  const [shown, setShown] = useState<PartNumber>();
  return (
    <figure style={{ margin: 0 }}>
      <section className="panel-meter" aria-label={words.drawing}>
        <Drawing panel={panel}>
          {PARTS.map(({ number, x, y, to, lifted = to }) => {
            const [x2, y2] = panel.cover === 'lifted' ? lifted : to;
            return <line key={number} className="panel-leader" x1={x} y1={y} x2={x2} y2={y2} />;
          })}
        </Drawing>
        <VisuallyHidden>{glassText(panel.display, words)}</VisuallyHidden>
        {sightsOf(panel, words).map(({ number, says, at }) => (
          <span
            key={number}
            role="img"
            className="panel-sight"
            style={over(at)}
            aria-label={`${number} ${words.parts[number].name}. ${says}`}
          />
        ))}
        {holdsOf({ panel, act, turnCover, words }).map(({ id, number, does, at, isOn, isDead, touch }) => (
          <button
            key={id}
            type="button"
            className="panel-hold"
            style={over(at)}
            aria-label={`${number} ${words.parts[number].name}: ${does}`}
            aria-pressed={isOn}
            title={does}
            disabled={isDead}
            onClick={touch}
            onPointerEnter={() => setShown(number)}
            onFocus={() => setShown(number)}
          />
        ))}
        <Keypad press={(key) => act({ press: key })} />
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

/** In the measures of the drawing. */
type Box = readonly [x: number, y: number, width: number, height: number];

const over = ([x, y, width, height]: Box): CSSProperties => ({
  left: `${(100 * x) / WIDTH}%`,
  top: `${(100 * y) / HEIGHT}%`,
  width: `${(100 * width) / WIDTH}%`,
  height: `${(100 * height) / HEIGHT}%`,
});

interface Sight {
  readonly number: PartNumber;
  readonly says: string;
  readonly at: Box;
}

/** Parts that nobody can touch: how they stand, in words for those who do not see it. */
function sightsOf(panel: PanelJson, words: PanelWords): readonly Sight[] {
  const isOpen = panel.supplies.some(({ open }) => open);
  const isSounding = panel.buzzer && panel.power;
  return [
    { number: '1', says: isOpen ? words.relayOpen : words.relayClosed, at: [90, 434, 190, 70] },
    { number: '4', says: isSounding ? words.buzzing : words.silent, at: [76, 280, 56, 52] },
    { number: '62', says: panel.dismantled ? words.sealBroken : words.sealWhole, at: [506, 550, 40, 46] },
  ];
}

interface Hold {
  /** It stays what it is while what it does changes: whoever is at it by keyboard stays there. */
  readonly id: string;
  readonly number: PartNumber;
  readonly does: string;
  readonly at: Box;
  /** Of what stays as it was put, whether it is. */
  readonly isOn?: boolean;
  readonly isDead?: boolean;
  readonly touch: () => void;
}

interface Hands extends CaseProps {
  readonly words: PanelWords;
}

/** Parts that are touched in the drawing itself, beside the keys. */
function holdsOf({ panel, act, turnCover, words }: Hands): readonly Hold[] {
  const isLifted = panel.cover === 'lifted';
  const { interphone } = words;
  return [
    { id: 'glass', number: '17', does: words.keys.page, at: [80, 84, 480, 174], touch: () => act({ press: 'page' }) },
    {
      ...{ id: 'intercom', number: '20' },
      does: panel.interphone.state === 'idle' ? interphone.call : interphone.hangUp,
      at: [132, 288, 136, 136],
      isDead: !panel.power,
      touch: () => act({ press: 'call' }),
    },
    ...cardsOf(panel, act, words),
    {
      ...{ id: 'cap', number: '64' },
      does: isLifted ? words.coverClose : words.cover,
      at: isLifted ? [76, 642, 488, 54] : [76, 516, 488, 126],
      touch: turnCover,
    },
    {
      ...{ id: 'wire', number: '66' },
      does: words.bypass,
      at: isLifted ? [84, 528, 472, 104] : [120, 664, 380, 62],
      isOn: panel.bypass,
      touch: () => act({ bypass: !panel.bypass }),
    },
  ];
}

const SLIT: Box = [586, 112, 62, 136];
const BESIDE_SLIT: Box = [600, 306, 56, 38];

/** One card is in the slit at a time: it is taken there, and what lies at hand goes in while there is none. */
function cardsOf({ card, bankCard }: PanelJson, act: CaseProps['act'], words: PanelWords): readonly Hold[] {
  const [lives, pays] = [
    { id: 'purse-card', number: '60' },
    { id: 'bank-card', number: '60' },
  ] as const;
  if (card?.where === 'slot') return [{ ...lives, does: words.cardOut, at: SLIT, touch: () => act({ card: 'hand' }) }];
  if (bankCard.where === 'slot')
    return [{ ...pays, does: words.bankCardOut, at: SLIT, touch: () => act({ bankCard: 'hand' }) }];
  const isAlone = card?.where !== 'hand';
  const payHere = () => act({ bankCard: 'slot' });
  const bank: Hold = { ...pays, does: words.bankCardIn, at: isAlone ? SLIT : BESIDE_SLIT, touch: payHere };
  // What goes in by a touch of the slit itself is the card of those who live there, if it is at hand.
  return isAlone ? [bank] : [{ ...lives, does: words.cardIn, at: SLIT, touch: () => act({ card: 'slot' }) }, bank];
}

interface PartPlace {
  readonly number: PartNumber;
  readonly x: number;
  readonly y: number;
  /** Where the part itself is. */
  readonly to: readonly [x: number, y: number];
  /** Where it is while the cap is lifted, if elsewhere. */
  readonly lifted?: readonly [x: number, y: number];
}

const PARTS: readonly PartPlace[] = [
  { number: '17', x: 22, y: 170, to: [80, 170] },
  { number: '4', x: 22, y: 286, to: [90, 304] },
  { number: '20', x: 22, y: 372, to: [133, 358] },
  { number: '1', x: 22, y: 470, to: [90, 470] },
  { number: '66', x: 22, y: 690, to: [124, 612] },
  { number: '60', x: 638, y: 70, to: [604, 126] },
  { number: '21', x: 638, y: 386, to: [528, 386] },
  { number: '64', x: 638, y: 522, to: [560, 532], lifted: [560, 668] },
  { number: '62', x: 638, y: 590, to: [542, 580] },
];
