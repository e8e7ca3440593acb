import { Button, Stack, Tabs, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type FormEvent, type ReactNode, useState } from 'react';
import { Link, useNavigate, useSearchParams } from 'react-router';
import type { AgentJson } from '../../../api/index.ts';
import { AGENT_WORDS, fill, PAGE_NAMES, VOUCHER_WORDS } from '../../../words/index.ts';
import { change } from '../../ask.ts';
import { useDoing } from '../../doing.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { parseBasisPoints } from '../../parts/basis-points.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { RefusalLine, Submit } from '../../parts/fields.tsx';
import { Money } from '../../parts/figures.tsx';
import { Page, Panel } from '../../parts/page.tsx';
import { DataTable, Rows } from '../../parts/rows.tsx';
import { usePages } from '../../reads.ts';
import { useMay } from '../../session.tsx';
import { Shifts } from './shifts.tsx';
import { Vouchers } from './vouchers.tsx';

export const agentAddress = (id: string): string => `/agents/${encodeURIComponent(id)}`;

const TABS = ['agents', 'shifts', 'vouchers'] as const;

/** Shops with their floats, the shifts of every till, and the vouchers that they sell. */
export function AgentsPage(): ReactNode {
  const words = useWords(AGENT_WORDS);
  const vouchers = useWords(VOUCHER_WORDS);
  const names = useWords(PAGE_NAMES);
  const mayAdd = useMay('addAgent') !== undefined;
  const [isAdding, { open, close }] = useDisclosure();
  const [search, setSearch] = useSearchParams();
  const tab = TABS.find((each) => each === search.get('tab')) ?? 'agents';
  return (
    <Page
      title={names.agents}
      note={words.note}
      actions={
        mayAdd && (
          <Button size="xs" onClick={open}>
            {words.add}
          </Button>
        )
      }
    >
      <AddAgent isOpen={isAdding} close={close} />
      <Tabs
        value={tab}
        onChange={(chosen) => setSearch(chosen === null || chosen === 'agents' ? {} : { tab: chosen })}
        keepMounted={false}
      >
        <Tabs.List mb="md">
          <Tabs.Tab value="agents">{words.agents}</Tabs.Tab>
          <Tabs.Tab value="shifts">{words.shifts}</Tabs.Tab>
          <Tabs.Tab value="vouchers">{vouchers.tab}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="agents">
          <Agents />
        </Tabs.Panel>
        <Tabs.Panel value="shifts">
          <Shifts />
        </Tabs.Panel>
        <Tabs.Panel value="vouchers">
          <Vouchers />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}

function Agents(): ReactNode {
  const words = useWords(AGENT_WORDS);
  const { day, percent } = useFormat();
  const agents = usePages<AgentJson>('/agents', { live: true });
  return (
    <Panel>
      <Rows of={agents} waiting={words.waiting} blank={words.none}>
        {(items) => (
          <DataTable
            label={words.agents}
            items={items}
            keyOf={({ id }) => id}
            columns={[
              { head: words.name, cell: ({ id, name }) => <Link to={agentAddress(id)}>{name}</Link> },
              { head: words.id, cell: ({ id }) => id },
              {
                head: words.state,
                cell: ({ closedAt }) => (closedAt === undefined ? words.open : fill(words.closed, day(closedAt))),
              },
              { head: words.since, cell: ({ createdAt }) => day(createdAt) },
              {
                head: words.commission,
                cell: ({ commissionBasisPoints }) => percent(commissionBasisPoints / 100),
                isFigure: true,
              },
              { head: words.float, cell: ({ float }) => <Money tokens={float} />, isFigure: true },
            ]}
          />
        )}
      </Rows>
    </Panel>
  );
}

interface AddAgentProps {
  readonly isOpen: boolean;
  readonly close: () => void;
}

function AddAgent({ isOpen, close }: AddAgentProps): ReactNode {
  const words = useWords(AGENT_WORDS);
  const go = useNavigate();
  const [id, setId] = useState('');
  const [name, setName] = useState('');
  const [percent, setPercent] = useState('2');
  const commissionBasisPoints = parseBasisPoints(percent);
  const adding = useDoing<AgentJson>(
    () => change('/agents', { method: 'POST', body: { id: id.trim(), name: name.trim(), commissionBasisPoints } }),
    (agent) => go(agentAddress(agent.id)),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    adding.mutate();
  };
  return (
    <Dialog isOpen={isOpen} close={close} title={words.add}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <TextInput
            label={words.name}
            required
            data-autofocus
            value={name}
            onChange={({ currentTarget }) => setName(currentTarget.value)}
          />
          <TextInput
            label={words.id}
            description={words.idHint}
            required
            autoCapitalize="none"
            value={id}
            onChange={({ currentTarget }) => setId(currentTarget.value)}
          />
          <PercentField value={percent} onChange={setPercent} />
          <RefusalLine error={adding.error} />
          <Submit
            label={words.add}
            isPending={adding.isPending}
            disabled={commissionBasisPoints === undefined}
            cancel={close}
          />
        </Stack>
      </form>
    </Dialog>
  );
}

interface PercentFieldProps {
  readonly value: string;
  readonly onChange: (text: string) => void;
}

/** A commission as people write it, in percent. */
export function PercentField({ value, onChange }: PercentFieldProps): ReactNode {
  const words = useWords(AGENT_WORDS);
  return (
    <TextInput
      label={words.commission}
      description={words.commissionHint}
      required
      inputMode="decimal"
      value={value}
      onChange={({ currentTarget }) => onChange(currentTarget.value)}
      error={value !== '' && parseBasisPoints(value) === undefined && words.percentWrong}
      rightSection={<Text size="xs">%</Text>}
    />
  );
}
