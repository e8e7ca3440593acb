import { Text } from '@mantine/core';
import { Cpu, Server, ShieldCheck } from 'lucide-react';
import type { ReactNode } from 'react';
import type { ExchangeJson } from '../../../api/index.ts';
import { EXCHANGE_WORDS, fill } from '../../../words/index.ts';
import { useWords } from '../../locale.tsx';
import { Seconds } from '../../parts/figures.tsx';
import { FrameBytes } from './frame-bytes.tsx';
import './passes.css';

type Pass = ExchangeJson['passes'][number];

const SIGNS: Readonly<Record<Pass['message'], string>> = {
  ...{ first: 'M1', second: 'M2', third: 'M3', fourth: 'M4', refusal: 'M5', unknown: '?' },
};

/** The messages between two columns, with the local unit as a wall of glass: they go through, and it sees no inside. */
export function Passes({ exchange }: { readonly exchange: ExchangeJson }): ReactNode {
  const words = useWords(EXCHANGE_WORDS);
  const { passes, outcome, localUnit, meter, purpose } = exchange;
  return (
    <section className="exchange" aria-label={words.passes}>
      <div className="exchange-glass" aria-hidden />
      <header className="exchange-heads">
        <div className="exchange-side">
          <Server size={18} aria-hidden />
          <Text fw={640}>{words.host}</Text>
          <Text size="xs" className="quiet">
            {words.hostNote}
          </Text>
        </div>
        <div className="exchange-wall">
          <Text size="sm" fw={600}>
            {fill(words.wall, localUnit)}
          </Text>
          <Text size="xs" className="quiet">
            {purpose === 'monitoring' ? words.wallMonitoring : words.wallNote}
          </Text>
        </div>
        <div className="exchange-side">
          <Cpu size={18} aria-hidden />
          <Text fw={640}>{fill(words.meter, meter)}</Text>
          <Text size="xs" className="quiet">
            {words.meterNote}
          </Text>
        </div>
      </header>
      <ol className="exchange-passes">
        {passes.map((pass, nth) => (
          <PassRow key={`${pass.at}${String(nth)}`} pass={pass} before={passes[nth - 1]} exchange={exchange} />
        ))}
      </ol>
      {outcome === undefined && (
        <div className="exchange-awaited" role="status">
          <i aria-hidden />
          <Text size="sm">{words.awaited}</Text>
        </div>
      )}
    </section>
  );
}

interface PassRowProps {
  readonly pass: Pass;
  readonly before: Pass | undefined;
  readonly exchange: ExchangeJson;
}

function PassRow({ pass, before, exchange }: PassRowProps): ReactNode {
  const words = useWords(EXCHANGE_WORDS);
  const isValue = exchange.amount !== undefined && pass.message === 'third';
  const isRefused = pass.refused !== undefined;
  const isUnheard = pass === exchange.passes.at(-1) && pass.from === 'host' && exchange.outcome?.name === 'no-answer';
  const receiver = pass.from === 'host' ? words.meterAs : words.hostAs;
  return (
    <li className={`exchange-pass from-${pass.from}${isRefused ? ' is-refused' : ''}${isUnheard ? ' is-unheard' : ''}`}>
      <article className="exchange-sent surface">
        <Text size="sm" fw={600}>
          <span className="exchange-sign">{SIGNS[pass.message]}</span> {words.messages[pass.message]}
        </Text>
        <FrameBytes pass={pass} isValue={isValue} />
        {(pass.attempts > 1 || pass.parts > 1) && (
          <Text size="xs" className="quiet" mt={6}>
            {[
              pass.attempts > 1 ? fill(words.sent, pass.attempts) : '',
              pass.parts > 1 ? fill(words.parts, pass.parts) : '',
            ]
              .filter((text) => text !== '')
              .join(' · ')}
          </Text>
        )}
      </article>
      <Way pass={pass} before={before} isValue={isValue} isBroken={isRefused || isUnheard} />
      <div className="exchange-got">
        {isUnheard ? (
          <Text size="sm">{words.unheard}</Text>
        ) : isRefused || (pass.proves.length === 0 && pass.knows.length === 0) ? (
          <Text size="sm" role="note">
            {pass.refused !== undefined && (
              <b>{fill(words.refusedBy, words.rules[pass.refused as keyof typeof words.rules] ?? pass.refused)}. </b>
            )}
            {pass.message === 'refusal' ? words.anybody : words.nothing}
          </Text>
        ) : (
          <>
            <Text size="xs" className="quiet" fw={600}>
              {words.proves}
            </Text>
            <ul className="exchange-proofs">
              {pass.proves.map((proof) => (
                <li key={proof}>
                  <ShieldCheck size={14} aria-hidden />
                  <span>{words.provesOf[proof]}</span>
                </li>
              ))}
            </ul>
            <Text size="xs" className="quiet" fw={600} mt={8}>
              {fill(words.knows, receiver)}
            </Text>
            <Text size="sm">{pass.knows.map((fact) => words.knowsOf[fact]).join(', ')}</Text>
          </>
        )}
      </div>
    </li>
  );
}

interface WayProps {
  readonly pass: Pass;
  readonly before: Pass | undefined;
  readonly isValue: boolean;
  readonly isBroken: boolean;
}

/** The way through the wall, and how long after the message before. One that was refused, or that nobody answered, breaks off. */
function Way({ pass, before, isValue, isBroken }: WayProps): ReactNode {
  const words = useWords(EXCHANGE_WORDS);
  const ms = before === undefined ? undefined : Date.parse(pass.at) - Date.parse(before.at);
  return (
    <div className="exchange-way">
      <svg viewBox="0 0 200 24" preserveAspectRatio="none" aria-hidden="true">
        <line x1="0" y1="12" x2="200" y2="12" strokeDasharray={isBroken ? '6 6' : undefined} />
      </svg>
      <i className={`exchange-packet${isValue ? ' is-value' : ''}`} aria-hidden />
      <i className="exchange-tip" aria-hidden />
      <Text size="xs" className="quiet exchange-time" component="span">
        {ms === undefined ? ' ' : ms < 5 ? words.atOnce : <After ms={ms} />}
      </Text>
    </div>
  );
}

function After({ ms }: { readonly ms: number }): ReactNode {
  const { after } = useWords(EXCHANGE_WORDS);
  const [front, back] = after.split('{}');
  return (
    <>
      {front}
      <Seconds ms={ms} />
      {back}
    </>
  );
}
