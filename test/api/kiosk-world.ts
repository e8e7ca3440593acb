import { CardInHand } from '../../src/card/bench.testing.ts';
import { personaliseCard } from '../../src/card/index.ts';
import { deriveCardKey, keyName, Purpose, Suite } from '../../src/crypto/index.ts';
import { made, masterKeyOf } from '../../src/host/rig.testing.ts';
import { csn, Region } from '../../src/units/index.ts';
import type { World } from './world.ts';

export const CARD = csn('04a1b2c3d4e5f6');
const UTILITY = 1;
const N = keyName(Purpose.value, Suite.aes128, 0);
export const FLOAT = 10_000;

/** Gives a program the float of a kiosk; returns its key. */
export async function sellerIn(world: World, scopes = ['orders:sell', 'cards:load']): Promise<string> {
  const office = world.host.by(world.act('agents'));
  const { headers } = await world.apiKey('agent', scopes);
  const known = (await world.people.apiKeys({ limit: 9 })).find(({ role }) => role === 'agent');
  made(await office.addAgent({ id: 'station', name: 'Station kiosk', commissionBasisPoints: 200 }));
  made(await office.addAgentMember({ id: `key:${known?.id}`, agent: 'station' }));
  const transfer = { agent: 'station', method: 'bank-transfer', reference: 'transfer 1' } as const;
  made(await office.moveFloat({ ...transfer, direction: 'pay-in', amount: FLOAT }));
  return String(headers.authorization).slice('Bearer '.length);
}

/** A purse card of kim's, with gas on it where nothing else is named, registered at the host. */
export async function purseIn(world: World, regions: readonly Region[] = [Region.gas]): Promise<CardInHand> {
  const office = world.host.by(world.act('cards'));
  const terms = { name: 'Of the city', account: 'IBAN', ticketLimit: 500, ticketDays: 30 };
  for (const region of regions) made(await office.addCardProvider({ utility: UTILITY, region, ...terms }));
  const named = regions.map((region) => ({ region, provider: `${UTILITY}-${region}`, n: N }));
  made(await office.issueCard({ csn: CARD, subscriber: 'kim', regions: named }));
  const key = (scope: Region | 0) => deriveCardKey(masterKeyOf(N), N, CARD, scope, UTILITY);
  const keyed = regions.map((region) => ({ utility: UTILITY, key: key(region) }));
  return new CardInHand(personaliseCard({ issuerKey: key(0), regions: keyed }));
}

/** As it lies in a slot: each time that it gets power its program begins anew. */
export const chipOf = (card: CardInHand) => ({
  atr: new Uint8Array(0),
  begin: () => {
    card.pull();
    return (command: Uint8Array) => card.send(command);
  },
});
