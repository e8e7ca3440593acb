import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { HostConfiguration } from '../host-configuration.ts';
import { type Check, type Finding, fine, found } from './check.ts';

const ANSWERS_WITHIN_MS = 5_000;

/** Whoever the host goes to, and what names them. */
interface Partner {
  readonly by: string;
  readonly host: string;
  readonly port: number;
  /** Over TLS, with a certificate that this machine trusts. */
  readonly tls: boolean;
}

/** Whether those with whom the host works can be reached, and prove who they are. Nothing is asked of them. */
export const partnersCheck: Check = {
  name: 'partners',
  async of({ configuration }) {
    if (configuration === undefined) return [];
    const partners = partnersIn(configuration.configuration);
    if (partners.length === 0) return [];
    const findings = (await Promise.all(partners.map(reached))).filter((finding) => finding !== undefined);
    return findings.length > 0 ? findings : [fine(`${partners.map(({ by }) => by).join(', ')} can be reached.`)];
  },
};

function partnersIn({ identity, payments, cardPipes }: HostConfiguration): Partner[] {
  const urls: [string, string, boolean][] = [
    ...(identity === undefined ? [] : ([['identity.issuer', identity.issuer, true]] as [string, string, boolean][])),
    ...Object.entries(payments ?? {}).flatMap(([name, payment]): [string, string, boolean][] =>
      payment.type === 'acquirer' || payment.url === undefined ? [] : [[`payments.${name}.url`, payment.url, true]],
    ),
    // One with a certificate of its own making is compared with that by another check.
    ...Object.entries(cardPipes ?? {}).map(([name, pipe]): [string, string, boolean] => [
      `cardPipes.${name}.url`,
      pipe.url,
      pipe.certificateFile === undefined,
    ]),
  ];
  const acquirers = Object.entries(payments ?? {}).flatMap(([name, payment]): Partner[] =>
    payment.type === 'acquirer' ? [{ by: `payments.${name}`, host: payment.host, port: payment.port, tls: false }] : [],
  );
  return [
    ...acquirers,
    ...urls.map(([by, text, isProved]) => {
      const { protocol, hostname, port } = new URL(text);
      const tls = protocol === 'https:';
      const host = hostname.replace(/^\[|\]$/g, '');
      return { by, host, port: Number(port || (tls ? 443 : 80)), tls: tls && isProved };
    }),
  ];
}

async function reached({ by, host, port, tls }: Partner): Promise<Finding | undefined> {
  const signal = AbortSignal.timeout(ANSWERS_WITHIN_MS);
  let socket: Socket | undefined;
  try {
    socket = tls ? connectTls({ host, port, servername: host }) : connect({ host, port });
    await once(socket, tls ? 'secureConnect' : 'connect', { signal });
    return undefined;
  } catch (error) {
    const { code = 'unknown', message } = error as NodeJS.ErrnoException;
    const where = `${host}:${port}`;
    if (code === 'CERT_HAS_EXPIRED') {
      return found('certificate-expired', `The certificate of ${by} at ${where} has expired: tell whoever runs it.`);
    }
    if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
      return found(
        'certificate-name',
        `The certificate of ${by} at ${where} bears another name: correct the address, or tell whoever runs it.`,
      );
    }
    const why = signal.aborted ? 'nothing came' : message || code;
    return found(
      'partner-unreachable',
      `${by} at ${where} cannot be reached (${why}): see that it runs, and that the network lets this machine there.`,
    );
  } finally {
    // What fails after it was given up is of no interest.
    socket?.on('error', () => undefined).destroy();
  }
}
