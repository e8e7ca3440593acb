import { toHex } from '../../bytes/index.ts';
import { decodeFrame, Message } from '../../exchange/index.ts';
import { RelayReason } from '../../records/index.ts';
import type { Svpmsn } from '../../units/index.ts';
import type { House } from '../house.ts';
import type { Checker, Findings } from './checker.ts';

/** What only a command may change. */
interface Commanded {
  readonly tables: string;
  readonly newestTable: number;
  readonly policy: number;
  readonly keys: string;
  readonly byCommand: string;
  readonly floors: string;
  readonly clockOffsetMs: number;
}

/** Each thing that a command may change, in words, and the command that may. */
const CHANGES = [
  { of: 'tables', command: 0x20, what: 'a mode table' },
  { of: 'policy', command: 0x23, what: 'its supply policy' },
  { of: 'byCommand', command: 0x22, what: 'a relay that is open by command' },
] as const;

const DAY_MS = 86_400_000;
const SLEW_MS_MAX = 60_000;

/**
 * What is ordered and is not value: every change is that of a frame which a host sent to this meter (I15), no frame is
 * carried out outside its purpose (I16), no floor falls (I17), versions rise and slews are bounded (I26).
 */
export class Commands implements Checker {
  readonly watches = ['I15', 'I16', 'I17', 'I26'] as const;
  readonly #findings: Findings;
  readonly #known = new Map<Svpmsn, Commanded>();
  /** Every M3 that a host ever sent, by meter. */
  readonly #sent = new Map<Svpmsn, Set<string>>();
  /** Slews of monitoring since the clock was set last: the meter's day, and how much. */
  readonly #slewed = new Map<Svpmsn, { day: number; ms: number }>();

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  sent(svpmsn: Svpmsn, frames: readonly Uint8Array[]): void {
    const sent = this.#sent.get(svpmsn) ?? new Set();
    this.#sent.set(svpmsn, sent);
    for (const frame of frames) if (frame[0] === (0x10 | Message.third) && frame[1] !== 0x10) sent.add(toHex(frame));
  }

  heard(house: House, request: Uint8Array, answer: Uint8Array | undefined): void {
    const { svpmsn } = house;
    const frame = decodeFrame(request);
    if ('reason' in frame) return;
    const { h, n, message } = frame;
    const answered = answer !== undefined && (answer[0] === 0x12 || answer[0] === 0x14);
    if (answered) {
      this.#findings.hold(
        'I16',
        svpmsn,
        carries(n >> 6, h),
        () => `it answered command ${h} under a key of purpose ${n >> 6}`,
      );
    }
    this.#compare(house, message === Message.third ? h : undefined, request);
  }

  minute(house: House): void {
    this.#compare(house, undefined, undefined);
  }

  started(house: House): void {
    const before = this.#known.get(house.svpmsn);
    // A commit that was cut may be whole, and its answer never left: what changed is looked at by the next command.
    const now = lookAt(house);
    this.#known.set(house.svpmsn, now);
    if (before === undefined || house.frozen) return;
    this.#floors(house, before, now);
    // A table that was being written over when the power went may be neither the old one nor the new.
    if (!house.cutAtWork) this.#versions(house, before, now);
  }

  #compare(house: House, h: number | undefined, request: Uint8Array | undefined): void {
    const { svpmsn } = house;
    const now = lookAt(house);
    const before = this.#known.get(svpmsn);
    this.#known.set(svpmsn, now);
    if (before === undefined || house.frozen) return;
    for (const { of, command, what } of CHANGES) {
      if (now[of] === before[of]) continue;
      this.#authentic(svpmsn, what, h === command && this.#isSent(svpmsn, request));
    }
    if (now.keys !== before.keys) {
      // An old key goes when a newer one of its kind has worked, whatever that carried.
      const [had, holds] = [before, now].map(({ keys }) => new Set(keys.split(' ').map(Number))) as [
        Set<number>,
        Set<number>,
      ];
      const gone = [...had].filter((key) => !holds.has(key));
      const works = h === undefined ? undefined : request?.[2];
      const isChange = [...holds].some((key) => !had.has(key));
      const may = isChange ? h === 0x2f && this.#isSent(svpmsn, request) : works !== undefined;
      this.#authentic(svpmsn, 'its keys', may && gone.every((key) => works !== undefined && replaces(works, key)));
    }
    this.#floors(house, before, now);
    this.#versions(house, before, now);
    this.#clock(house, h, before, now);
  }

  /** Whether a host sent this to that meter, and it changed nothing yet. */
  #isSent(svpmsn: Svpmsn, request: Uint8Array | undefined): boolean {
    return request !== undefined && this.#sent.get(svpmsn)?.delete(toHex(request)) === true;
  }

  #authentic(svpmsn: Svpmsn, what: string, authentic: boolean): void {
    this.#findings.hold('I15', svpmsn, authentic, () => `${what} changed, and no host had sent what it heard`);
  }

  #floors({ svpmsn }: House, before: Commanded, now: Commanded): void {
    const sentence = () => `a floor fell: ${before.floors} to ${now.floors}`;
    this.#findings.hold('I17', svpmsn, !falls(before.floors, now.floors), sentence);
  }

  #versions({ svpmsn }: House, before: Commanded, now: Commanded): void {
    this.#findings.hold(
      'I26',
      svpmsn,
      now.newestTable >= before.newestTable && now.policy >= before.policy,
      () => `its tables went from ${before.tables} to ${now.tables}, its policy from ${before.policy} to ${now.policy}`,
    );
  }

  #clock({ svpmsn, meter }: House, h: number | undefined, before: Commanded, now: Commanded): void {
    const moved = Math.abs(now.clockOffsetMs - before.clockOffsetMs);
    if (h === 0x21) this.#slewed.delete(svpmsn);
    if (moved === 0 || h === 0x21) return;
    const day = Math.floor((meter.now + before.clockOffsetMs) / DAY_MS);
    const slewed = this.#slewed.get(svpmsn) ?? { day, ms: 0 };
    this.#slewed.set(svpmsn, slewed);
    if (day > slewed.day) Object.assign(slewed, { day, ms: 0 });
    slewed.ms += moved;
    this.#findings.hold(
      'I26',
      svpmsn,
      h === 0x31 && slewed.ms <= SLEW_MS_MAX,
      () => `command ${h} moved its clock by ${moved} ms, ${slewed.ms} ms in one day`,
    );
  }
}

/** Of one purpose and suite, and a later generation. */
const replaces = (newer: number, older: number): boolean => newer >> 4 === older >> 4 && newer > older;

/** The ranges of PROTOCOL: value 0x10 to 0x18, control 0x20 to 0x2E, monitoring 0x30 to 0x32; 0x2F under any. */
function carries(purpose: number, h: number): boolean {
  if (h === 0x2f) return true;
  const ranges = [
    [0x10, 0x18],
    [0x20, 0x2e],
    [0x30, 0x32],
  ];
  const [from = 1, to = 0] = ranges[purpose] ?? [];
  return from <= h && h <= to;
}

function lookAt({ meter }: House): Commanded {
  const { supplies, policy, sam, svm, kept } = meter;
  const versions = supplies.flatMap(({ tables }) => tables.map((table) => table?.version ?? 0));
  return {
    tables: versions.join(' '),
    newestTable: Math.max(...versions),
    policy: policy.version,
    keys: [...sam.keys.keys()].toSorted((a, b) => a - b).join(' '),
    byCommand: supplies.map(({ relay }) => relay.reasons & RelayReason.command).join(' '),
    floors: toHex(svm.purse.floors),
    clockOffsetMs: kept.clockOffsetMs,
  };
}

const falls = (before: string, now: string): boolean => [...now].some((floor, i) => floor < (before[i] as string));
