import { type BrokerFault, probeBroker } from '../../adapters/nats.ts';
import { type Check, fine, found } from './check.ts';

/** Whether the broker between hosts and area units takes this host, and keeps what must arrive. */
export const brokerCheck: Check = {
  name: 'broker',
  async of({ options: { broker } }) {
    if (broker === undefined) return [];
    const at = broker.servers.map(({ host, port }) => `${host}:${port}`).join(', ');
    const fault = await probeBroker(broker);
    return fault === undefined ? [fine(`The broker at ${at} takes this host.`)] : [foundOf(fault, at)];
  },
};

function foundOf({ reason, why }: BrokerFault, at: string) {
  switch (reason) {
    case 'unreachable':
      return found(
        'broker-unreachable',
        `The broker at ${at} cannot be reached, because ${why}: start it, or name others with --broker.`,
      );
    case 'refused':
      return found(
        'broker-refused',
        `The broker at ${at} does not take this host, because ${why}: name others with --broker-credentials.`,
      );
    case 'keeps-nothing':
      return found(
        'broker-keeps-nothing',
        `The broker at ${at} keeps nothing that must arrive (${why}): start more servers of its cluster, and JetStream on each.`,
      );
  }
}
