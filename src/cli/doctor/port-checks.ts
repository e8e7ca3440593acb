import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { HostConfiguration } from '../host-configuration.ts';
import { type ListenAt, triedPort } from '../listen.ts';
import { type Check, type Finding, fine, found, type Subject } from './check.ts';

/** Where the host listens, and what names it. */
interface Wanted extends ListenAt {
  readonly by: string;
  readonly transport: 'tcp' | 'udp';
}

const SIP_PORT = 5_060;
const CALLBACKS_AT = '127.0.0.1';

/** Whether what the host listens on is free, or the host's own that runs. */
export const portsCheck: Check = {
  name: 'ports',
  async of(subject) {
    const wanted = wantedBy(subject);
    const findings: Finding[] = [];
    const doubled = wanted.find((one, i) => wanted.findIndex((other) => isSame(one, other)) < i);
    if (doubled !== undefined) {
      const names = wanted.filter((each) => isSame(each, doubled)).map(({ by }) => by);
      return [
        found('port-taken', `Port ${doubled.port} is named by ${names.join(' and ')}: give each a port of its own.`),
      ];
    }
    for (const each of wanted) {
      const finding = await tried(each, subject);
      if (finding !== undefined) findings.push(finding);
    }
    if (findings.length > 0 || wanted.length === 0) return findings;
    const ports = wanted.map(({ port, transport }) => `${port}/${transport}`).join(', ');
    const runs = subject.processes.isOfFolder(subject.options.listen.port);
    return [fine(runs ? `The host has its ports: ${ports}.` : `Nobody has the ports of the host: ${ports}.`)];
  },
};

function wantedBy({ options, configuration }: Subject): Wanted[] {
  const { listen, areaUnits } = options;
  const wanted: Wanted[] = [{ ...listen, by: '--listen', transport: 'tcp' }];
  if (areaUnits !== undefined) wanted.push({ ...areaUnits, by: '--area-units', transport: 'tcp' });
  if (configuration !== undefined) wanted.push(...ofConfiguration(configuration.configuration));
  // Port 0 is a free one.
  return wanted.filter(({ port }) => port !== 0);
}

function ofConfiguration({ payments, telephone }: HostConfiguration): Wanted[] {
  const callbacks = Object.entries(payments ?? {}).flatMap(([name, payment]) =>
    payment.type === 'acquirer' ? [] : [callbackAt(payment.callbackPort, `payments.${name}.callbackPort`)],
  );
  if (telephone?.callbackPort !== undefined)
    callbacks.push(callbackAt(telephone.callbackPort, 'telephone.callbackPort'));
  const { sip } = telephone ?? {};
  if (sip === undefined) return callbacks;
  return [...callbacks, { host: sip.address, port: sip.port ?? SIP_PORT, by: 'telephone.sip', transport: 'udp' }];
}

const callbackAt = (port: number, by: string): Wanted => ({ host: CALLBACKS_AT, port, by, transport: 'tcp' });
const isSame = (one: Wanted, other: Wanted): boolean => one.port === other.port && one.transport === other.transport;

async function tried(wanted: Wanted, { processes }: Subject): Promise<Finding | undefined> {
  const { host, port, by } = wanted;
  const code = await refusalOf(wanted);
  if (code === undefined) return undefined;
  const where = `port ${port} of ${host}`;
  if (code === 'EADDRINUSE') {
    if (processes.isOfFolder(port)) return undefined;
    const other = processes.listening(port);
    const who = other === undefined ? 'another program' : `process ${other.pid} (${other.command})`;
    return found(
      'port-taken',
      `Nothing can listen on ${where}, because ${who} does: end that one, or name another in ${by}.`,
    );
  }
  if (code === 'EADDRNOTAVAIL') {
    return found(
      'port-forbidden',
      `Nothing can listen on ${where}, because this machine has no such address: name its own in ${by}.`,
    );
  }
  const why = code === 'EACCES' ? 'this user may not' : `the system refuses (${code})`;
  return found('port-forbidden', `Nothing can listen on ${where}, because ${why}: name a port above 1023 in ${by}.`);
}

/** The code of the system; `undefined` where it could be had, and was given back. */
async function refusalOf({ host, port, transport }: Wanted): Promise<string | undefined> {
  try {
    if (transport === 'udp') {
      const socket = createSocket('udp4');
      socket.bind(port, host);
      await once(socket, 'listening').finally(() => socket.close());
      return undefined;
    }
    await triedPort({ host, port });
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown';
  }
}
