import { concat, toHex } from '../../bytes/index.ts';
import { CommandClass, encodeCommandApdu, NE_SHORT_MAX, type ResponseApdu } from '../apdu.ts';
import { StatusWord } from '../status-word.ts';
import { type DataObject, decodeTlv, encodeTlv, findObject } from '../tlv.ts';
import { type DataObjectList, decodeDol, dolData } from './dol.ts';
import { nameOf, proprietaryOf } from './selection.ts';
import {
  type Candidate,
  type CardRead,
  type Chosen,
  type Emv,
  type EmvApplication,
  type EmvFault,
  type RecordPlace,
  refused,
  TERMINAL_CAPABILITIES,
} from './state.ts';
import { Tag } from './tags.ts';

/** Characters of field 35, without what fills the last byte. */
const TRACK2_MAX = 37;
/** A card that holds more than this is none that a kiosk has time for. */
const RECORDS_MAX = 64;

const UNINTELLIGIBLE: EmvFault = { reason: 'card-unintelligible' };

/** Goods, bought from a machine or at a counter that shows the holder what it does: Book 4, Annex A3. */
const ADDITIONAL_CAPABILITIES = Uint8Array.of(0x40, 0x00, 0x00, 0x10, 0x00);
/** On line only, of a merchant: Book 4, Annex A1. */
const TERMINAL_TYPES = { attended: 0x21, unattended: 0x24 } as const;

/** GET PROCESSING OPTIONS for the application whose FCI this is: Book 3 §10.1 and §6.5.8. */
export function processingOptions(emv: Emv, candidate: Candidate, response: ResponseApdu): Uint8Array | EmvFault {
  const name = nameOf(response.data);
  if (name === undefined || toHex(name) !== toHex(candidate.name)) return UNINTELLIGIBLE;
  const pdol = listOf(proprietaryOf(response.data, Tag.pdol));
  if ('reason' in pdol) return pdol;
  const data = dolData(pdol, (tag) => terminalObject(emv, candidate.application, tag));
  return encodeCommandApdu({
    ...{ class: CommandClass.purse, instruction: 0xa8, p1: 0, p2: 0 },
    ...{ data: encodeTlv(Tag.commandTemplate, data), expected: NE_SHORT_MAX },
  });
}

const listOf = (bytes: Uint8Array | undefined): DataObjectList | EmvFault => {
  const list = decodeDol(bytes ?? new Uint8Array(0));
  return 'reason' in list ? UNINTELLIGIBLE : list;
};

/** AIP and AFL, in either of the two formats. */
export function optionsAnswered(
  candidate: Candidate,
  response: ResponseApdu,
): { readonly chosen: Chosen; readonly reads: readonly RecordPlace[] } | EmvFault {
  if (response.status !== StatusWord.done) return refused(response);
  const objects = decodeTlv(response.data);
  if ('reason' in objects) return UNINTELLIGIBLE;
  const first = findObject(objects, Tag.responseFormat1)?.value;
  const second = findObject(objects, Tag.responseFormat2)?.inside;
  const profile = first?.slice(0, 2) ?? findObject(second, Tag.applicationInterchangeProfile)?.value;
  const locator = first?.slice(2) ?? findObject(second, Tag.applicationFileLocator)?.value;
  if (profile === undefined || locator === undefined) return { reason: 'data-missing' };
  const reads = placesOf(locator);
  if (profile.length !== 2 || reads === undefined) return UNINTELLIGIBLE;
  const known = new Map([
    [Tag.dedicatedFileName, candidate.name],
    [Tag.applicationInterchangeProfile, profile],
  ]);
  return { chosen: { candidate, interchangeProfile: profile, objects: known }, reads };
}

/** AFL, Book 3 §10.2: four bytes for a file: its number, first and last record, how many of them are signed. */
function placesOf(locator: Uint8Array): RecordPlace[] | undefined {
  if (locator.length === 0 || locator.length % 4 !== 0) return undefined;
  const places: RecordPlace[] = [];
  for (let at = 0; at < locator.length; at += 4) {
    const [shifted = 0, first = 0, last = 0, signed = 0] = locator.subarray(at, at + 4);
    const file = shifted >> 3;
    if ((shifted & 7) !== 0 || file < 1 || file > 30) return undefined;
    if (first === 0 || last < first || signed > last - first + 1) return undefined;
    if (places.length + last - first + 1 > RECORDS_MAX) return undefined;
    for (let record = first; record <= last; record++) places.push({ file, record });
  }
  return places;
}

/** Takes the data objects of one record. Those within a template of a record belong to whoever put them there. */
export function recordAnswered(
  { objects }: Chosen,
  { file }: RecordPlace,
  response: ResponseApdu,
): EmvFault | undefined {
  if (response.status !== StatusWord.done) return refused(response);
  const decoded = decodeTlv(response.data);
  // Files 11 to 30 are coded as each scheme likes; what they hold is then not known.
  if (file > 10 && ('reason' in decoded || decoded[0]?.tag !== Tag.recordTemplate)) return undefined;
  if ('reason' in decoded) return UNINTELLIGIBLE;
  const inside = decoded.length === 1 ? findObject(decoded, Tag.recordTemplate)?.inside : undefined;
  if (inside === undefined) return UNINTELLIGIBLE;
  for (const object of inside) {
    if (isPlain(object) && objects.has(object.tag)) return { reason: 'data-doubled' };
    if (isPlain(object)) objects.set(object.tag, object.value);
  }
  return undefined;
}

const isPlain = ({ inside }: DataObject): boolean => inside === undefined;

/** Book 3 §7.2: what every card must hold, and in a form in which it makes sense. */
export function cardRead({ objects }: Chosen): CardRead | EmvFault {
  const [number, expiration, first, second] = [
    Tag.applicationPan,
    Tag.applicationExpirationDate,
    Tag.cdol1,
    Tag.cdol2,
  ].map((tag) => objects.get(tag));
  if (number === undefined || expiration === undefined || first === undefined || second === undefined) {
    return { reason: 'data-missing' };
  }
  const pan = /^(\d{12,19})f?$/.exec(toHex(number))?.[1];
  const expires = dateOf(expiration);
  const effective = objects.get(Tag.applicationEffectiveDate);
  const begins = effective === undefined ? undefined : (dateOf(effective) ?? null);
  const sequence = objects.get(Tag.panSequenceNumber);
  const sequenceText = sequence === undefined ? '00' : toHex(sequence);
  const equivalent = objects.get(Tag.track2Equivalent);
  const track2 = equivalent === undefined ? undefined : /^(\d{12,19})d(\d{7,24})f?$/.exec(toHex(equivalent));
  if (
    pan === undefined ||
    expires === undefined ||
    begins === null ||
    !/^\d\d$/.test(sequenceText) ||
    track2 === null
  ) {
    return { reason: 'data-wrong' };
  }
  // Whoever is asked by one number and answers by another would pay for somebody else.
  if (track2 !== undefined && (track2[1] !== pan || track2[0].length > TRACK2_MAX + 1)) return { reason: 'data-wrong' };
  const [cdol1, cdol2] = [listOf(first), listOf(second)];
  if ('reason' in cdol1 || 'reason' in cdol2) return UNINTELLIGIBLE;
  return {
    pan,
    expires,
    begins,
    sequence: sequence === undefined ? undefined : Number(sequenceText),
    track2: track2 === undefined ? undefined : `${track2[1]}=${track2[2]}`,
    cdol1,
    cdol2,
  };
}

/** YYMMDD, of three bytes that are a day. */
function dateOf(bytes: Uint8Array): string | undefined {
  const text = toHex(bytes);
  return /^\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$/.test(text) ? text : undefined;
}

/** Data objects that are the terminal's; a card that brings one of these is not asked for it. */
export function terminalObject(emv: Emv, application: EmvApplication, tag: number): Uint8Array | undefined {
  const { terminal, sale } = emv;
  switch (tag) {
    case Tag.terminalVerificationResults:
      return emv.verification.slice();
    case Tag.transactionStatusInformation:
      return emv.information.slice();
    case Tag.transactionDate:
      return decimal(sale.date, 3);
    case Tag.transactionTime:
      return decimal(sale.time, 3);
    case Tag.transactionType:
      // Goods and services: the first two digits of the processing code.
      return Uint8Array.of(0);
    case Tag.transactionCurrencyCode:
      return decimal(sale.currency, 2);
    case Tag.transactionCurrencyExponent:
      return Uint8Array.of(sale.exponent);
    case Tag.amountAuthorised:
      return decimal(sale.amount, 6);
    case Tag.amountOther:
      return new Uint8Array(6);
    case Tag.terminalApplicationVersion:
      return Uint8Array.of(application.version >> 8, application.version);
    case Tag.terminalCountryCode:
      return decimal(terminal.country, 2);
    case Tag.terminalIdentification:
      return Uint8Array.from(terminal.identification, (character) => character.charCodeAt(0));
    case Tag.terminalCapabilities:
      return TERMINAL_CAPABILITIES;
    case Tag.cvmResults:
      return emv.cvmResults;
    case Tag.terminalType:
      return Uint8Array.of(TERMINAL_TYPES[terminal.type]);
    case Tag.unpredictableNumber:
      return sale.unpredictable;
    case Tag.additionalTerminalCapabilities:
      return ADDITIONAL_CAPABILITIES;
    case Tag.transactionSequenceCounter:
      return decimal(sale.counter, 4);
    default:
      return undefined;
  }
}

/** Decimal digits, two a byte, with zeros before them. */
function decimal(value: number | string, size: number): Uint8Array {
  const digits = String(value).padStart(2 * size, '0');
  return Uint8Array.from({ length: size }, (_, i) => Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16));
}

/** Of these the bank is told in field 55; what names the card has fields of its own. */
const FOR_THE_BANK = [
  Tag.dedicatedFileName,
  Tag.applicationInterchangeProfile,
  Tag.terminalVerificationResults,
  Tag.transactionDate,
  Tag.transactionType,
  Tag.transactionCurrencyCode,
  Tag.amountAuthorised,
  Tag.amountOther,
  Tag.terminalApplicationVersion,
  Tag.terminalCountryCode,
  Tag.terminalCapabilities,
  Tag.cvmResults,
  Tag.terminalType,
  Tag.unpredictableNumber,
  Tag.transactionSequenceCounter,
] as const;

/** The data of field 55 besides the cryptogram itself: at most some 110 bytes. */
export const bankObjects = (emv: Emv, { candidate, objects }: Chosen): Uint8Array =>
  concat(
    ...FOR_THE_BANK.map((tag) => {
      const value = terminalObject(emv, candidate.application, tag) ?? objects.get(tag);
      return value === undefined ? new Uint8Array(0) : encodeTlv(tag, value);
    }),
  );
