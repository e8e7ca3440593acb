/** What one hears of a meter. A browser lets nothing sound before somebody has asked for it. */
export class Sound {
  readonly #context = new AudioContext();
  #buzzer: OscillatorNode | undefined;

  /** The latch of the relay falls: a knock, and its echo in the case. */
  click(): void {
    this.#knock(0, 1_900, 0.35);
    this.#knock(0.018, 900, 0.25);
  }

  /** The short warning of a low balance. */
  beep(): void {
    const { currentTime } = this.#context;
    const tone = this.#tone(0.06, currentTime);
    tone.stop(currentTime + 0.15);
  }

  /** It sounds until credit comes. */
  buzz(isOn: boolean): void {
    if (isOn === (this.#buzzer !== undefined)) return;
    this.#buzzer?.stop();
    this.#buzzer = isOn ? this.#tone(0.04, this.#context.currentTime) : undefined;
  }

  close(): void {
    void this.#context.close();
  }

  #tone(loudness: number, at: number): OscillatorNode {
    const tone = this.#context.createOscillator();
    const gain = this.#context.createGain();
    tone.type = 'square';
    tone.frequency.value = 2_300;
    gain.gain.value = loudness;
    tone.connect(gain).connect(this.#context.destination);
    tone.start(at);
    return tone;
  }

  #knock(after: number, hertz: number, loudness: number): void {
    const at = this.#context.currentTime + after;
    const knock = this.#context.createOscillator();
    const gain = this.#context.createGain();
    knock.type = 'triangle';
    knock.frequency.setValueAtTime(hertz, at);
    knock.frequency.exponentialRampToValueAtTime(hertz / 8, at + 0.03);
    gain.gain.setValueAtTime(loudness, at);
    gain.gain.exponentialRampToValueAtTime(0.001, at + 0.05);
    knock.connect(gain).connect(this.#context.destination);
    knock.start(at);
    knock.stop(at + 0.06);
  }
}
