import { toHex } from '../../bytes/index.ts';
import { type CardRead, type Chosen, type Emv, Information, note, performed, Verification } from './state.ts';
import { Tag } from './tags.ts';

/**
 * What the terminal looks at before it asks the card for a cryptogram: restrictions, the holder, risk. What it finds
 * stands in TVR and is for the bank to judge; only TAC-Denial and IAC-Denial decide here.
 */
export function check(emv: Emv, chosen: Chosen, read: CardRead): void {
  // Neither SDA nor DDA nor CDA: who always asks the bank has the cryptogram, which says more (Book 4 §6.3.2).
  note(emv, Verification.offlineAuthenticationNotPerformed);
  checkRestrictions(emv, chosen, read);
  checkHolder(emv, chosen);
  // Book 3 §10.6: the floor limit is zero, so every sale is above it. It is no more than that: no random selection
  // and no velocity, which decide who is asked on line, and everybody is.
  note(emv, Verification.floorLimitExceeded);
  performed(emv, Information.terminalRiskManagement);
}

/** Book 3 §10.4. */
function checkRestrictions(emv: Emv, { candidate, objects }: Chosen, { begins, expires }: CardRead): void {
  const version = objects.get(Tag.applicationVersion);
  if (version !== undefined && toHex(version) !== candidate.application.version.toString(16).padStart(4, '0')) {
    note(emv, Verification.versionsDiffer);
  }
  if (!isUseAllowed(emv, objects)) note(emv, Verification.serviceNotAllowed);
  const today = century(emv.sale.date);
  if (begins !== undefined && century(begins) > today) note(emv, Verification.applicationNotYetEffective);
  if (century(expires) < today) note(emv, Verification.applicationExpired);
}

/** YYYYMMDD: 50 to 99 are of the twentieth century, Book 4 §6.7.3. */
const century = (date: string): number => Number(date) + (Number(date.slice(0, 2)) >= 50 ? 19_000_000 : 20_000_000);

/** Application usage control, Book 3 §10.4.2 and Annex C2: goods, at a terminal that is no cash machine. */
function isUseAllowed({ terminal }: Emv, objects: ReadonlyMap<number, Uint8Array>): boolean {
  const [usage] = objects.get(Tag.applicationUsageControl) ?? [];
  if (usage === undefined) return true;
  if ((usage & 0x01) === 0) return false;
  const country = objects.get(Tag.issuerCountryCode);
  if (country === undefined) return true;
  const isDomestic = Number(toHex(country)) === terminal.country;
  return (usage & (isDomestic ? 0x20 : 0x10)) !== 0;
}

/** CVM codes, Book 3, Annex C3: bits 6 to 1. */
const Method = { fail: 0x00, pinMethods: [0x01, 0x02, 0x03, 0x04, 0x05], signature: 0x1e, none: 0x1f } as const;
const APPLY_NEXT = 0x40;
const NOT_PERFORMED = Uint8Array.of(0x3f, 0, 0);

/**
 * Book 3 §10.5 for a terminal without PIN pad and without anybody who compares signatures: it can do without
 * verification where the card allows that, and nothing else.
 */
function checkHolder(emv: Emv, { interchangeProfile, objects }: Chosen): void {
  emv.cvmResults = NOT_PERFORMED;
  // AIP, byte 1, bit 5: the card wants its holder verified at all.
  if (((interchangeProfile[0] as number) & 0x10) === 0) return;
  const list = objects.get(Tag.cvmList);
  if (list === undefined) {
    note(emv, Verification.cardDataMissing);
    return;
  }
  performed(emv, Information.cardholderVerification);
  for (let at = 8; at + 1 < list.length; at += 2) {
    const [code = 0, condition = 0] = list.subarray(at, at + 2);
    if (!isConditionMet(emv, condition, code, list, objects)) continue;
    const method = code & 0x3f;
    if (method === Method.none) {
      emv.cvmResults = Uint8Array.of(code, condition, 2);
      return;
    }
    emv.cvmResults = Uint8Array.of(code, condition, 1);
    if ((Method.pinMethods as readonly number[]).includes(method)) note(emv, Verification.pinPadMissing);
    else if (method !== Method.fail && method !== Method.signature) note(emv, Verification.methodUnrecognised);
    if (method === Method.fail || (code & APPLY_NEXT) === 0) break;
  }
  note(emv, Verification.cardholderNotVerified);
}

/** Book 3, Annex C3, table 40: neither cash nor cashback is given here. */
function isConditionMet(
  { sale }: Emv,
  condition: number,
  code: number,
  list: Uint8Array,
  objects: ReadonlyMap<number, Uint8Array>,
): boolean {
  if (condition === 0x00 || condition === 0x02) return true;
  // "If the terminal supports the method".
  if (condition === 0x03) return (code & 0x3f) === Method.none || (code & 0x3f) === Method.fail;
  if (condition < 0x06 || condition > 0x09) return false;
  const currency = objects.get(Tag.applicationCurrencyCode);
  if (currency === undefined || Number(toHex(currency)) !== sale.currency) return false;
  const [x, y] = [amountAt(list, 0), amountAt(list, 4)];
  if (condition === 0x06) return sale.amount < x;
  if (condition === 0x07) return sale.amount > x;
  return condition === 0x08 ? sale.amount < y : sale.amount > y;
}

const amountAt = (list: Uint8Array, at: number): number =>
  list.subarray(at, at + 4).reduce((sum, byte) => 256 * sum + byte, 0);
