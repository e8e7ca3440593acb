import { EspeakSpeech } from '../adapters/espeak.ts';
import { SipSockets } from '../adapters/sip-sockets.ts';
import { SoundClock } from '../adapters/sound-clock.ts';
import { type CallDesk, SipAgent } from '../phone/index.ts';
import { CannotGoOn } from './failure.ts';

export interface SipTelephoneOptions {
  /** Of this machine, and the port that is called; 0 is a free one. */
  readonly address: string;
  readonly port: number;
  /** From where calls are taken; from everywhere where there are none. */
  readonly peers?: readonly string[];
  readonly soundPorts?: { readonly from: number; readonly to: number };
  /** Where what was spoken is kept. */
  readonly folder: string;
  readonly warn: (sentence: string) => void;
  /** Hears of each packet of sound how much after its time it was sent. */
  readonly late?: (ms: number) => void;
}

/** A telephone that is called over SIP. @throws CannotGoOn where nothing can listen there */
export async function openSipTelephone(
  desk: CallDesk,
  { address, port, peers = [], soundPorts, folder, warn, late }: SipTelephoneOptions,
): Promise<{ readonly port: number; close(): Promise<void> }> {
  const sockets = new SipSockets({ address, port, ...(soundPorts && { soundPorts }) });
  const speech = new EspeakSpeech({ folder });
  let agent: SipAgent | undefined;
  const bound = await sockets
    .listen((bytes, from) => agent?.receive(bytes, from))
    .catch(() => {
      throw new CannotGoOn(
        `Nothing can listen for SIP on port ${port} of ${address}: name another in the configuration.`,
      );
    });
  const opened = new SipAgent(desk, { ...sockets.ports, speech, warn }, { address, port: bound, peers });
  agent = opened;
  const clock = new SoundClock(() => opened.calls, late);
  clock.start();
  return {
    port: bound,
    async close() {
      opened.close();
      clock.stop();
      await sockets.close();
    },
  };
}
