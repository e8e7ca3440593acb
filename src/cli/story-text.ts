import type { Story } from '../simulation/index.ts';

export type ToldStory = Story & {
  readonly meters: number;
  readonly days: number;
  readonly seed: number;
  readonly suite: string;
};

/** The story of a run for people. */
export function storyText(story: ToldStory): string {
  const n = (value: number) => value.toLocaleString('en-US');
  const days = story.days === 1 ? '1 day' : `${story.days} days`;
  return [
    `${n(story.meters)} ${story.meters === 1 ? 'meter' : 'meters'} lived ${days} on suite ${story.suite} (seed ${story.seed}).`,
    '',
    `  issued   ${n(story.issuedTokens)} tokens`,
    `  stored   ${n(story.storedTokens)} in ${n(story.transfers)} transfers · in flight ${n(story.inFlightTokens)} · refunded ${n(story.refundedTokens)}`,
    `  spent    ${n(story.spentTokens)} · in purses ${n(story.purseTokens)} · owed ${n(story.owedTokens)}`,
    `  energy   ${(story.energyWh / 1000).toFixed(1)} kWh`,
    `  cut off  ${n(story.cutOffs)} times, reconnected ${n(story.reconnections)} times`,
    `  line     ${n(story.lineBytes)} bytes in ${n(story.airtimeSeconds)} s on the air`,
    '',
    ...(story.conserved
      ? ['The books and the meters agree to the last token.']
      : ['The books and the meters do NOT agree:', '', ...findingsText(story.findings)]),
    ...(story.unheardMeters === 0
      ? []
      : [
          `${n(story.unheardMeters)} ${story.unheardMeters === 1 ? 'meter' : 'meters'} could not be asked: what was used last is not in the books yet.`,
        ]),
    '',
  ].join('\n');
}

const FINDINGS_SHOWN_MAX = 20;

/** Indented, one a line, and no more than anybody reads. */
export function findingsText(findings: readonly string[]): string[] {
  const more = findings.length - FINDINGS_SHOWN_MAX;
  const rest = more > 0 ? [`  and ${more} more`] : [];
  return [...findings.slice(0, FINDINGS_SHOWN_MAX).map((sentence) => `  ${sentence}`), ...rest];
}

/** Progress on stderr, where there is a terminal; nothing elsewhere. */
export function progressBar(all: number): { show(done: number, text: string): void; end(): void } {
  const { stderr } = process;
  if (stderr.isTTY !== true) return { show: () => undefined, end: () => undefined };
  const width = 30;
  return {
    show(done, text) {
      const filled = Math.floor((width * done) / all);
      stderr.write(`\r  ${'█'.repeat(filled)}${'░'.repeat(width - filled)} ${text}`);
    },
    end() {
      stderr.write('\r\u001b[K');
    },
  };
}
