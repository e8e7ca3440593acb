/** What a person asked for cannot be done as it was asked: one sentence, exit 2. */
export class WrongUse extends Error {
  override readonly name = 'WrongUse';
}

export const USAGE = `wattpurse - prepaid electricity, end to end

  wattpurse demo [--data DIR] [--meters N] [--speed N] [--loads FILE]... [--seed S] [--suite NAME] [--lab] [--no-color]
      A whole utility in this process until you stop it, 60 times as fast as life.
      It lives in ./wattpurse-data; starting again goes on.
  wattpurse demo --once [--data DIR] [--meters N] [--days D] [--loads FILE]... [--seed S] [--suite NAME] [--lab] [--json]
      The same, as fast as it can, for D days; ends with the story in numbers.
  wattpurse vectors check FILE [--json]
      Recomputes every value of a file of test vectors.

The demo's master keys lie sealed in its folder, under WATTPURSE_PASSPHRASE if it is set.
Suites: aes128 (default), aes256, 3des-xo, and 3des, which needs --lab.
Exit codes: 0 done, 1 something was found wrong, 2 wrong use.`;
