/** Somebody else who proves who a person is, so that nobody needs one more password. */
export interface IdentityProvider {
  /** Where a browser is sent, and what it keeps until it comes back; `undefined` while the provider does not answer. */
  begin(): Promise<{ readonly url: string; readonly kept: string } | undefined>;
  /**
   * Who comes back. It never rejects: whatever is wrong with what came is a sentence.
   * @param query of the address at which the browser came back, with its question mark
   * @param kept what `begin` gave it
   */
  finish(query: string, kept: string): Promise<{ readonly login: string } | { readonly sentence: string }>;
}
