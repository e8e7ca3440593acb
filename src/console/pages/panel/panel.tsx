import { Anchor, Group, Stack, Switch, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type ReactNode, useState } from 'react';
import { Link, useParams } from 'react-router';
import type { MeterJson, PanelJson } from '../../../api/index.ts';
import { fill, PANEL_WORDS } from '../../../words/index.ts';
import { useWords } from '../../locale.tsx';
import { isUnoccupied } from '../../moving/occupant.ts';
import { Page, Panel } from '../../parts/page.tsx';
import { Loading, Refused } from '../../parts/states.tsx';
import { useRead } from '../../reads.ts';
import { useReason } from '../../reasons.ts';
import { useMay } from '../../session.tsx';
import { Case } from './case.tsx';
import { BankCard, House, LiftingCover, Mischief, PurseCard } from './house.tsx';
import { Interphone } from './interphone.tsx';
import { Sale } from './sale.tsx';
import { Chain, Relay } from './status.tsx';
import { usePanel } from './use-panel.ts';
import { useSound } from './use-sound.ts';

/** One meter of a demo as the thing that hangs in a house, and the house. */
export function PanelPage(): ReactNode {
  const words = useWords(PANEL_WORDS);
  const reasonOf = useReason();
  const { number = '' } = useParams();
  const { panel, error, isStill, act } = usePanel(number);
  const [isHeard, setHeard] = useState(false);
  const maySell = useMay('buy') !== undefined;
  const enabled = useMay('readMeter') !== undefined;
  const { data: meter, error: unread } = useRead<MeterJson>(`/meters/${number}`, { live: true, enabled });
  const isEmpty = meter !== undefined && isUnoccupied(meter);
  useSound(panel, isHeard);
  const [isAsking, { open: ask, close }] = useDisclosure();
  const turnCover = ({ cover, dismantled }: PanelJson) => {
    if (cover === 'closed' && !dismantled) ask();
    else act({ cover: cover === 'closed' ? 'lifted' : 'closed' });
  };
  const noteOf = ({ localUnit }: PanelJson) => {
    if (meter === undefined) return enabled && unread === null ? undefined : fill(words.noteUnnamed, localUnit);
    return isEmpty ? fill(words.noteUnoccupied, localUnit) : fill(words.note, meter.subscriber, localUnit);
  };
  return (
    <Page
      title={fill(words.title, number)}
      note={panel && noteOf(panel)}
      actions={
        <Group gap="md">
          <Switch
            checked={isHeard}
            label={words.sound}
            title={words.soundWhy}
            onChange={({ currentTarget }) => setHeard(currentTarget.checked)}
          />
          <Anchor component={Link} to="/panel" size="sm">
            {words.all}
          </Anchor>
        </Group>
      }
    >
      {panel === undefined ? (
        error === undefined ? (
          <Loading sentence={words.waiting} />
        ) : (
          <Refused error={error} retry={() => location.reload()} />
        )
      ) : (
        <>
          {(isStill || error !== undefined) && (
            <Text size="sm" role="alert">
              {isStill || error === undefined ? words.interrupted : reasonOf(error)}
            </Text>
          )}
          <div className="panel-page">
            <Panel>
              <Case panel={panel} act={act} turnCover={() => turnCover(panel)} />
              <Text size="xs" className="quiet" visibleFrom="sm">
                {words.keysHint}
              </Text>
            </Panel>
            <Stack gap="md">
              <Relay panel={panel} isUnoccupied={isEmpty} />
              <Interphone panel={panel} act={act} />
              <Chain credit={panel.credit} />
              {maySell && !isEmpty && <Sale meter={number} />}
              {panel.card !== undefined && <PurseCard card={panel.card} act={act} />}
              <BankCard card={panel.bankCard} act={act} />
            </Stack>
          </div>
          <div className="panel-page">
            <House panel={panel} act={act} />
            <Mischief panel={panel} act={act} turnCover={() => turnCover(panel)} />
          </div>
          <LiftingCover isOpen={isAsking} close={close} act={act} />
        </>
      )}
    </Page>
  );
}
