import type { PhoneCall } from '../host/index.ts';
import type { PersonNews } from './types.ts';

/** Who takes calls at one time; more have nothing to do. */
const OPERATORS_MAX = 100;

/** Samples of 16 bits at 8 kHz. */
export type Hear = (sound: Int16Array) => void;

/** A call that waits for a person, or has one. */
export interface Seeking {
  /** As it stands now. */
  readonly call: () => PhoneCall;
  readonly tell: (news: PersonNews) => void;
}

/** Somebody at the utility who takes calls. */
export interface Operator {
  /** As the audit log names them. */
  readonly by: string;
  /** Who waits, whoever waits longest first. It is told as somebody comes, and whenever it changes. */
  readonly waiting: (calls: readonly PhoneCall[]) => void;
  /** What the caller says. */
  readonly hear: Hear;
  /** The caller is not there any more. */
  readonly ended: () => void;
  /** They take calls elsewhere from now on, and here no more. */
  readonly replaced: () => void;
}

/** Why a call was not taken. */
export type NotTaken = 'not-waiting' | 'has-another';

/** What somebody who takes calls does. */
export interface Seat {
  /** Takes a call that waits: of several who want the same one the first has it. */
  take(call: string): NotTaken | undefined;
  /** Says something to the caller; to nobody where there is none. */
  readonly say: Hear;
  /** Ends the conversation; the call goes on without. */
  hangUp(): void;
  /** Takes no more calls. */
  leave(): void;
}

interface Seated {
  readonly operator: Operator;
  /** With whom they speak. */
  talk: Talk | undefined;
}

interface Talk {
  readonly seeking: Seeking;
  readonly seated: Seated;
  /** What the person says, to the caller; nothing before the call is through. */
  say: Hear | undefined;
}

/** Brings those who want to speak with a person together with those who take calls. It hears what they say, and keeps none of it. */
export class Switchboard {
  readonly #seated = new Set<Seated>();
  readonly #waiting = new Map<string, Seeking>();
  readonly #talks = new Map<string, Talk>();

  /** How many take calls. */
  get takers(): number {
    return this.#seated.size;
  }

  /** Whoever waits longest first. */
  get waiting(): PhoneCall[] {
    return [...this.#waiting.values()].map(({ call }) => call());
  }

  /** Somebody takes calls from now on, and where they did before no more; nothing where too many do. */
  join(operator: Operator): Seat | undefined {
    const before = [...this.#seated].find(({ operator: { by } }) => by === operator.by);
    if (before === undefined && this.#seated.size >= OPERATORS_MAX) return undefined;
    const seated: Seated = { operator, talk: undefined };
    this.#seated.add(seated);
    operator.waiting(this.waiting);
    if (before !== undefined) {
      this.#leave(before);
      before.operator.replaced();
    }
    return {
      take: (call) => this.#take(seated, call),
      say: (sound) => seated.talk?.say?.(sound),
      hangUp: () => this.#hangUp(seated),
      leave: () => this.#leave(seated),
    };
  }

  /** A caller wants a person: is told at once whether to wait, and later what becomes of it. */
  seek(id: string, seeking: Seeking): void {
    if (this.#seated.size === 0) {
      seeking.tell({ type: 'nobody-there' });
      return;
    }
    this.#waiting.set(id, seeking);
    // The step that says so stands in the call before anybody sees it.
    seeking.tell({ type: 'person-there' });
    this.#tellWaiting();
  }

  /** A caller waits no more, or has hung up. */
  gone(id: string): void {
    if (this.#waiting.delete(id)) this.#tellWaiting();
    const talk = this.#talks.get(id);
    if (talk === undefined) return;
    this.#end(id, talk);
    talk.seated.operator.ended();
  }

  /** The call is through: from now on both hear each other. */
  connect(id: string, say: Hear): void {
    const talk = this.#talks.get(id);
    if (talk !== undefined) talk.say = say;
  }

  /** What a caller says. */
  heard(id: string, sound: Int16Array): void {
    this.#talks.get(id)?.seated.operator.hear(sound);
  }

  #take(seated: Seated, id: string): NotTaken | undefined {
    if (seated.talk !== undefined) return 'has-another';
    const seeking = this.#waiting.get(id);
    if (seeking === undefined || !this.#seated.has(seated)) return 'not-waiting';
    this.#waiting.delete(id);
    const talk: Talk = { seeking, seated, say: undefined };
    seated.talk = talk;
    this.#talks.set(id, talk);
    seeking.tell({ type: 'person-came', by: seated.operator.by });
    this.#tellWaiting();
    return undefined;
  }

  #leave(seated: Seated): void {
    if (!this.#seated.delete(seated)) return;
    this.#hangUp(seated);
    if (this.#seated.size > 0) return;
    const left = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { tell } of left) tell({ type: 'nobody-there' });
  }

  #hangUp({ talk }: Seated): void {
    if (talk === undefined) return;
    this.#end(talk.seeking.call().id, talk);
    talk.seeking.tell({ type: 'person-left' });
  }

  #end(id: string, talk: Talk): void {
    this.#talks.delete(id);
    talk.seated.talk = undefined;
  }

  #tellWaiting(): void {
    const calls = this.waiting;
    for (const { operator } of this.#seated) operator.waiting(calls);
  }
}
