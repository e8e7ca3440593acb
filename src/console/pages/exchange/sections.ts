/** A run of bytes of a frame, with what it is. */
export interface Section {
  readonly kind: string;
  readonly bytes: number;
}

/** The sections of a frame with their bytes in hex, in groups of four; a frame that is shorter ends early. */
export function sectionsOf(
  frame: string,
  sections: readonly Section[],
): readonly (Section & { readonly hex: string })[] {
  let at = 0;
  return sections.map(({ kind, bytes }) => {
    const hex = frame.slice(at, at + bytes * 2);
    at += bytes * 2;
    return { kind, bytes, hex: hex.replace(/(.{8})(?=.)/g, '$1 ') };
  });
}
