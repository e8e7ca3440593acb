import { useEffect, useRef } from 'react';
import type { PanelJson } from '../../../api/index.ts';
import { Sound } from './sound.ts';

/** Makes what happens at a meter heard, while somebody wants to hear it. */
export function useSound(panel: PanelJson | undefined, isOn: boolean): void {
  const sound = useRef<Sound>(undefined);
  useEffect(() => {
    if (!isOn) return;
    const opened = new Sound();
    sound.current = opened;
    return () => {
      sound.current = undefined;
      opened.close();
    };
  }, [isOn]);
  const before = useRef<PanelJson>(undefined);
  useEffect(() => {
    const last = before.current;
    before.current = panel;
    const now = sound.current;
    if (panel === undefined || now === undefined) return;
    now.buzz(panel.buzzer && panel.power);
    if (last === undefined || last.meter !== panel.meter) return;
    if (positions(last) !== positions(panel)) now.click();
    if (panel.warnings > last.warnings) now.beep();
  }, [panel]);
}

const positions = ({ supplies }: PanelJson): string => supplies.map(({ open }) => (open ? '1' : '0')).join('');
