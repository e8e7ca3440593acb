import { Anchor, Group, Table, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { GridJson } from '../../../api/index.ts';
import { fill, GRID_WORDS } from '../../../words/index.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { Money, When } from '../../parts/figures.tsx';
import { Panel } from '../../parts/page.tsx';
import { StateLabel, StateMark } from '../../parts/state-mark.tsx';
import { Loaded } from '../../parts/states.tsx';
import { WideTable } from '../../parts/wide-table.tsx';
import { useRead } from '../../reads.ts';
import { useNow } from '../../time.ts';
import type { Loss } from './losses.ts';

interface StreetProps {
  readonly localUnit: number;
  readonly loss: Loss | undefined;
}

/** The meters of one local unit as a table, with what their line says of itself. */
export function Street({ localUnit, loss }: StreetProps): ReactNode {
  const words = useWords(GRID_WORDS);
  const street = useRead<GridJson>('/grid', { query: { localUnit }, live: true });
  return (
    <div style={{ gridColumn: '1 / -1', minWidth: 0 }}>
      <Panel
        title={fill(words.street, localUnit)}
        aside={street.data !== undefined && <Health street={street.data.street} />}
      >
        {loss !== undefined && <Missing {...{ localUnit, loss }} />}
        <Loaded of={street} waiting={fill(words.streetWaiting, localUnit)}>
          {({ street: found }) => <Meters localUnit={localUnit} meters={found?.meters ?? []} />}
        </Loaded>
      </Panel>
    </div>
  );
}

function Missing({ localUnit, loss: { watts, since } }: StreetProps & { readonly loss: Loss }): ReactNode {
  const words = useWords(GRID_WORDS);
  const { power } = useFormat();
  const now = useNow();
  return (
    <Group gap="xs" mb="sm" wrap="nowrap" align="center">
      <StateMark state="tampered" />
      <Text size="sm">
        {words.missing}
        {watts !== undefined && `: ${fill(words.missingLoad, power(watts))}`}
        {since !== undefined && (
          <>
            , <When at={since} now={now} />
          </>
        )}
        . <Link to={`/losses?unit=${localUnit}`}>{words.alarm}</Link>
      </Text>
    </Group>
  );
}

function Health({ street }: { readonly street: GridJson['street'] }): ReactNode {
  const words = useWords(GRID_WORDS);
  const { count } = useFormat();
  const health = street?.line?.health;
  return (
    <Text size="xs" className="quiet">
      {health === undefined
        ? words.noHealth
        : fill(words.health, count(health.frames), count(health.retries), count(health.garbled))}
    </Text>
  );
}

interface MetersProps {
  readonly localUnit: number;
  readonly meters: NonNullable<GridJson['street']>['meters'];
}

function Meters({ localUnit, meters }: MetersProps): ReactNode {
  const words = useWords(GRID_WORDS);
  const now = useNow();
  return (
    <WideTable
      label={fill(words.street, localUnit)}
      minWidth={680}
      spacing={4}
      heads={[
        { head: words.number },
        { head: words.state },
        { head: words.balance, isFigure: true },
        { head: words.inFlight, isFigure: true },
        { head: words.subscriber },
        { head: words.address, isFigure: true },
        { head: words.heard },
      ]}
    >
      <Table.Tbody>
        {meters.map((meter) => (
          <Table.Tr key={meter.number}>
            <Table.Td>
              <Anchor component={Link} to={`/meters/${meter.number}`} ff="monospace">
                {meter.number}
              </Anchor>
            </Table.Td>
            <Table.Td>
              <StateLabel state={meter.state} />
            </Table.Td>
            <Table.Td ta="right">{meter.balance !== undefined && <Money tokens={meter.balance} />}</Table.Td>
            <Table.Td ta="right" c="var(--in-flight)">
              {meter.inFlight !== undefined && meter.inFlight !== '0' && <Money tokens={meter.inFlight} />}
            </Table.Td>
            <Table.Td>{meter.subscriber}</Table.Td>
            <Table.Td ta="right">{meter.address}</Table.Td>
            <Table.Td>{meter.heardAt === undefined ? words.never : <When at={meter.heardAt} now={now} />}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </WideTable>
  );
}
