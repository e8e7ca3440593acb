import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { AuditJson } from '../../../api/index.ts';
import { BOOKS_WORDS } from '../../../words/index.ts';
import { useConsoleWords, useFormat, useWords } from '../../locale.tsx';
import { Panel } from '../../parts/page.tsx';
import { DataTable, Rows } from '../../parts/rows.tsx';
import { usePages } from '../../reads.ts';

/** Who did what, the newest first. */
export function AuditLog(): ReactNode {
  const words = useWords(BOOKS_WORDS);
  const { roles } = useConsoleWords();
  const { exact } = useFormat();
  const entries = usePages<AuditJson>('/audit');
  return (
    <Panel>
      <Text size="sm" className="quiet" mb="sm">
        {words.auditNote}
      </Text>
      <Rows of={entries} waiting={words.waiting} blank={words.noAudit}>
        {(items) => (
          <DataTable
            label={words.tabs.audit}
            items={items}
            keyOf={({ number }) => String(number)}
            minWidth={760}
            columns={[
              { head: words.at, cell: ({ at }) => <span style={{ whiteSpace: 'nowrap' }}>{exact(at)}</span> },
              {
                head: words.by,
                cell: ({ by, role }) => (
                  <>
                    {by}{' '}
                    <Text component="span" size="xs" className="quiet">
                      {roles[role]}
                    </Text>
                  </>
                ),
              },
              { head: words.action, cell: ({ action }) => action },
              { head: words.subject, cell: ({ subject }) => subject },
              {
                head: words.detail,
                cell: ({ detail }) => (
                  <Text size="xs" ff="monospace" style={{ wordBreak: 'break-word' }}>
                    {detail}
                  </Text>
                ),
              },
            ]}
          />
        )}
      </Rows>
    </Panel>
  );
}
