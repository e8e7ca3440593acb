import { Table } from '@mantine/core';
import type { ReactNode } from 'react';
import type { QuoteJson } from '../../api/index.ts';
import { RECEIPT_WORDS } from '../../words/index.ts';
import { useWords } from '../locale.tsx';
import { Money } from './figures.tsx';

type Parts = Pick<QuoteJson, 'paid' | 'energy' | 'fixedCharge' | 'arrears' | 'fee' | 'tax'>;

const LINES = [
  ['energy', 'energy'],
  ['fixedCharge', 'fixed-charge'],
  ['arrears', 'arrears'],
  ['fee', 'fee'],
  ['tax', 'tax'],
] as const;

interface TradeLinesProps {
  readonly parts: Parts;
  readonly label: string;
  /** What the sum is called: what was paid where nothing is said. */
  readonly total?: string;
}

/** What a payment is made of, line by line, down to what is paid. Lines of nothing are left out. */
export function TradeLines({ parts, label, total }: TradeLinesProps): ReactNode {
  const words = useWords(RECEIPT_WORDS);
  return (
    <Table aria-label={label} withRowBorders={false} verticalSpacing={4} horizontalSpacing={0}>
      <Table.Tbody>
        {LINES.filter(([part]) => part === 'energy' || parts[part] !== '0').map(([part, line]) => (
          <Table.Tr key={part}>
            <Table.Td>{part === 'energy' ? words.value : words.lines[line]}</Table.Td>
            <Table.Td ta="right">
              <Money tokens={parts[part]} />
            </Table.Td>
          </Table.Tr>
        ))}
        <Table.Tr style={{ borderTop: '1px solid var(--line)' }}>
          <Table.Th scope="row" style={{ color: 'var(--text)', fontSize: 'inherit' }}>
            {total ?? words.paid}
          </Table.Th>
          <Table.Td ta="right" fw={640}>
            <Money tokens={parts.paid} />
          </Table.Td>
        </Table.Tr>
      </Table.Tbody>
    </Table>
  );
}
