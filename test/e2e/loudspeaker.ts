import type { Page } from 'playwright-core';

declare global {
  interface Window {
    spectrum: (hertz: number) => number;
  }
}

/** Lets a test hear what a page gives to the loudspeaker: how loud it is at a pitch, in decibels. */
export const listenAtLoudspeaker = (page: Page) =>
  page.addInitScript(() => {
    const connect = AudioNode.prototype.connect as (this: AudioNode, to: AudioNode) => AudioNode;
    // All that sounds at the same time is heard together.
    const ears = new WeakMap<BaseAudioContext, AnalyserNode>();
    AudioNode.prototype.connect = function (this: AudioNode, to: AudioNode) {
      if (to instanceof AudioDestinationNode) {
        const analyser = ears.get(this.context) ?? this.context.createAnalyser();
        ears.set(this.context, analyser);
        connect.call(this, analyser);
        const bins = new Float32Array(analyser.frequencyBinCount);
        window.spectrum = (hertz) => {
          analyser.getFloatFrequencyData(bins);
          return bins[Math.round((hertz * analyser.fftSize) / this.context.sampleRate)] ?? Number.NEGATIVE_INFINITY;
        };
      }
      return connect.call(this, to);
    } as typeof AudioNode.prototype.connect;
  });
