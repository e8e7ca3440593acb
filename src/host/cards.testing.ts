import { milliseconds, Region, svpmsn, tokens } from '../units/index.ts';
import type { CardCharge, CardOrder, CardProvider, CardPurse, CardTicket, IssuedCard, OfflineMeter } from './types.ts';

/** Rows of cards as a store keeps them: whole, with something in every field that may hold something. */
const at = milliseconds(1_767_600_000_000);

export const providerRow: CardProvider = {
  ...{ id: '65535-2', utility: 65_535, region: Region.gas, name: 'Gas & Co', account: 'DE00 1' },
  ...{ ticketLimit: tokens(0xffff_ffff), ticketDays: 30, createdAt: at },
};

export const cardRow = (subscriber: string, changed: Partial<IssuedCard> = {}): IssuedCard => ({
  ...{ id: '04a1b2c3d4e5f6', tail: 'a1b2c3d4e5f6', subscriber, state: 'active', issuedAt: at },
  ...{ endedAt: undefined, replacedBy: undefined },
  ...changed,
});

export const purseRow = (changed: Partial<CardPurse> = {}): CardPurse => ({
  ...{ id: '04a1b2c3d4e5f6-2', card: '04a1b2c3d4e5f6', region: Region.gas, provider: '65535-2', n: 32 },
  ...{ lastCounter: 0xffff_ffff, outstanding: 'order', queryWanted: true, freeze: 'debits-behind', frozenAt: at },
  ...{
    credited: 2n ** 48n,
    closed: 1n,
    released: 2n,
    handed: 3n,
    toOthers: 9n,
    recovered: 4n,
    toldAt: at,
    balance: 5n,
  },
  ...{ debited: 6n, pendingMeter: svpmsn(0xff_ffff), pending: 7n, debitCounter: 8, ticketVersion: 0xffff },
  ...changed,
});

export const orderRow = (changed: Partial<CardOrder> = {}): CardOrder => ({
  ...{ id: 'order', purse: '04a1b2c3d4e5f6-2', openOf: '04a1b2c3d4e5f6-2', provider: '65535-2', op: 'credit' },
  ...{ amount: tokens(9), debitCounter: undefined, source: 'cash', txid: '0011223344556677', state: 'waiting' },
  ...{ why: undefined, counter: undefined, method: 'cash', paid: 2n ** 40n, fee: 1n, tax: 2n, orderedAt: at },
  ...{ settledAt: undefined, paidOutAt: undefined, unitCharge: 25_000 },
  ...changed,
});

export const chargeRow: CardCharge = {
  ...{ id: '65535-2 0001767600000000', provider: '65535-2', validFrom: at, unitCharge: 0xffff_ffff, publishedAt: at },
};

export const ticketRow: CardTicket = {
  ...{ id: '04a1b2c3d4e5f6-2-00001', purse: '04a1b2c3d4e5f6-2', meter: svpmsn(0x0a1b2d), n: 32, version: 1 },
  ...{ limit: tokens(0xffff_ffff), expiry: 0xffff_ffff, epoch: 3, issuedAt: at, takenAt: undefined },
  exposes: '65535-2',
};

export const offlineRow = (subscriber: string, changed: Partial<OfflineMeter> = {}): OfflineMeter => ({
  ...{ id: '0a1b2d', svpmsn: svpmsn(0x0a1b2d), provider: '65535-2', subscriber, n: 32, enrolledAt: at, epoch: 3 },
  ...{
    epochThere: 2,
    sequence: 0xffff_ffff,
    reportedAt: at,
    fromCards: 2n ** 48n,
    fromOthers: 4n,
    handedThen: 7n,
    spent: 1n,
    balance: 2n,
    owed: 5n,
  },
  ...{
    line: true,
    awaited: true,
    register: 2n ** 40n,
    flags: 3,
    toldAt: 0xffff_ffff,
    events: [{ kind: 255, minutesBefore: 65_535 }],
  },
  ...{ doubt: 'counts-behind' },
  ...changed,
});
