import { Anchor, Group, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { CutOffJson, MeterJson } from '../../../api/index.ts';
import { fill, HOME_WORDS } from '../../../words/index.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { Panel } from '../../parts/page.tsx';
import { StateMark } from '../../parts/state-mark.tsx';
import { Loaded } from '../../parts/states.tsx';
import { useRead } from '../../reads.ts';
import { useNow } from '../../time.ts';

const CUT_OFFS_SHOWN = 3;
const LOW: readonly MeterJson['state'][] = ['low', 'last-token', 'emergency'];

/** What a subscriber should know of: a low balance, and each time the supply was cut off, with a way to the reason. */
export function Happened({ meter }: { readonly meter: MeterJson }): ReactNode {
  const words = useWords(HOME_WORDS);
  const cutOffs = useRead<{ readonly items: readonly CutOffJson[] }>(`/meters/${meter.number}/cut-offs`, {
    query: { limit: CUT_OFFS_SHOWN },
    live: true,
  });
  const isLow = LOW.includes(meter.state);
  return (
    <Panel title={words.alerts}>
      <Loaded of={cutOffs}>
        {({ items }) => (
          <Stack gap={10}>
            {isLow && (
              <Group gap="xs" wrap="nowrap">
                <StateMark state={meter.state} />
                <Text size="sm">{words.lowAlert}</Text>
              </Group>
            )}
            {items.map((cutOff) => (
              <CutOff key={cutOff.number} cutOff={cutOff} />
            ))}
            {!isLow && items.length === 0 && (
              <Text size="sm" className="quiet">
                {words.alertsNone}
              </Text>
            )}
          </Stack>
        )}
      </Loaded>
    </Panel>
  );
}

function CutOff({ cutOff: { meter, at, heardAt, reasons, ended } }: { readonly cutOff: CutOffJson }): ReactNode {
  const words = useWords(HOME_WORDS);
  const { relative, exact } = useFormat();
  const now = useNow();
  const ago = (instant: string) => relative(Date.parse(instant) - now);
  const begun = at ?? heardAt;
  const back = ended === undefined ? words.cutGoesOn : fill(words.cutEnded, ago(ended.at ?? ended.heardAt));
  return (
    <Group gap="xs" wrap="nowrap" align="flex-start">
      <span style={{ paddingTop: 3 }}>
        <StateMark state={reasons.includes('no-credit') ? 'off' : 'blocked'} />
      </span>
      <div title={exact(begun)} style={{ flexGrow: 1 }}>
        <Text size="sm">
          {fill(words.cut, ago(begun), reasons.map((reason) => words.cutReasons[reason]).join(', '))}
        </Text>
        <Text size="xs" className="quiet">
          {back}
        </Text>
      </div>
      <Anchor component={Link} to={`/meters/${meter}/cut`} size="sm" style={{ whiteSpace: 'nowrap' }}>
        {words.why}
      </Anchor>
    </Group>
  );
}
