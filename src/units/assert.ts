/** Ends a switch over a union: a new member makes the compiler list every place to visit. */
export function assertNever(value: never): never {
  throw new Error(`a case that cannot be: ${JSON.stringify(value)}`);
}

/** States what must hold here if the code is right. Never used on input: input is parsed. */
export function assert(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(`must hold, and does not: ${what}`);
}
