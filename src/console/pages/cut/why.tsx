import { Anchor, Table, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { CutOffJson } from '../../../api/index.ts';
import { CUT_WORDS, fill } from '../../../words/index.ts';
import { civilOf } from '../../civil.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { Money } from '../../parts/figures.tsx';
import { useHeld } from '../../parts/held.ts';
import { Panel } from '../../parts/page.tsx';
import { useSession } from '../../session.tsx';
import { isWithin } from './hours.ts';

interface CutProps {
  readonly cut: CutOffJson;
}

/** What the meter told and sounded before, numbered as in the picture. */
export function Notices({ cut: { notices } }: CutProps): ReactNode {
  const words = useWords(CUT_WORDS);
  const { exact, time, day } = useFormat();
  return (
    <Panel title={words.notices}>
      {notices.length === 0 ? (
        <Text size="sm">{words.noNotices}</Text>
      ) : (
        <ol className="cut-notices">
          {notices.map(({ kind, at, heardAt, tokens }, nth) => (
            <li key={`${kind}${String(nth)}`}>
              <span className="cut-number" aria-hidden>
                {nth + 1}
              </span>
              <div>
                <Text size="sm">
                  {words.noticesOf[kind]} · <Money tokens={tokens} />
                </Text>
                <Text size="xs" className="quiet" title={exact(at ?? heardAt)}>
                  {at !== undefined && `${day(at)}, ${time(at)} · `}
                  {fill(words.heardLater, `${day(heardAt)}, ${time(heardAt)}`)}
                </Text>
              </div>
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}

/** The rules that the meter went by, as far as these books know them. */
export function Rules({ cut: { rules, at, reasons } }: CutProps): ReactNode {
  const words = useWords(CUT_WORDS);
  const heldText = useHeld();
  const { zone } = useSession().utility;
  const policy = rules?.policy;
  if (policy === undefined) {
    return (
      <Panel title={words.rules}>
        <Text size="sm">
          {rules === undefined ? words.rulesUnknown : fill(words.rulesVersion, heldText(rules.version))}
        </Text>
      </Panel>
    );
  }
  const { friendlyHours } = policy;
  const isKept = friendlyHours === undefined || at === undefined || !isWithin(civilOf(at, zone).minute, friendlyHours);
  return (
    <Panel title={words.rules}>
      <PolicyTable policy={policy} />
      {friendlyHours !== undefined && at !== undefined && reasons.includes('no-credit') && (
        <Text size="sm" mt="xs">
          {isKept ? words.friendlyKept : words.friendlyBroken}
        </Text>
      )}
    </Panel>
  );
}

type Policy = NonNullable<NonNullable<CutOffJson['rules']>['policy']>;

/** What supply rules say of when a meter may be cut off. */
export function PolicyTable({ policy }: { readonly policy: Policy }): ReactNode {
  const words = useWords(CUT_WORDS);
  const { friendlyHours } = policy;
  const yesNo = (value: boolean) => (value ? words.yes : words.no);
  return (
    <Table verticalSpacing={4} aria-label={words.rules}>
      <Table.Tbody>
        <Row name={words.emergency}>
          <Money tokens={policy.emergencyCredit} />
        </Row>
        <Row name={words.lowAt}>
          <Money tokens={policy.lowBalance} />
        </Row>
        <Row name={friendlyHours === undefined ? words.friendlyNone : words.friendly}>
          {friendlyHours !== undefined && `${clock(friendlyHours.from)}–${clock(friendlyHours.to)}`}
        </Row>
        <Row name={words.weekends}>{yesNo(policy.noCutOnWeekends)}</Row>
        <Row name={words.holidays}>{yesNo(policy.noCutOnHolidays)}</Row>
      </Table.Tbody>
    </Table>
  );
}

function Row({ name, children }: { readonly name: string; readonly children: ReactNode }): ReactNode {
  return (
    <Table.Tr>
      <Table.Th scope="row">{name}</Table.Th>
      <Table.Td ta="right">{children}</Table.Td>
    </Table.Tr>
  );
}

const clock = (minute: number): string =>
  [Math.floor(minute / 60), minute % 60].map((part) => String(part).padStart(2, '0')).join(':');

/** What put it on again, and when. */
export function Ended({ cut: { ended, at, heardAt, meter } }: CutProps): ReactNode {
  const words = useWords(CUT_WORDS);
  const { exact, duration } = useFormat();
  if (ended === undefined) {
    return (
      <Panel title={words.ended}>
        <Text size="sm">{words.notEnded}</Text>
      </Panel>
    );
  }
  const end = ended.at ?? ended.heardAt;
  return (
    <Panel title={words.ended}>
      <Text size="sm" fw={600}>
        {words.ends[ended.by]}
      </Text>
      <Text size="sm">
        {exact(end)}. {fill(words.lasted, duration(Date.parse(end) - Date.parse(at ?? heardAt)))}
      </Text>
      {ended.order !== undefined && (
        <Anchor component={Link} to={`/meters/${meter}?tab=sales`} size="sm">
          {fill(words.order, ended.order)}
        </Anchor>
      )}
    </Panel>
  );
}

/** What cannot be told, said openly. */
export function NotKnown({ cut: { unknown } }: CutProps): ReactNode {
  const words = useWords(CUT_WORDS);
  return (
    <Panel title={words.unknown}>
      {unknown.length === 0 ? (
        <Text size="sm">{words.allKnown}</Text>
      ) : (
        <ul style={{ margin: 0, paddingLeft: 18, fontSize: 'var(--mantine-font-size-sm)' }}>
          {unknown.map((each) => (
            <li key={each}>{words.unknownOf[each]}</li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
