import type { ReactNode } from 'react';
import type { MeterJson } from '../../../api/index.ts';
import { MOVING_WORDS } from '../../../words/index.ts';
import { useWork } from '../../kept/use-work.ts';
import { workHere } from '../../kept/work.ts';
import { useWords } from '../../locale.tsx';
import { type Move, Moving, pathOf, type UseMoves } from '../../moving/moving.tsx';
import { Panel } from '../../parts/page.tsx';
import { useMay } from '../../session.tsx';
import { useSignal } from '../../signal.ts';

const useMovesKept: UseMoves = (meter, done) =>
  useWork<Move>(
    (move) => ({
      ...{ name: move.name, subject: meter, path: pathOf(meter, move) },
      change: { method: 'POST', body: move.body },
    }),
    done,
  );

/** Whose it is: one moves out before whoever reads the meter, and another in; without network both wait, in that order. */
export function Household({ meter }: { readonly meter: MeterJson }): ReactNode {
  const words = useWords(MOVING_WORDS);
  const mayRead = useMay('listTenancies') !== undefined;
  const waiting = useSignal(workHere).findLast(
    ({ name, subject, state }) =>
      state === 'waiting' && subject === meter.number && (name === 'moveOut' || name === 'moveIn'),
  );
  if (!mayRead) return null;
  return (
    <Panel title={words.title}>
      <Moving
        meter={meter}
        size="md"
        useMoves={useMovesKept}
        later={{ waits: waiting?.name as Move['name'] | undefined }}
      />
    </Panel>
  );
}
