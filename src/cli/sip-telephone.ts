import { hash } from 'node:crypto';
import { EspeakSpeech } from '../adapters/espeak.ts';
import { SipSockets } from '../adapters/sip-sockets.ts';
import { SoundClock } from '../adapters/sound-clock.ts';
import { type CallDesk, type RegistrarSettings, Registration, SipAgent } from '../phone/index.ts';
import { CannotGoOn } from './failure.ts';

/** As node:crypto names them. */
const HASHES = { MD5: 'md5', 'SHA-256': 'sha256' } as const;

export interface SipTelephoneOptions {
  /** Of this machine, and the port that is called; 0 is a free one. */
  readonly address: string;
  readonly port: number;
  /** From where calls are taken; from everywhere where there are none. */
  readonly peers?: readonly string[];
  /** The trunk that this telephone is made known to. */
  readonly registrar?: Omit<RegistrarSettings, 'contact'>;
  readonly soundPorts?: { readonly from: number; readonly to: number };
  /** Where what was spoken is kept. */
  readonly folder: string;
  readonly warn: (sentence: string) => void;
  readonly inform?: (sentence: string) => void;
  /** Hears of each packet of sound how much after its time it was sent. */
  readonly late?: (ms: number) => void;
}

/** A telephone that is called over SIP. @throws CannotGoOn where nothing can listen there */
export async function openSipTelephone(
  desk: CallDesk,
  { address, port, peers = [], registrar, soundPorts, folder, warn, inform, late }: SipTelephoneOptions,
): Promise<{ readonly port: number; close(): Promise<void> }> {
  const sockets = new SipSockets({ address, port, ...(soundPorts && { soundPorts }) });
  const speech = new EspeakSpeech({ folder });
  let agent: SipAgent | undefined;
  const bound = await sockets
    .listen((bytes, from) => agent?.receive(bytes, from))
    .catch(async () => {
      await speech.close();
      throw new CannotGoOn(
        `Nothing can listen for SIP on port ${port} of ${address}: name another in the configuration.`,
      );
    });
  // Whoever is registered at is heard too.
  const heard = peers.length === 0 || registrar === undefined ? peers : [...peers, registrar.at.address];
  const opened = new SipAgent(desk, { ...sockets.ports, speech, warn }, { address, port: bound, peers: heard });
  agent = opened;
  const registration =
    registrar &&
    new Registration(
      { ...registrar, contact: { address, port: bound } },
      {
        ...sockets.ports,
        request: (...asked) => opened.request(...asked),
        digest: (algorithm, text) => hash(HASHES[algorithm], text),
        hear: (level, sentence) => (level === 'warn' ? warn(sentence) : inform?.(sentence)),
      },
    );
  registration?.start();
  const clock = new SoundClock(() => opened.calls, late);
  clock.start();
  return {
    port: bound,
    async close() {
      await registration?.stop();
      opened.close();
      clock.stop();
      await speech.close();
      await sockets.close();
    },
  };
}
