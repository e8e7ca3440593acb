/** The characters that a QR code packs two into 11 bits. RFC 9285 §4 */
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:';
const VALUES = new Map([...ALPHABET].map((character, value) => [character, value]));

/** Two bytes as three characters, a last one as two. RFC 9285 */
export function toBase45(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 2) {
    const last = at + 1 === bytes.length;
    let rest = last ? (bytes[at] as number) : 256 * (bytes[at] as number) + (bytes[at + 1] as number);
    for (let count = last ? 2 : 3; count > 0; count--) {
      text += ALPHABET[rest % 45];
      rest = Math.floor(rest / 45);
    }
  }
  return text;
}

/** The bytes of a base45 text, or `undefined` when it is none. */
export function parseBase45(text: string): Uint8Array | undefined {
  if (text.length % 3 === 1) return undefined;
  const bytes: number[] = [];
  for (let at = 0; at < text.length; at += 3) {
    const group = text.slice(at, at + 3);
    let value = 0;
    for (const character of [...group].reverse()) {
      const digit = VALUES.get(character);
      if (digit === undefined) return undefined;
      value = 45 * value + digit;
    }
    if (value > (group.length === 3 ? 0xffff : 0xff)) return undefined;
    if (group.length === 3) bytes.push(value >> 8);
    bytes.push(value & 0xff);
  }
  return Uint8Array.from(bytes);
}
