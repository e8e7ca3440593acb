import { SimpleGrid, Stack, Table, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { CommandJson, MeterJson, MeterPolicyJson } from '../../../api/index.ts';
import { EXCHANGE_WORDS, fill, METER_WORDS } from '../../../words/index.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { CommandLabel } from '../../parts/command-label.tsx';
import { Aged, When } from '../../parts/figures.tsx';
import { useHeld } from '../../parts/held.ts';
import { Panel } from '../../parts/page.tsx';
import { Blank, Loaded } from '../../parts/states.tsx';
import { WideTable } from '../../parts/wide-table.tsx';
import { useRead } from '../../reads.ts';
import { useMay } from '../../session.tsx';
import { useNow } from '../../time.ts';
import { PolicyTable } from '../cut/why.tsx';
import { OrderCommand } from './order-command.tsx';

const PURPOSES = ['value', 'control', 'monitoring'] as const;

/** Generations of keys, the rules it goes by, and what it was ordered. */
export function ControlTab({ meter }: { readonly meter: MeterJson }): ReactNode {
  const mayOrder = useMay('orderCommand') !== undefined;
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
      <Stack gap="md">
        <Keys meter={meter} />
        <Rules meter={meter} />
      </Stack>
      <Stack gap="md">
        {mayOrder && <OrderCommand number={meter.number} supplies={meter.supplies} />}
        <Commands number={meter.number} supplies={meter.supplies} />
      </Stack>
    </SimpleGrid>
  );
}

function Keys({ meter: { generations, suite } }: { readonly meter: MeterJson }): ReactNode {
  const words = useWords(METER_WORDS);
  const { purposes, suite: suiteWord } = useWords(EXCHANGE_WORDS);
  return (
    <Panel title={words.keys}>
      <Table verticalSpacing={4} aria-label={words.keys}>
        <Table.Tbody>
          <Table.Tr>
            <Table.Th scope="row">{suiteWord}</Table.Th>
            <Table.Td ta="right">{suite}</Table.Td>
          </Table.Tr>
          {PURPOSES.map((purpose) => (
            <Table.Tr key={purpose}>
              <Table.Th scope="row">{purposes[purpose]}</Table.Th>
              <Table.Td ta="right">{fill(words.generation, generations[purpose])}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Text size="xs" className="quiet" mt="xs">
        {words.keysNote}
      </Text>
    </Panel>
  );
}

function Rules({ meter: { number, known, agesMs } }: { readonly meter: MeterJson }): ReactNode {
  const words = useWords(METER_WORDS);
  const { duration } = useFormat();
  const heldText = useHeld();
  const now = useNow();
  const isRead = useMay('readPolicy') !== undefined;
  const read = useRead<MeterPolicyJson>(`/meters/${number}/policy`, { live: true, enabled: isRead });
  const { inForce, ordered } = read.data ?? {};
  const version = isRead ? inForce?.version : known.policyVersion;
  return (
    <Panel title={words.policy}>
      {isRead && read.data === undefined ? (
        <Loaded of={read}>{() => null}</Loaded>
      ) : version === undefined ? (
        <Text size="sm">{words.policyNone}</Text>
      ) : (
        <Text size="sm">
          <Aged ms={inForce === undefined ? agesMs.policy : now - Date.parse(inForce.toldAt)}>
            {fill(words.policyVersion, heldText(version))}
          </Aged>
        </Text>
      )}
      {inForce?.policy !== undefined && <PolicyTable policy={inForce.policy} />}
      {inForce !== undefined && inForce.policy === undefined && (
        <Text size="xs" className="quiet">
          {words.policyUnread}
        </Text>
      )}
      {ordered !== undefined && <Ordered ordered={ordered} now={now} />}
      {known.clockOffsetMs !== undefined && (
        <Text size="sm" mt="xs">
          {words.clock}: {fill(words.clockOff, duration(Math.abs(known.clockOffsetMs)))}
        </Text>
      )}
    </Panel>
  );
}

interface OrderedProps {
  readonly ordered: NonNullable<MeterPolicyJson['ordered']>;
  readonly now: number;
}

/** Rules that are not in force: on their way, or refused. */
function Ordered({ ordered: { version, policy, state, result, orderedAt }, now }: OrderedProps): ReactNode {
  const words = useWords(METER_WORDS);
  const { results } = useWords(EXCHANGE_WORDS);
  const heldText = useHeld();
  return (
    <>
      <Text size="sm" mt="md" fw={600}>
        {fill(words.policyOrdered, heldText(version))}
      </Text>
      <Text size="sm">
        {words.commandStates[state]}, <When at={orderedAt} now={now} />
        {result !== undefined && state === 'refused' && `: ${results[result as keyof typeof results] ?? result}`}
      </Text>
      <PolicyTable policy={policy} />
    </>
  );
}

function Commands({ number, supplies }: Pick<MeterJson, 'number' | 'supplies'>): ReactNode {
  const words = useWords(METER_WORDS);
  const { results } = useWords(EXCHANGE_WORDS);
  const now = useNow();
  const commands = useRead<{ readonly items: readonly CommandJson[] }>(`/meters/${number}/commands`, { live: true });
  return (
    <Panel title={words.commands}>
      <Loaded of={commands}>
        {({ items }) =>
          items.length === 0 ? (
            <Blank title={words.noCommands} />
          ) : (
            <WideTable label={words.commands} minWidth={420} spacing={4}>
              <Table.Tbody>
                {items.map(({ slot, state, result, orderedAt }) => (
                  <Table.Tr key={slot}>
                    <Table.Td>
                      <CommandLabel slot={slot} supplies={supplies} />
                    </Table.Td>
                    <Table.Td>
                      {words.commandStates[state]}
                      {result !== undefined && state === 'refused' && (
                        <Text size="xs" className="quiet">
                          {results[result as keyof typeof results] ?? result}
                        </Text>
                      )}
                    </Table.Td>
                    <Table.Td ta="right" className="quiet">
                      <When at={orderedAt} now={now} />
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </WideTable>
          )
        }
      </Loaded>
      <Text size="xs" className="quiet" mt="xs">
        {words.commandsNote}
      </Text>
    </Panel>
  );
}
