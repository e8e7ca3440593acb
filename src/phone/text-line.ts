import type { CallHandle, CallLine } from './desk.ts';
import type { CallOutput, Sentence } from './types.ts';

type Said = Extract<CallOutput, { type: 'say' }>;

/** What a caller reads at one time. */
export interface TextTurn {
  readonly sentences: readonly Sentence[];
  /** Whether anything may be answered; where not, the line is gone or the call goes on without it. */
  readonly isOpen: boolean;
}

/** A call that is read, turn by turn: everything that was said until something may be answered. */
export class TextLine implements CallLine {
  handle: CallHandle | undefined;
  #sentences: Sentence[] = [];
  #isListening = false;
  #isClosed = false;
  #wake: () => void = () => undefined;
  readonly #later: (ms: number, work: () => void) => () => void;

  constructor(later: (ms: number, work: () => void) => () => void) {
    this.#later = later;
  }

  say({ sentences, listening }: Said): void {
    this.#sentences.push(...sentences);
    this.#isListening = listening !== 'no';
    if (this.#isListening) this.#wake();
  }

  close(): void {
    this.#isClosed = true;
    this.#wake();
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Answers what stands there, as somebody who has read all of it. */
  enter(text: string): void {
    this.#read();
    this.handle?.input({ type: 'entry', text });
  }

  /** Answers nothing for as long as the carrier waits. */
  beSilent(): void {
    this.#read();
    this.handle?.input({ type: 'silent' });
  }

  /** What was said again meanwhile, because nobody answered, is not read twice. */
  #read(): void {
    this.handle?.input({ type: 'spoken' });
    this.#sentences = [];
    this.#isListening = false;
  }

  /** What is to be read, as soon as it may be answered or the call has ended, and at the latest after so long. */
  async turn(ms: number): Promise<TextTurn> {
    if (!this.#isListening && !this.#isClosed) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      const cancel = this.#later(ms, resolve);
      await promise;
      cancel();
    }
    const sentences = this.#sentences;
    this.#sentences = [];
    return { sentences, isOpen: this.#isListening && !this.#isClosed };
  }
}
