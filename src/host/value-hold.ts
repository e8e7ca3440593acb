import type { HostPorts, StoreReads } from './ports.ts';

/**
 * X9: while books that were put back were not compared with those of each payment port, no value leaves for any meter or
 * card, and no port is told to give or take money. An order that still waits in these books may have been given back
 * long ago.
 */
export class ValueHold {
  readonly #ports: Pick<HostPorts, 'payments'>;
  /** What was released once is not held again without another start. */
  #isReleased = false;

  constructor(ports: Pick<HostPorts, 'payments'>) {
    this.#ports = ports;
  }

  /** Whether value has to stay where it is. */
  async holds(tx: Pick<StoreReads, 'fact'>): Promise<boolean> {
    if (this.#isReleased) return false;
    for (const port of this.#ports.payments?.keys() ?? []) {
      if ((await tx.fact(`unreconciled ${port}`)) === 1) return true;
    }
    this.#isReleased = true;
    return false;
  }

  /** From the start on a copy. */
  begin(): void {
    this.#isReleased = false;
  }
}
