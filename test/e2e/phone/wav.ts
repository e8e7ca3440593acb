export const WAV_HEADER_BYTES = 44;

/** A minute of a sound: RIFF, 8,000 samples of 16 bits a second. */
export function minuteOf(sound: Int16Array): Buffer {
  const dataBytes = 60 * 8_000 * 2;
  const wav = Buffer.alloc(WAV_HEADER_BYTES + dataBytes);
  wav.write('RIFF', 0);
  wav.writeUInt32LE(36 + dataBytes, 4);
  wav.write('WAVEfmt ', 8);
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20);
  wav.writeUInt16LE(1, 22);
  wav.writeUInt32LE(8_000, 24);
  wav.writeUInt32LE(16_000, 28);
  wav.writeUInt16LE(2, 32);
  wav.writeUInt16LE(16, 34);
  wav.write('data', 36);
  wav.writeUInt32LE(dataBytes, 40);
  for (let i = 0; i < dataBytes / 2; i++) wav.writeInt16LE(sound[i % sound.length] ?? 0, WAV_HEADER_BYTES + 2 * i);
  return wav;
}
