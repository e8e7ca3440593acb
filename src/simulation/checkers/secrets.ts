import { toHex } from '../../bytes/index.ts';
import type { Written } from '../mortal-store.ts';
import type { Checker, Findings } from './checker.ts';

/** No key of a life is shorter. */
const KEY_BYTES_MIN = 16;
/** By so many bytes at its beginning a key is looked up. */
const HEAD_BYTES = 4;
const HEX_RUN = new RegExp(`[0-9a-f]{${2 * KEY_BYTES_MIN},}`, 'gi');

/**
 * Every key of a life, and all that is written down in it: no row that a host ever wrote, and no line of the trace, has
 * the bytes of a key in it, raw or in hex (I31).
 */
export class Secrets implements Checker {
  readonly watches = ['I31'] as const;
  readonly #findings: Findings;
  /** By their first bytes. */
  readonly #keys = new Map<number, Uint8Array[]>();
  readonly #known = new Set<string>();
  /** Of the rows that are being looked at. */
  #leaks = false;

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  /** A key comes to be: from now on it stands nowhere. */
  learn(key: Uint8Array): void {
    const name = toHex(key);
    if (key.length < KEY_BYTES_MIN || this.#known.has(name)) return;
    this.#known.add(name);
    const head = headAt(key, 0);
    this.#keys.set(head, [...(this.#keys.get(head) ?? []), key.slice()]);
  }

  committed(rows: readonly Written[]): void {
    this.#leaks = false;
    for (const { values } of rows) this.#walk(values);
    this.#findings.hold('I31', undefined, !this.#leaks, () => {
      const methods = rows.map(({ method }) => method).join(', ');
      return `a key stands in a row of a transaction that wrote ${methods}`;
    });
  }

  /** A line of the trace, or any other text that somebody keeps. */
  told(text: string, where: string): void {
    this.#findings.hold('I31', undefined, !this.#inText(text), () => `a key stands in ${where}`);
  }

  #walk(value: unknown): void {
    if (typeof value === 'string') this.#leaks ||= this.#inText(value);
    if (typeof value !== 'object' || value === null) return;
    if (ArrayBuffer.isView(value)) {
      this.#leaks ||= this.#inBytes(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
      return;
    }
    for (const part of Object.values(value)) this.#walk(part);
  }

  #inText(text: string): boolean {
    if (text.length < 2 * KEY_BYTES_MIN) return false;
    for (const [run] of text.matchAll(HEX_RUN)) {
      // The digits of a key may begin at any digit of a longer run.
      for (const from of [0, 1]) if (this.#inBytes(bytesOf(run.slice(from)))) return true;
    }
    return false;
  }

  #inBytes(bytes: Uint8Array): boolean {
    for (let at = 0; at + KEY_BYTES_MIN <= bytes.length; at++) {
      const found = this.#keys.get(headAt(bytes, at));
      if (found?.some((key) => key.every((byte, i) => byte === bytes[at + i]))) return true;
    }
    return false;
  }
}

function headAt(bytes: Uint8Array, at: number): number {
  let head = 0;
  for (let i = at; i < at + HEAD_BYTES; i++) head = head * 256 + (bytes[i] as number);
  return head;
}

/** Of whole pairs of hex digits; a digit that is left over at the end is none of them. */
const bytesOf = (digits: string): Uint8Array =>
  Uint8Array.from({ length: digits.length >> 1 }, (_, i) => Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16));
