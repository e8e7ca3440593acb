/** CRC-16/X.25 (HDLC's FCS): polynomial 0x1021 reflected, start 0xFFFF, complemented. "123456789" gives 0x906E. */
export function crc16X25(bytes: Uint8Array, from = 0, to = bytes.length): number {
  let crc = 0xffff;
  for (let i = from; i < to; i++) crc = (crc >>> 8) ^ (CRC16[(crc ^ (bytes[i] as number)) & 0xff] as number);
  return crc ^ 0xffff;
}

/** CRC-32 (IEEE 802.3): guards records in non-volatile memory against tears. "123456789" gives 0xCBF43926. */
export function crc32(bytes: Uint8Array, from = 0, to = bytes.length): number {
  let crc = 0xffff_ffff;
  for (let i = from; i < to; i++) crc = (crc >>> 8) ^ (CRC32[(crc ^ (bytes[i] as number)) & 0xff] as number);
  return (crc ^ 0xffff_ffff) >>> 0;
}

const CRC16 = table(0x8408);
const CRC32 = table(0xedb8_8320);

function table(polynomial: number): Int32Array {
  const rows = new Int32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let row = byte;
    for (let bit = 0; bit < 8; bit++) row = row & 1 ? (row >>> 1) ^ polynomial : row >>> 1;
    rows[byte] = row;
  }
  return rows;
}
