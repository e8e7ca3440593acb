import { Button, Group, Stack, Switch, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { PanelJson } from '../../../api/index.ts';
import { PANEL_WORDS } from '../../../words/index.ts';
import { useWords } from '../../locale.tsx';
import { Panel } from '../../parts/page.tsx';
import type { Action } from './use-panel.ts';
import { useVoice } from './use-voice.ts';

interface InterphoneProps {
  readonly panel: PanelJson;
  readonly act: (action: Action) => void;
}

/** The interphone beside the keypad: its key, what its voice says, written down, and the voice of whoever stands there. */
export function Interphone({ panel, act }: InterphoneProps): ReactNode {
  const { interphone: words, parts } = useWords(PANEL_WORDS);
  const { state, heard } = panel.interphone;
  const voice = useVoice(panel.meter, state !== 'idle');
  return (
    <Panel title={parts['20'].name}>
      <Stack gap="sm">
        <Group justify="space-between" align="center">
          <Text size="sm" role="status">
            {words.states[state]}
          </Text>
          <Button size="compact-sm" variant="default" disabled={!panel.power} onClick={() => act({ press: 'call' })}>
            {state === 'idle' ? words.call : words.hangUp}
          </Button>
        </Group>
        <div role="log" aria-label={words.heard}>
          {heard.map((sentence, nth) => (
            <Text key={`${sentence}${String(nth)}`} size="sm">
              {sentence}
            </Text>
          ))}
        </div>
        {state === 'live' && (
          <Text size="xs" className="quiet">
            {words.keysHint}
          </Text>
        )}
        {state !== 'idle' && (
          <>
            <Switch
              label={words.speak}
              description={words.speakHint}
              checked={voice.state === 'begins' || voice.state === 'on'}
              onChange={({ currentTarget }) => voice.want(currentTarget.checked)}
            />
            {voice.state === 'no-microphone' && (
              <Text size="sm" role="alert">
                {words.noMicrophone}
              </Text>
            )}
          </>
        )}
      </Stack>
    </Panel>
  );
}
