import type { Order } from '../host/index.ts';
import { AttentionReason, RelayReason } from '../records/index.ts';
import { assertNever } from '../units/index.ts';

const RELAY: Readonly<Record<keyof typeof RelayReason, string>> = {
  noCredit: 'no credit',
  overCurrent: 'over-current',
  tamper: 'tampering',
  command: 'command',
  loadLimit: 'load limit',
  awaitsKey: 'a key press is awaited',
  leak: 'a leak',
};

const ATTENTION: Readonly<Record<keyof typeof AttentionReason, string>> = {
  voltageWhileOpen: 'voltage behind the open relay',
  coverOpened: 'cover opened',
  bypass: 'bypass',
  magneticField: 'magnetic field',
  lastGasp: 'power failed',
  valueRequested: 'value requested',
  lowBalance: 'low balance',
  lastToken: 'last token',
  creditExhausted: 'credit gone',
  overCurrent: 'over-current',
  reverseEnergy: 'energy flows back',
  memoryDamaged: 'memory damaged',
  foreignModem: 'foreign modem',
  cardInserted: 'a card is in its slot',
  clockJumped: 'clock jumped',
  profileGap: 'minutes missing',
};

/** Why a relay is open: `no credit, load limit`. */
export const relayReasonText = (reasons: number): string => bitsText(reasons, RelayReason, RELAY);

/**
 * Why a meter calls: `bypass, low balance`.
 * @param wanted by whoever stands at its panel: one bit is there for all that they may want
 */
export const attentionText = (reasons: number, wanted = ATTENTION.valueRequested): string =>
  bitsText(reasons, AttentionReason, { ...ATTENTION, valueRequested: wanted });

/** Why the money for an order went back. Books of an older program do not know it. */
export function refundReasonText(why: Order['why']): string {
  switch (why) {
    case 'full':
      return 'the purse has no room for them';
    case 'voided':
      return 'the sale was taken back';
    case undefined:
      return 'the books do not say why';
    default:
      return assertNever(why);
  }
}

function bitsText<K extends string>(bits: number, of: Readonly<Record<K, number>>, texts: Readonly<Record<K, string>>) {
  const names = Object.keys(of) as K[];
  return names
    .filter((name) => bits & of[name])
    .map((name) => texts[name])
    .join(', ');
}
