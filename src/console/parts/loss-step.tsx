import { Select, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { LossAlarmJson } from '../../api/index.ts';
import { LOSSES_WORDS, SUSPECT_WORDS } from '../../words/index.ts';
import { useWords } from '../locale.tsx';

type State = LossAlarmJson['state'];
type Finding = NonNullable<LossAlarmJson['steps'][number]['finding']>;
const FINDINGS: readonly Finding[] = ['theft', 'fault', 'expected', 'nothing'];
const STEPS = ['seen', 'visited', 'closed'] as const satisfies readonly State[];
export type LossStep = (typeof STEPS)[number];

/** The steps that an alarm can still take which has taken these. */
export function lossStepsLeft(taken: readonly State[]): readonly LossStep[] {
  const order: readonly State[] = ['new', ...STEPS];
  const last = Math.max(...taken.map((state) => order.indexOf(state)));
  return STEPS.filter((state) => order.indexOf(state) > last);
}

/**
 * What somebody says of a step: a note, and to close it the finding and the meter where it was found.
 * @param meters that can be named; nothing is asked where there is none
 * @param first the one that is named if nobody chooses
 */
export function useLossStep(
  state: LossStep,
  meters: readonly string[],
  first?: string,
): { readonly body: object; readonly fields: ReactNode } {
  const words = useWords(LOSSES_WORDS);
  const where = useWords(SUSPECT_WORDS);
  const [note, setNote] = useState('');
  const [finding, setFinding] = useState<Finding>('theft');
  const [meter, setMeter] = useState<string | null>(first ?? null);
  const closing = { finding, ...(meter !== null && { meter }) };
  const fields = (
    <>
      {state === 'closed' && (
        <Select
          label={words.finding}
          allowDeselect={false}
          data={FINDINGS.map((value) => ({ value, label: words.findings[value] }))}
          value={finding}
          onChange={(value) => setFinding(value as Finding)}
        />
      )}
      {state === 'closed' && meters.length > 0 && (
        <Select
          label={where.whichMeter}
          placeholder={where.noMeter}
          clearable
          data={meters}
          value={meter}
          onChange={setMeter}
        />
      )}
      <TextInput
        label={words.notes}
        maxLength={1_000}
        value={note}
        onChange={({ currentTarget }) => setNote(currentTarget.value)}
      />
    </>
  );
  return { body: { state, note: note.trim(), ...(state === 'closed' && closing) }, fields };
}
