import type { HostServices, RestorationView } from '../host/index.ts';
import { svpmsnText } from '../units/index.ts';

/** Meters that are named; of more there is a count. */
const NAMED_MAX = 10;

type Say = (level: 'info' | 'warn', sentence: string) => void;

/**
 * What a host learns since its books were put back from a copy, told as it changes, until every meter was heard and every
 * payment port reconciled. Of what is at its end when it starts nothing is told.
 */
export class RestorationNews {
  readonly #host: Pick<HostServices, 'restoration'>;
  readonly #say: Say;
  #isOver = false;
  #told = '';

  constructor(host: Pick<HostServices, 'restoration'>, say: Say) {
    this.#host = host;
    this.#say = say;
  }

  async tell(): Promise<void> {
    if (this.#isOver) return;
    const view = await this.#host.restoration();
    if ('reason' in view) {
      // A store that is away is asked again.
      this.#isOver = view.reason === 'never-restored';
      return;
    }
    const isDone = view.awaited === 0 && view.ports.every(({ isReconciled }) => isReconciled);
    const isNews = this.#told !== '' || !isDone;
    this.#isOver = isDone;
    if (!isNews) return;
    const sentences = sentencesOf(view, isDone);
    const text = sentences.join(' ');
    if (text === this.#told) return;
    this.#told = text;
    for (const sentence of sentences) this.#say(isDone ? 'info' : 'warn', sentence);
  }
}

function sentencesOf(view: RestorationView, isDone: boolean): string[] {
  const { copiedAt, meters, awaited, frozen, found, unsettledPayments } = view;
  const since = copiedAt === undefined ? 'an older copy' : `a copy of ${new Date(copiedAt).toISOString()}`;
  const waiting = view.ports.filter(({ isReconciled }) => !isReconciled).map(({ port }) => port);
  return [
    `The books were put back from ${since}; ${awaited} of ${meters} meters have not told their receipts yet.`,
    ...(found > 0n ? [`Value of ${found} is in meters that these books do not know to have been sold.`] : []),
    ...(frozen.length > 0
      ? [`Meters are frozen since then, and a person decides: ${named(frozen.map(svpmsnText))}.`]
      : []),
    ...(view.paidTwice.length > 0
      ? [`Vouchers paid twice, and what they are worth is lost: ${named(view.paidTwice.map(twiceText))}.`]
      : []),
    ...(waiting.length > 0
      ? [
          `No value leaves and ${unsettledPayments} open payments wait until the payments of ${waiting.join(', ')} were compared with these books: see "After a restore" in the operating guide.`,
        ]
      : []),
    ...(isDone ? ['Every meter was heard and every payment port compared: value moves as before.'] : []),
  ];
}

const twiceText = ({ voucher, sold, found }: RestorationView['paidTwice'][number]): string =>
  `${voucher} in meter ${svpmsnText(sold.svpmsn)}, and before that in ${svpmsnText(found.svpmsn)} for ${found.amount} tokens`;

const named = (all: readonly string[]): string =>
  all.length > NAMED_MAX ? `${all.slice(0, NAMED_MAX).join(', ')} and ${all.length - NAMED_MAX} more` : all.join(', ');
