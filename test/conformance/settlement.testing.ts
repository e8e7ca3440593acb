import { drawSigningKey, parseReceiptKeys, receiptSigner } from '../../src/adapters/receipt-jose.ts';
import {
  answerClaim,
  claimMonth,
  correctMonth,
  type ReceiptKeys,
  type ReceiptSigner,
  type Reseller,
  type Seller,
  type SettlementPeer,
} from '../../src/host/index.ts';
import { made, type Rig } from '../../src/host/rig.testing.ts';
import { passMonth, settledUtility, TERMS, tellMinutes } from '../../src/host/settlement.testing.ts';
import type { TariffDefinition } from '../../src/tariff/index.ts';

export const ZONE = 'Europe/Berlin';

type Month = Parameters<typeof passMonth>[1];

/** A running host that takes part in settlements under a name, with a key to sign with. */
export class SettlingHost {
  readonly name: string;
  readonly rig: Rig;
  readonly signer: ReceiptSigner;
  readonly keys: ReceiptKeys;

  private constructor(name: string, rig: Rig, signer: ReceiptSigner, keys: ReceiptKeys) {
    this.name = name;
    this.rig = rig;
    this.signer = signer;
    this.keys = keys;
  }

  static async open(name: string, tariff?: TariffDefinition): Promise<SettlingHost> {
    const { secret, published } = await drawSigningKey(`${name}-1`);
    const signer = made(await receiptSigner(secret));
    const keys = made(await parseReceiptKeys(`{"keys":[${published}]}`));
    return new SettlingHost(name, await settledUtility(tariff), signer, keys);
  }

  get ports() {
    return { store: this.rig.store, clock: this.rig.clock, signer: this.signer };
  }
  get side() {
    return { self: this.name, zone: ZONE };
  }

  /** Minutes of two transformers that carry some load, each in its own rhythm. */
  async live(month: Month, changed: (localUnit: number, minute: number) => number | undefined = loadOf): Promise<void> {
    for (const localUnit of [1, 258]) await tellMinutes(this.rig, localUnit, month, (i) => changed(localUnit, i));
    passMonth(this.rig, month);
  }

  async close(month: string) {
    return made(await this.rig.host.closePeriod({ month, terms: TERMS }));
  }

  claim(seller: Seller, month: string) {
    return claimMonth(this.ports, this.side, seller, month);
  }

  correct(seller: Seller, month: string) {
    return correctMonth(this.ports, this.side, seller, month);
  }

  /** What this host replies as a seller. */
  answer(reseller: SettlingHost, message: string, more: Partial<Reseller> = {}): Promise<string> {
    return answerClaim(
      this.ports,
      this.side,
      { name: reseller.name, keys: reseller.keys, tariff: 'bulk', ...more },
      message,
    );
  }

  /** This host as the seller of another, in the same process. */
  sellerOf(reseller: SettlingHost, more: Partial<Reseller> = {}): Seller {
    const peer: SettlementPeer = { exchange: (message) => this.answer(reseller, message, more) };
    return { name: this.name, keys: this.keys, peer };
  }
}

export const loadOf = (localUnit: number, minute: number): number =>
  40_000 + ((minute * 7919 + localUnit * 104_729) % 30_011);
