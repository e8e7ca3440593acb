import { askTime } from '../../adapters/time-server.ts';
import { type Check, type Finding, fine, found } from './check.ts';

/** Machines whose clocks are kept differ by less; meters are set by this one, and charge by it. */
const APART_MS_MAX = 30_000;
/** A host reserves a minute before it lives it. */
const RESERVED_MS_MAX = 120_000;

/** Whether the clock of this machine is right, by whoever can tell: the books, their server, a time server. */
export const clockCheck: Check = {
  name: 'clock',
  async of({ options: { timeServer }, books, isDemo }) {
    // A demo lives in a time of its own.
    if (isDemo) return [];
    const known = await books().catch(() => undefined);
    const findings: Finding[] = [];
    const reserved = known?.contents?.facts.get('instant-reserved') ?? 0;
    if (reserved - Date.now() > RESERVED_MS_MAX)
      findings.push(wrong(Date.now() - reserved, 'what the books have lived'));
    let isProved = false;
    const compare = (ahead: number, whom: string) => {
      isProved = true;
      if (Math.abs(ahead) > APART_MS_MAX) findings.push(wrong(ahead, whom));
    };
    if (known?.serverClockMs !== undefined) compare(known.askedAt - known.serverClockMs, 'the server of the database');
    if (timeServer !== undefined) {
      const whom = `${timeServer.host}:${timeServer.port}`;
      const answer = await askTime(timeServer);
      if ('reason' in answer)
        findings.push(found('clock-unproved', `${answer.sentence}: name another with --time-server.`));
      else compare(-answer.offsetMs, `the time server ${whom}`);
    }
    if (findings.length > 0) return findings;
    if (isProved) return [fine('The clock of this machine is right.')];
    return [
      found(
        'clock-unproved',
        'Nobody here can tell whether the clock is right: name a time server with --time-server.',
      ),
    ];
  },
};

const wrong = (aheadMs: number, whom: string): Finding =>
  found(
    'clock-wrong',
    `The clock of this machine is ${spanText(Math.abs(aheadMs))} ${aheadMs > 0 ? 'ahead of' : 'behind'} ${whom}: set it right and keep it so (as with chrony) before a host sets meters by it.`,
  );

function spanText(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 1) return `${Math.round(ms / 1000)} s`;
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}
