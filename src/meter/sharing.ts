import { equalBytes } from '../bytes/index.ts';

const SHARED_MAX = 16;

/**
 * A decoder that gives the same object again for the same bytes, as far back as the last 16 that differed: thousands of
 * meters in one process hold the same table and policy, and nobody changes what was decoded. A failure is decoded anew.
 */
export function sharing<T extends object>(decode: (bytes: Uint8Array) => T): (bytes: Uint8Array) => T {
  const shared: { readonly bytes: Uint8Array; readonly decoded: T }[] = [];
  return (bytes) => {
    const known = shared.find((entry) => equalBytes(entry.bytes, bytes));
    if (known !== undefined) return known.decoded;
    const decoded = decode(bytes);
    if ('reason' in decoded) return decoded;
    if (shared.length === SHARED_MAX) shared.shift();
    shared.push({ bytes: bytes.slice(), decoded });
    return decoded;
  };
}
