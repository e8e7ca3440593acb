import { SimpleGrid, Text, Timeline } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link, useParams } from 'react-router';
import type { CallJson } from '../../../api/index.ts';
import { fill, LANGUAGE_NAMES, PHONE_CALL_WORDS } from '../../../words/index.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { OwnClock, useActedAt } from '../../parts/clocks.tsx';
import { Page, Panel } from '../../parts/page.tsx';
import { Facts } from '../../parts/rows.tsx';
import { Loaded } from '../../parts/states.tsx';
import { useRead } from '../../reads.ts';
import { useMay } from '../../session.tsx';
import { CallState } from './call-state.tsx';
import { CalledBack } from './called-back.tsx';

/** One call, live or past: who, by what, and each step with its time. */
export function CallPage(): ReactNode {
  const { call: id = '' } = useParams();
  const read = useRead<CallJson>(`/calls/${encodeURIComponent(id)}`, { live: true });
  return <Loaded of={read}>{(call) => <Told call={call} />}</Loaded>;
}

function Told({ call }: { readonly call: CallJson }): ReactNode {
  const words = useWords(PHONE_CALL_WORDS);
  const { exact, duration } = useFormat();
  const actedAt = useActedAt(words.when);
  const { begunAt, endedAt, meter, language, callBack } = call;
  const from = call.from === undefined ? words.withheld : `+${call.from}`;
  return (
    <Page isNarrow title={fill(words.title, from)} actions={<CalledBack call={call} />}>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md" style={{ alignItems: 'start' }}>
        <Panel title={words.facts}>
          <Facts
            of={[
              { label: words.state, value: <CallState state={call.state} /> },
              {
                label: words.meter,
                value: meter === undefined ? words.guest : <Link to={`/meters/${meter}`}>{meter}</Link>,
              },
              { label: words.carrier, value: words.carriers[call.carrier] },
              language !== undefined && { label: words.language, value: LANGUAGE_NAMES[language] },
              { label: actedAt, value: exact(begunAt) },
              {
                label: words.length,
                value: endedAt === undefined ? words.goesOn : duration(Date.parse(endedAt) - Date.parse(begunAt)),
              },
              callBack !== undefined && { label: words.callBack, value: `+${callBack}` },
            ]}
          />
        </Panel>
        <Panel title={words.stepsTitle}>
          <Text size="sm" className="quiet" mb="md">
            {words.stepsNote} <OwnClock />
          </Text>
          <Steps call={call} />
        </Panel>
      </SimpleGrid>
    </Page>
  );
}

function Steps({ call: { steps, endedAt } }: { readonly call: CallJson }): ReactNode {
  const words = useWords(PHONE_CALL_WORDS);
  const { exact } = useFormat();
  const keys = keysOf(steps);
  const mayPayments = useMay('listPayments') !== undefined;
  return (
    <Timeline bulletSize={12} lineWidth={2} color="ink">
      {steps.map(({ name, at, payment, by }, i) => (
        <Timeline.Item key={keys[i]} title={<Text size="sm">{words.steps[name]}</Text>}>
          <Text size="xs" className="quiet">
            {exact(at)}
            {by !== undefined && ` · ${by}`}
          </Text>
          {payment !== undefined && mayPayments && (
            <Text size="xs">
              <Link to={`/payments/${encodeURIComponent(payment)}`}>{words.payment}</Link>
            </Text>
          )}
        </Timeline.Item>
      ))}
      {endedAt === undefined && <Timeline.Item title={<Text size="sm">{words.goesOn}</Text>} />}
    </Timeline>
  );
}

/** Steps are only ever added at the end, and two at one instant may have one name. */
const keysOf = (steps: CallJson['steps']): string[] => steps.map(({ name }, i) => `${i} ${name}`);
