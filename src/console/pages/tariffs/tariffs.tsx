import { Button, Group, Stack, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type FormEvent, type ReactNode, useState } from 'react';
import { Link, useNavigate } from 'react-router';
import type { MeterJson, TariffJson } from '../../../api/index.ts';
import { fill, PAGE_NAMES, TARIFFS_WORDS } from '../../../words/index.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Submit } from '../../parts/fields.tsx';
import { Page, Panel } from '../../parts/page.tsx';
import { DataTable } from '../../parts/rows.tsx';
import { Blank, Loaded, Unread } from '../../parts/states.tsx';
import { usePages, useRead } from '../../reads.ts';
import { useMay } from '../../session.tsx';
import { Step } from './step.tsx';

/** Every tariff with its latest version, its steps and its meters. */
export function TariffsPage(): ReactNode {
  const words = useWords(TARIFFS_WORDS);
  const names = useWords(PAGE_NAMES);
  const mayPublish = useMay('publishTariff') !== undefined;
  const tariffs = useRead<{ readonly items: readonly TariffJson[] }>('/tariffs');
  const [isAdding, { open, close }] = useDisclosure();
  return (
    <Page
      title={names.tariffs}
      note={words.note}
      actions={
        mayPublish && (
          <Button size="xs" onClick={open}>
            {words.add}
          </Button>
        )
      }
    >
      <AddTariff isOpen={isAdding} close={close} />
      <Panel>
        <Loaded of={tariffs} waiting={words.waiting}>
          {({ items }) => (items.length === 0 ? <Blank title={words.none} /> : <List tariffs={items} />)}
        </Loaded>
      </Panel>
    </Page>
  );
}

function List({ tariffs }: { readonly tariffs: readonly TariffJson[] }): ReactNode {
  const words = useWords(TARIFFS_WORDS);
  const { exact, price } = useFormat();
  const mayList = useMay('listMeters') === 'all';
  return (
    <DataTable
      label={words.note}
      items={tariffs}
      keyOf={({ name }) => name}
      columns={[
        { head: words.name, cell: ({ name }) => <Link to={`/tariffs/${encodeURIComponent(name)}`}>{name}</Link> },
        {
          head: words.steps,
          cell: ({ definition: { bands, otherwise } }) => (
            <Group gap={4}>
              {[...new Set([...bands.map(({ percent }) => percent), ...(otherwise === undefined ? [] : [otherwise])])]
                .sort((a, b) => a - b)
                .map((percent) => (
                  <Step key={percent} percent={percent} />
                ))}
            </Group>
          ),
        },
        { head: words.charge, cell: ({ definition }) => price(BigInt(definition.unitCharge)), isFigure: true },
        { head: words.version, cell: ({ edition }) => edition, isFigure: true },
        { head: words.from, cell: ({ validFrom }) => exact(validFrom) },
        ...(mayList
          ? [{ head: words.meters, cell: ({ name }: TariffJson) => <MeterCount tariff={name} />, isFigure: true }]
          : []),
      ]}
    />
  );
}

const COUNTED_MAX = 200;

function MeterCount({ tariff }: { readonly tariff: string }): ReactNode {
  const words = useWords(TARIFFS_WORDS);
  const read = usePages<MeterJson>('/meters', { query: { tariff, limit: COUNTED_MAX } });
  const { items, hasNextPage } = read;
  if (items === undefined) return read.error === null ? '…' : <Unread of={read} />;
  return hasNextPage ? fill(words.metersMore, items.length) : items.length;
}

/** A tariff begins with a name, and is one when it is published. */
function AddTariff({ isOpen, close }: { readonly isOpen: boolean; readonly close: () => void }): ReactNode {
  const words = useWords(TARIFFS_WORDS);
  const navigate = useNavigate();
  const [name, setName] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void navigate(`/tariffs/${encodeURIComponent(name.trim())}`);
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
            maxLength={64}
            onChange={({ currentTarget }) => setName(currentTarget.value)}
          />
          <Submit label={words.add} isPending={false} disabled={name.trim() === ''} cancel={close} />
        </Stack>
      </form>
    </Dialog>
  );
}
