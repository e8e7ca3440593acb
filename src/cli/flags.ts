/** A number below zero is a value and no flag: its own sentence says what is wrong with it. */
export function withNumbers(args: readonly string[]): string[] {
  const joined: string[] = [];
  for (const word of args) {
    const before = joined.at(-1);
    if (/^-\d/.test(word) && before !== undefined && /^--[a-z]+$/.test(before)) joined.push(`${joined.pop()}=${word}`);
    else joined.push(word);
  }
  return joined;
}

/** The first sentence of what the parser says: it names the flag. */
export function sentenceOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const [first = ''] = message.split(/\. |\n/);
  return `${first.replace(/\.$/, '')}.`;
}
