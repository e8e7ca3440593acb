import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { AuditJson } from '../../../api/index.ts';
import {
  ACT_WORDS,
  BOOKS_WORDS,
  CARD_WORDS,
  fill,
  INSPECTION_WORDS,
  LOSSES_WORDS,
  RECEIPT_WORDS,
} from '../../../words/index.ts';
import { useConsoleWords, useFormat, useWords } from '../../locale.tsx';
import { OwnClock, useActedAt } from '../../parts/clocks.tsx';
import { Money } from '../../parts/figures.tsx';
import { Panel } from '../../parts/page.tsx';
import { PageLink } from '../../parts/page-link.tsx';
import { DataTable, Rows } from '../../parts/rows.tsx';
import { usePages } from '../../reads.ts';
import { type DetailFact, detailFacts, type Said } from './detail.ts';
import { subjectOf } from './subject.ts';
import './audit-log.css';

/** Who did what, the newest first. */
export function AuditLog(): ReactNode {
  const words = useWords(BOOKS_WORDS);
  const acts = useWords(ACT_WORDS);
  const { exact } = useFormat();
  const entries = usePages<AuditJson>('/audit');
  const actedAt = useActedAt(words.at);
  return (
    <Panel>
      <Text size="sm" className="quiet" mb="sm">
        {words.auditNote} <OwnClock />
      </Text>
      <Rows of={entries} waiting={words.waiting} blank={words.noAudit}>
        {(items) => (
          <DataTable
            label={words.tabs.audit}
            items={items}
            keyOf={({ number }) => String(number)}
            minWidth={820}
            columns={[
              {
                head: actedAt,
                cell: ({ at }) => <span style={{ whiteSpace: 'nowrap' }}>{exact(at)}</span>,
              },
              { head: words.by, cell: (entry) => <By of={entry} /> },
              { head: words.action, cell: ({ action }) => named(acts.acts, action) ?? action },
              { head: words.subject, cell: (entry) => <About of={entry} /> },
              { head: words.detail, cell: ({ detail }) => <Detail of={detailFacts(detail)} /> },
            ]}
          />
        )}
      </Rows>
    </Panel>
  );
}

function By({ of: { by, role } }: { readonly of: AuditJson }): ReactNode {
  const acts = useWords(ACT_WORDS);
  const { roles } = useConsoleWords();
  const hand = named(acts.hands, by);
  const who = by.startsWith('key:') ? fill(acts.key, by.slice('key:'.length)) : (hand ?? by);
  return (
    <>
      {who}{' '}
      {hand === undefined && (
        <Text component="span" size="xs" className="quiet">
          {roles[role]}
        </Text>
      )}
    </>
  );
}

function About({ of: { subject, action } }: { readonly of: AuditJson }): ReactNode {
  const acts = useWords(ACT_WORDS);
  const { month } = useFormat();
  const { kind, name, to } = subjectOf(subject, action);
  const isMonth = kind === 'period' && /^\d{4}-\d{2}$/.test(name);
  const text = kind === undefined ? name : fill(acts.subjects[kind], isMonth ? month(name) : name);
  return to === undefined ? text : <PageLink to={to}>{text}</PageLink>;
}

function Detail({ of }: { readonly of: readonly DetailFact[] }): ReactNode {
  const acts = useWords(ACT_WORDS);
  if (of.length === 0) return null;
  return (
    <ul className="asked">
      {of.map(({ path, field, said }) => (
        <li key={path}>
          {field !== '' && <span className="quiet">{named(acts.fields, field) ?? field} </span>}
          <SaidText field={field} said={said} />
        </li>
      ))}
    </ul>
  );
}

function SaidText({ field, said }: Pick<DetailFact, 'field' | 'said'>): ReactNode {
  const acts = useWords(ACT_WORDS);
  const choices = useChoices();
  const { price, percent, exact } = useFormat();
  if (!('value' in said)) return acts[said.as];
  const { as, value } = said;
  switch (as) {
    case 'money':
      return /^-?\d+$/.test(value) ? <Money tokens={value} /> : value;
    case 'price':
      return /^\d+$/.test(value) ? price(BigInt(value)) : value;
    case 'share':
      return percent(Number(value) / 100);
    case 'instant':
      return exact(value);
    case 'choice':
      return choices(field, value);
    case 'text':
      return value;
    default:
      return <PageLink to={`${PAGE_OF[as]}/${encodeURIComponent(value)}`}>{value}</PageLink>;
  }
}

const PAGE_OF = {
  ...{ meter: '/meters', card: '/cards', sale: '/sell', payment: '/payments', tariff: '/tariffs' },
} as const satisfies Partial<Record<Said['as'], string>>;

/** The word for one of a closed list; of those that have words elsewhere, that word. */
function useChoices(): (field: string, value: string) => string {
  const { values } = useWords(ACT_WORDS);
  const { methods } = useWords(RECEIPT_WORDS);
  const { roles } = useConsoleWords();
  const { regions } = useWords(CARD_WORDS);
  const { findings } = useWords(LOSSES_WORDS);
  const inspections = useWords(INSPECTION_WORDS);
  const lists: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    method: methods,
    role: roles,
    region: regions,
    finding: findings,
    findings: inspections.findings,
  };
  return (field, value) => named(lists[field] ?? values, value) ?? value;
}

const named = (names: Readonly<Record<string, string>>, name: string): string | undefined =>
  Object.hasOwn(names, name) ? names[name] : undefined;
