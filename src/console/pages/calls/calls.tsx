import { Stack, Tabs, VisuallyHidden } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link, useSearchParams } from 'react-router';
import type { CallJson } from '../../../api/index.ts';
import { MESSAGE_WORDS, PAGE_NAMES, PHONE_CALL_WORDS } from '../../../words/index.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { When } from '../../parts/figures.tsx';
import { Page, Panel } from '../../parts/page.tsx';
import { DataTable, Rows } from '../../parts/rows.tsx';
import { usePages } from '../../reads.ts';
import { useMay } from '../../session.tsx';
import { TakingPanel } from '../../talk/taking-panel.tsx';
import { useTicking } from '../../time.ts';
import { CallState } from './call-state.tsx';
import { CalledBack } from './called-back.tsx';
import { Messages } from './messages.tsx';

/** Calls by telephone, and what households were told by message. */
export function CallsPage(): ReactNode {
  const words = useWords(PHONE_CALL_WORDS);
  const messages = useWords(MESSAGE_WORDS);
  const names = useWords(PAGE_NAMES);
  const mayMessages = useMay('listMessages') !== undefined;
  const [search, setSearch] = useSearchParams();
  const tab = search.get('tab') === 'messages' ? 'messages' : 'calls';
  return (
    <Page title={names.calls} note={words.note}>
      <Tabs
        value={tab}
        onChange={(chosen) => setSearch(chosen === 'messages' ? { tab: 'messages' } : {})}
        keepMounted={false}
      >
        <Tabs.List mb="md">
          <Tabs.Tab value="calls">{words.calls}</Tabs.Tab>
          {mayMessages && <Tabs.Tab value="messages">{messages.title}</Tabs.Tab>}
        </Tabs.List>
        <Tabs.Panel value="calls">
          <AllCalls />
        </Tabs.Panel>
        <Tabs.Panel value="messages">
          <Messages />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}

/** First who waits for somebody, then who is on the line, then everything. */
function AllCalls(): ReactNode {
  const words = useWords(PHONE_CALL_WORDS);
  const waiting = usePages<CallJson>('/calls', { query: { state: 'wants-person' }, live: true });
  const live = usePages<CallJson>('/calls', { query: { state: 'live' }, live: true });
  const all = usePages<CallJson>('/calls', { live: true });
  const mayTake = useMay('takeCalls') !== undefined;
  return (
    <Stack gap="lg">
      {mayTake && <TakingPanel />}
      <Panel title={words.waitingFor}>
        <Rows of={waiting} waiting={words.waiting} blank={words.waitingForNobody}>
          {(items) => <Calls label={words.waitingFor} items={items} isWaiting />}
        </Rows>
      </Panel>
      <Panel title={words.live}>
        <Rows of={live} waiting={words.waiting} blank={words.noneLive}>
          {(items) => <Calls label={words.live} items={items} />}
        </Rows>
      </Panel>
      <Panel title={words.all}>
        <Rows of={all} waiting={words.waiting} blank={words.none}>
          {(items) => <Calls label={words.all} items={items} />}
        </Rows>
      </Panel>
    </Stack>
  );
}

interface CallsProps {
  readonly label: string;
  readonly items: readonly CallJson[];
  readonly isWaiting?: boolean;
}

/** Calls keep the time of people, also where a demo's runs faster. */
function Calls({ label, items, isWaiting = false }: CallsProps): ReactNode {
  const words = useWords(PHONE_CALL_WORDS);
  const { duration } = useFormat();
  const now = useTicking();
  const lasted = ({ begunAt, endedAt }: CallJson) =>
    duration(Math.max(0, (endedAt === undefined ? now : Date.parse(endedAt)) - Date.parse(begunAt)));
  return (
    <DataTable
      label={label}
      items={items}
      keyOf={({ id }) => id}
      minWidth={isWaiting ? 900 : 780}
      columns={[
        {
          head: words.when,
          cell: ({ id, begunAt }) => (
            <Link to={`/calls/${encodeURIComponent(id)}`}>
              <When at={begunAt} now={now} />
              <VisuallyHidden>, {words.open}</VisuallyHidden>
            </Link>
          ),
        },
        { head: words.state, cell: ({ state }) => <CallState state={state} /> },
        { head: words.from, cell: ({ from }) => (from === undefined ? words.withheld : `+${from}`) },
        {
          head: words.meter,
          cell: ({ meter }) => (meter === undefined ? words.guest : <Link to={`/meters/${meter}`}>{meter}</Link>),
        },
        { head: words.carrier, cell: ({ carrier }) => words.carriers[carrier] },
        {
          head: words.lastStep,
          cell: ({ steps }) => {
            // That a call has ended its state says.
            const last = steps.findLast(({ name }) => name !== 'ended');
            return last && words.steps[last.name];
          },
        },
        isWaiting
          ? {
              head: words.callBack,
              cell: (call) => (
                <>
                  {call.callBack !== undefined && `+${call.callBack} `}
                  <CalledBack call={call} />
                </>
              ),
              isFigure: true,
            }
          : { head: words.length, cell: lasted, isFigure: true },
      ]}
    />
  );
}
