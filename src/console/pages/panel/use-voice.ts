import { useEffect, useState } from 'react';

export interface Voice {
  /** The browser is asked for its microphone, or gives none. */
  readonly state: 'off' | 'begins' | 'on' | 'no-microphone';
  readonly want: (isWanted: boolean) => void;
}

/** Speaks and hears at a meter by microphone and loudspeaker of this browser: when it is wanted, and as long as somebody calls there. */
export function useVoice(meter: string, isCalling: boolean): Voice {
  const [state, setState] = useState<Voice['state']>('off');
  const isWanted = state === 'begins' || state === 'on';
  useEffect(() => {
    if (!isCalling) setState('off');
  }, [isCalling]);
  useEffect(() => {
    if (!isWanted) return;
    let isLeft = false;
    let close: () => void = () => undefined;
    const became = (next: Voice['state']) => {
      if (!isLeft) setState(next);
    };
    open(meter, () => became('off')).then(
      (end) => {
        close = end;
        if (isLeft) end();
        became('on');
      },
      () => became('no-microphone'),
    );
    return () => {
      isLeft = true;
      close();
    };
  }, [meter, isWanted]);
  return { state, want: (wanted) => setState(wanted ? 'begins' : 'off') };
}

/** @param lost hears that the host carries nothing any more @returns what ends it @throws where there is no microphone */
async function open(meter: string, lost: () => void): Promise<() => void> {
  const { openSound } = await import('../../talk/sound.ts');
  const socket = new WebSocket(`/api/v1/demo/meters/${meter}/voice`);
  socket.binaryType = 'arraybuffer';
  try {
    const sound = await openSound((said) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(said);
    });
    socket.onmessage = ({ data }: MessageEvent<ArrayBuffer | string>) => {
      if (typeof data !== 'string') sound.hear(new Int16Array(data));
    };
    socket.onclose = () => {
      sound.close();
      lost();
    };
    return () => {
      socket.close();
      sound.close();
    };
  } catch (error) {
    socket.close();
    throw error;
  }
}
