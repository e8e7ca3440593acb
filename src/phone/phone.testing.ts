import { CallerRig, DEFAULT_TARIFF } from '../host/callers.testing.ts';
import type { HostPorts, PhoneCall } from '../host/index.ts';
import { made } from '../host/rig.testing.ts';
import { milliseconds } from '../units/index.ts';
import { CallDesk, type CallHandle, type CallLine, type DeskPorts, type NewCall } from './desk.ts';
import type { Hear, Operator, Seat } from './switchboard.ts';
import { type CallOutput, isKey } from './types.ts';

type Said = Extract<CallOutput, { type: 'say' }>;

/** Somebody at a telephone: hears what is said, and presses keys. */
export class Caller implements CallLine {
  readonly speeches: Said[] = [];
  closedTo: string | undefined;
  handle: CallHandle | undefined;
  readonly #phone: PhoneRig;

  constructor(phone: PhoneRig) {
    this.#phone = phone;
  }

  say(said: Said): void {
    this.speeches.push(said);
  }
  close(to: string): void {
    this.closedTo = to;
  }

  get said(): Said | undefined {
    return this.speeches.at(-1);
  }
  /** What was said last, in one text. */
  get heard(): string {
    return this.said?.sentences.map(({ text }) => text).join(' ') ?? '';
  }
  /** Everything that was said. */
  get everything(): string {
    return this.speeches.flatMap(({ sentences }) => sentences.map(({ text }) => text)).join(' ');
  }

  /** Presses keys, one by one, whatever is being said. */
  async press(keys: string): Promise<string> {
    for (const key of keys) {
      if (isKey(key)) this.handle?.input({ type: 'key', key });
      await this.#phone.desk.settled();
    }
    return this.heard;
  }
  async enter(text: string): Promise<string> {
    this.handle?.input({ type: 'entry', text });
    await this.#phone.desk.settled();
    return this.heard;
  }
  /** Hears all of what is being said, and then presses keys. */
  async hearAndPress(keys: string): Promise<string> {
    this.handle?.input({ type: 'spoken' });
    return this.press(keys);
  }
  hangUp(): void {
    this.handle?.input({ type: 'hung-up' });
  }
}

/** Somebody at a telephone by which people speak with each other. */
export class TalkingCaller extends Caller {
  /** What the person said. */
  readonly heardSounds: Int16Array[] = [];
  #speak: Hear = () => undefined;
  isTalking = false;

  override say(said: Said): void {
    this.isTalking = false;
    super.say(said);
  }
  talk(hear: Hear): Hear {
    this.isTalking = true;
    this.#speak = hear;
    return (sound) => void this.heardSounds.push(sound);
  }
  speak(sound: Int16Array): void {
    this.#speak(sound);
  }
}

/** Somebody at the utility who takes calls. */
export class TestOperator implements Operator {
  readonly by: string;
  readonly heard: Int16Array[] = [];
  /** Calls that wait, as they were told last, by who calls and what was done last. */
  queue: (readonly [string | undefined, string | undefined])[] = [];
  ids: string[] = [];
  endings = 0;
  isReplaced = false;
  readonly seat: Seat;

  constructor(phone: PhoneRig, by: string) {
    this.by = by;
    const seat = phone.desk.switchboard.join(this);
    if (seat === undefined) throw new Error('there is no seat');
    this.seat = seat;
  }
  readonly waiting = (calls: readonly PhoneCall[]): void => {
    this.queue = calls.map(({ from, steps }) => [from, steps.at(-1)?.name]);
    this.ids = calls.map(({ id }) => id);
  };
  readonly hear = (sound: Int16Array): void => void this.heard.push(sound);
  readonly ended = (): void => {
    this.endings += 1;
  };
  readonly replaced = (): void => {
    this.isReplaced = true;
  };
}

/** A desk with its callers over a host with a bank and meters, whose time is turned by hand. */
export class PhoneRig {
  readonly rig: CallerRig;
  readonly desk: CallDesk;
  readonly troubles: string[] = [];
  readonly #alarms = new Set<{ readonly at: number; readonly work: () => void }>();

  private constructor(rig: CallerRig, more: Partial<DeskPorts>) {
    this.rig = rig;
    const { rig: inner } = rig.till;
    this.desk = new CallDesk({
      host: inner.host,
      callers: rig.callers,
      clock: inner.clock,
      randomness: inner.randomness,
      later: this.later,
      trouble: (sentence) => this.troubles.push(sentence),
      ...more,
    });
  }

  readonly later = (ms: number, work: () => void): (() => void) => {
    const alarm = { at: this.rig.till.rig.clock.ms + ms, work };
    this.#alarms.add(alarm);
    return () => this.#alarms.delete(alarm);
  };

  static async open(more: (rig: CallerRig) => Partial<DeskPorts> = () => ({}), ports: Partial<HostPorts> = {}) {
    return PhoneRig.over(await CallerRig.open(ports), more);
  }

  static async over(rig: CallerRig, more: (rig: CallerRig) => Partial<DeskPorts> = () => ({})) {
    const { host, clock } = rig.till.rig;
    made(await host.publishTariff('home', DEFAULT_TARIFF, milliseconds(clock.ms - 5 * 86_400_000)));
    made(await host.assignTariff(0, 'home'));
    return new PhoneRig(rig, more(rig));
  }

  call(from: string | undefined, { canTransfer = false } = {}): Promise<Caller> {
    return this.#begun(new Caller(this), { carrier: 'chat', from, canTransfer });
  }

  /** By a telephone that carries speech. */
  dial(from: string | undefined): Promise<TalkingCaller> {
    return this.#begun(new TalkingCaller(this), { carrier: 'sip', from });
  }

  async #begun<C extends Caller>(caller: C, call: NewCall): Promise<C> {
    caller.handle = this.desk.begin(call, caller);
    await this.desk.settled();
    return caller;
  }

  /** Time passes, second by second: meters answer, payments go on, and calls are woken. */
  async pass(ms: number, { isHostAwake = true } = {}): Promise<void> {
    const { till } = this.rig;
    const until = till.rig.clock.ms + ms;
    while (till.rig.clock.ms < until) {
      till.rig.clock.ms += Math.min(1_000, until - till.rig.clock.ms);
      if (isHostAwake) {
        await till.rig.host.handle({ type: 'tick' });
        await till.rig.pump();
      }
      this.ring();
      await this.desk.settled();
    }
  }

  /** Wakes whoever wanted to be woken by now. */
  ring(): void {
    const { ms } = this.rig.till.rig.clock;
    const due = [...this.#alarms].filter(({ at }) => at <= ms).sort((a, b) => a.at - b.at);
    for (const alarm of due) if (this.#alarms.delete(alarm)) alarm.work();
  }

  /** The newest first. */
  async calls(): Promise<PhoneCall[]> {
    return this.rig.callers.calls({ limit: 99 });
  }
  async stepsOfLast(): Promise<string[]> {
    const [last] = await this.calls();
    return last?.steps.map(({ name }) => name) ?? [];
  }
}
