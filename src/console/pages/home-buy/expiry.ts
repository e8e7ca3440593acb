/** `2905` of `05/29`, as it stands on a card. */
export function expiryOf(text: string): string | undefined {
  const [, month, year] = /^\s*(0[1-9]|1[0-2])\s*\/?\s*(?:20)?(\d{2})\s*$/.exec(text) ?? [];
  return month === undefined || year === undefined ? undefined : year + month;
}
