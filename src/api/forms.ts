import { Problem } from './problem.ts';

/** What somebody draws as PDF, where this host draws. @throws Problem */
export async function onPaper<D>(
  draw: D | undefined,
  drawn: (draw: D) => Promise<Uint8Array | { readonly sentence: string }>,
): Promise<Buffer> {
  if (draw === undefined) throw new Problem('not-acceptable', 'This host draws nothing on paper: take another form.');
  const pdf = await drawn(draw);
  if ('sentence' in pdf) throw new Problem('not-acceptable', `${pdf.sentence} Take another form.`);
  return Buffer.from(pdf.buffer, pdf.byteOffset, pdf.byteLength);
}

/**
 * The form that a client likes best of those that there are, by its header Accept: the first of them for whoever does
 * not say, and of two that are liked alike the earlier. RFC 9110 §12.5.1
 * @param forms media types by their name here
 */
export function acceptedForm<F extends string>(
  accept: string | undefined,
  forms: Readonly<Record<F, string>>,
): F | undefined {
  const ranges = (accept ?? '*/*').split(',').map(parseRange);
  const liked = (Object.entries(forms) as [F, string][]).map(([form, type]) => ({ form, quality: qualityOf(type) }));
  const best = liked.reduce((most, each) => (each.quality > most.quality ? each : most));
  return best.quality > 0 ? best.form : undefined;

  /** The narrowest range that takes a type says how much it is liked. */
  function qualityOf(type: string): number {
    const [kind = ''] = type.split('/');
    for (const wanted of [type, `${kind}/*`, '*/*']) {
      const found = ranges.find((range) => range.type === wanted);
      if (found !== undefined) return found.quality;
    }
    return 0;
  }
}

function parseRange(text: string): { readonly type: string; readonly quality: number } {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const [, quality = '1'] =
    parameters.map((each) => /^q=([01](?:\.\d{0,3})?)$/.exec(each)).find((found) => found) ?? [];
  return { type, quality: Number(quality) };
}
