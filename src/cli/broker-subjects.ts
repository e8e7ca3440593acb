import { BACKHAUL_VERSION } from '../backhaul/index.ts';

/** Under which subjects hosts and area units speak; permissions of the broker are written by them. */
export const subjects = {
  /** An area unit says who it is, in the one layout that holds in all versions; one host answers under `down`. */
  hello: (area: number | '*') => `wattpurse.hello.${area}`,
  /** It is there, every few seconds. */
  here: (area: number | '*') => `wattpurse.here.${area}`,
  /** A host has come, and wants to know who is. */
  who: 'wattpurse.who',
  /** From hosts, sent and forgotten: nothing of it is worth having late. */
  down: (area: number) => `wattpurse.down.${area}`,
  /** What must arrive: a stream. Another version of the backhaul has another one. */
  up: (area: number | '*') => `wattpurse.up.${BACKHAUL_VERSION}.${area}`,
  /** What is asked for again as long as it is wanted: any one host. */
  asked: (area: number | '*') => `wattpurse.asked.${area}`,
  /** What bears the ticket of a host: that one, or all where it is not known which. */
  answer: (host: string, area: number | '*') => `wattpurse.answer.${host}.${area}`,
} as const;

export const ALL_HOSTS = 'all';
/** Queue group and durable consumer of the hosts. */
export const HOSTS = 'hosts';
export const STREAM = {
  name: `WATTPURSE_UP_${BACKHAUL_VERSION}`,
  subjects: [subjects.up('*')],
  /** About a day of profiles of 1,000,000 meters. */
  bytesMax: 1024 * 1024 * 1024,
};

/** The area unit of a subject, which ends in its number. */
export const areaOf = (subject: string): number | undefined => {
  const area = Number(subject.slice(subject.lastIndexOf('.') + 1));
  return Number.isInteger(area) && area >= 0 && area < 256 ? area : undefined;
};
