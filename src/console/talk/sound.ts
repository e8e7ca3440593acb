import workletUrl from './talk-worklet.ts?worker&url';

/** Samples of 16 bits at 8 kHz. */
export type Sound = Int16Array<ArrayBuffer>;

/** Microphone and speaker, at 8 kHz. */
export interface OpenSound {
  hear(sound: Sound): void;
  mute(isMuted: boolean): void;
  close(): void;
}

/** A telephone on the desk hears the room: what the speaker says is not to come back. */
const MICROPHONE = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 };

/** Asks for the microphone, and lets go of it: who said no is told before anybody waits for them. @throws where there is none */
export async function askForMicrophone(): Promise<void> {
  for (const track of (await microphone()).getTracks()) track.stop();
}

/** @param say takes 20 ms of what is said @throws where there is no microphone */
export async function openSound(say: (sound: Sound) => void): Promise<OpenSound> {
  const media = await microphone();
  const context = new AudioContext({ latencyHint: 'interactive' });
  const close = () => {
    for (const track of media.getTracks()) track.stop();
    // Both sides of a conversation may end it.
    if (context.state !== 'closed') void context.close();
  };
  try {
    await context.audioWorklet.addModule(workletUrl);
    const node = new AudioWorkletNode(context, 'talk', { outputChannelCount: [1] });
    node.port.onmessage = ({ data }: MessageEvent<Sound>) => say(data);
    context.createMediaStreamSource(media).connect(node);
    node.connect(context.destination);
    await context.resume();
    return {
      hear: (sound) => node.port.postMessage(sound, [sound.buffer]),
      mute: (isMuted) => {
        for (const track of media.getAudioTracks()) track.enabled = !isMuted;
      },
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

// Without TLS a browser has no such devices.
const microphone = async (): Promise<MediaStream> => navigator.mediaDevices.getUserMedia({ audio: MICROPHONE });
