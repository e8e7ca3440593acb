import { Button, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useParams } from 'react-router';
import type { AgentJson, VendJson } from '../../../api/index.ts';
import { AGENT_WORDS, fill, VEND_WORDS } from '../../../words/index.ts';
import { change } from '../../ask.ts';
import { useDoing } from '../../doing.ts';
import { useConsoleWords, useFormat, useWords } from '../../locale.tsx';
import { basisPointsText, parseBasisPoints } from '../../parts/basis-points.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { RefusalLine, Submit } from '../../parts/fields.tsx';
import { Figure, Money } from '../../parts/figures.tsx';
import { Page, Panel } from '../../parts/page.tsx';
import { Rows } from '../../parts/rows.tsx';
import { Loaded } from '../../parts/states.tsx';
import { usePages, useRead } from '../../reads.ts';
import { VendTable } from '../../sale/vend-table.tsx';
import { useMay } from '../../session.tsx';
import { PercentField } from './agents.tsx';
import { MoveFloat } from './float.tsx';
import { Members } from './members.tsx';

/** One shop: its float, who sells for it, and everything that it sold. */
export function AgentPage(): ReactNode {
  const { agent: id = '' } = useParams();
  const read = useRead<AgentJson>(`/agents/${encodeURIComponent(id)}`, { live: true });
  return <Loaded of={read}>{(agent) => <Told key={id} agent={agent} />}</Loaded>;
}

function Told({ agent }: { readonly agent: AgentJson }): ReactNode {
  const words = useWords(AGENT_WORDS);
  const { day, percent } = useFormat();
  return (
    <Page title={agent.name} note={agent.id} actions={<Acts agent={agent} />}>
      <Panel>
        <SimpleGrid cols={{ base: 2, md: 4 }}>
          <Figure label={words.float} value={<Money tokens={agent.float} />} />
          <Figure label={words.commission} value={percent(agent.commissionBasisPoints / 100)} />
          <Figure label={words.since} value={day(agent.createdAt)} />
          <Figure
            label={words.state}
            value={agent.closedAt === undefined ? words.open : fill(words.closed, day(agent.closedAt))}
          />
        </SimpleGrid>
      </Panel>
      <Members agent={agent.id} />
      <Vends agent={agent.id} />
    </Page>
  );
}

type Act = 'pay-in' | 'pay-back' | 'commission' | 'close';

function Acts({ agent }: { readonly agent: AgentJson }): ReactNode {
  const words = useWords(AGENT_WORDS);
  const mayMove = useMay('moveFloat') !== undefined;
  const mayChange = useMay('changeAgent') !== undefined;
  const [act, setAct] = useState<Act>();
  const close = () => setAct(undefined);
  const path = `/agents/${encodeURIComponent(agent.id)}`;
  const reopening = useDoing<AgentJson>((once) => change(path, { method: 'PATCH', once, body: { closed: false } }));
  const isClosed = agent.closedAt !== undefined;
  return (
    <>
      {mayMove && (
        <>
          {!isClosed && (
            <Button size="xs" onClick={() => setAct('pay-in')}>
              {words.payIn}
            </Button>
          )}
          <Button size="xs" variant="default" onClick={() => setAct('pay-back')}>
            {words.payBack}
          </Button>
        </>
      )}
      {mayChange && (
        <>
          <Button size="xs" variant="default" onClick={() => setAct('commission')}>
            {words.change}
          </Button>
          {isClosed ? (
            <Button size="xs" variant="default" loading={reopening.isPending} onClick={() => reopening.mutate()}>
              {words.reopen}
            </Button>
          ) : (
            <Button size="xs" variant="default" onClick={() => setAct('close')}>
              {words.close}
            </Button>
          )}
        </>
      )}
      <MoveFloat agent={agent.id} direction="pay-in" isOpen={act === 'pay-in'} close={close} />
      <MoveFloat agent={agent.id} direction="pay-back" isOpen={act === 'pay-back'} close={close} />
      <Dialog isOpen={act === 'commission'} close={close} title={words.change}>
        <ChangeCommission agent={agent} close={close} />
      </Dialog>
      <Dialog isOpen={act === 'close'} close={close} title={words.close}>
        <CloseAgent agent={agent} close={close} />
      </Dialog>
    </>
  );
}

interface FormProps {
  readonly agent: AgentJson;
  readonly close: () => void;
}

function ChangeCommission({ agent, close }: FormProps): ReactNode {
  const words = useWords(AGENT_WORDS);
  const [percent, setPercent] = useState(basisPointsText(agent.commissionBasisPoints));
  const commissionBasisPoints = parseBasisPoints(percent);
  const path = `/agents/${encodeURIComponent(agent.id)}`;
  const changing = useDoing<AgentJson>(
    (once) => change(path, { method: 'PATCH', once, body: { commissionBasisPoints } }),
    close,
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    changing.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <PercentField value={percent} onChange={setPercent} />
        <RefusalLine error={changing.error} />
        <Submit
          label={words.change}
          isPending={changing.isPending}
          disabled={commissionBasisPoints === undefined}
          cancel={close}
        />
      </Stack>
    </form>
  );
}

function CloseAgent({ agent, close }: FormProps): ReactNode {
  const words = useWords(AGENT_WORDS);
  const shared = useConsoleWords();
  const path = `/agents/${encodeURIComponent(agent.id)}`;
  const closing = useDoing<AgentJson>((once) => change(path, { method: 'PATCH', once, body: { closed: true } }), close);
  return (
    <Stack gap="sm">
      <Text size="sm">{fill(words.closeAsk, agent.name)}</Text>
      <RefusalLine error={closing.error} />
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={close}>
          {shared.cancel}
        </Button>
        <Button loading={closing.isPending} onClick={() => closing.mutate()}>
          {words.close}
        </Button>
      </Group>
    </Stack>
  );
}

function Vends({ agent }: { readonly agent: string }): ReactNode {
  const words = useWords(AGENT_WORDS);
  const vend = useWords(VEND_WORDS);
  const { exact } = useFormat();
  const vends = usePages<VendJson>(`/agents/${encodeURIComponent(agent)}/vends`, { live: true });
  return (
    <Panel title={words.vends}>
      <Rows of={vends} waiting={vend.salesWaiting} blank={vend.noSales}>
        {(items) => (
          <VendTable
            label={words.vends}
            items={items}
            at={({ at, reference }) => (
              <>
                {exact(at)}
                <Text size="xs" className="quiet">
                  {reference}
                </Text>
              </>
            )}
          />
        )}
      </Rows>
    </Panel>
  );
}
