import { useCallback, useEffect, useRef, useState } from 'react';
import type { PanelJson } from '../../../api/index.ts';
import { change, Refusal, read } from '../../ask.ts';
import { hearStream } from '../../stream.ts';
import { tellTime } from '../../time.ts';

/** One thing that somebody does at the meter or in its house. */
export type Action =
  | { readonly press: string }
  | { readonly appliance: string; readonly on: boolean }
  | { readonly cover: 'lifted' | 'closed' }
  | { readonly card: 'slot' | 'hand' }
  | { readonly bankCard: 'slot' | 'hand' }
  | { readonly bypass: boolean }
  | { readonly power: boolean };

export const actAt = (meter: string, action: Action): Promise<PanelJson> =>
  change<PanelJson>(`/demo/meters/${meter}/panel/actions`, { method: 'POST', body: action });

export interface LivePanel {
  readonly panel: PanelJson | undefined;
  /** Why it cannot be seen, or why what was done was refused. */
  readonly error: Error | undefined;
  /** The picture stands still: nobody answers at the moment. */
  readonly isStill: boolean;
  readonly act: (action: Action) => void;
}

/** The panel of a meter, at once and whenever it changes, and what is done to it, in the order in which it is done. */
export function usePanel(meter: string | undefined): LivePanel {
  const [panel, setPanel] = useState<PanelJson>();
  const [error, setError] = useState<Error>();
  const [isStill, setStill] = useState(false);
  const doing = useRef(Promise.resolve());
  useEffect(() => {
    setPanel(undefined);
    setError(undefined);
    setStill(false);
    if (meter === undefined) return;
    return hearStream({
      address: `/api/v1/demo/meters/${meter}/panel/events`,
      hear: {
        panel: (data) => {
          const shown = JSON.parse(data) as PanelJson;
          tellTime(shown);
          setStill(false);
          setPanel(shown);
        },
      },
      failed: (isRefused) => {
        setStill(true);
        if (!isRefused) return;
        // A stream does not say why it was refused; reading once does.
        read<PanelJson>(`/demo/meters/${meter}/panel`).catch((refused: Error) => setError(refused));
      },
    });
  }, [meter]);
  const act = useCallback(
    (action: Action) => {
      if (meter === undefined) return;
      const done = async () => {
        try {
          setPanel(await actAt(meter, action));
          setError(undefined);
        } catch (refused) {
          setError(refused instanceof Refusal ? refused : new Error(String(refused)));
        }
      };
      doing.current = doing.current.then(done);
    },
    [meter],
  );
  return { panel, error, isStill, act };
}
