import { concat, Reader } from '../../bytes/index.ts';
import { CommandClass, encodeCommandApdu, NE_SHORT_MAX, type ResponseApdu } from '../apdu.ts';
import { StatusWord } from '../status-word.ts';
import { decodeTlv, encodeTlv, findObject } from '../tlv.ts';
import { type DataObjectList, dolData } from './dol.ts';
import { terminalObject } from './processing.ts';
import { type Cryptogram, CryptogramKind, type Emv, type EmvApplication, type EmvFault, refused } from './state.ts';
import { Tag } from './tags.ts';

const GENERATE = 0xae;
/** Of a cryptogram: CID, ATC, eight bytes, and up to 32 of the issuer's. */
const HEAD_BYTES = 11;
const ISSUER_DATA_BYTES_MAX = 32;

/** GENERATE AC, Book 3 §6.5.5. What the terminal has comes before what the card brought. */
export function askCryptogram(
  emv: Emv,
  kind: CryptogramKind,
  list: DataObjectList,
  application: EmvApplication,
  own: (tag: number) => Uint8Array | undefined,
): Uint8Array {
  const data = dolData(list, (tag) => terminalObject(emv, application, tag) ?? own(tag));
  return encodeCommandApdu({
    ...{ class: CommandClass.purse, instruction: GENERATE, p1: kind, p2: 0 },
    ...{ data, expected: NE_SHORT_MAX },
  });
}

/** In either of the two formats, Book 3 §6.5.5.4. */
export function cryptogramAnswered(response: ResponseApdu): Cryptogram | EmvFault {
  if (response.status !== StatusWord.done) return refused(response);
  const objects = decodeTlv(response.data);
  if ('reason' in objects) return { reason: 'card-unintelligible' };
  const format1 = findObject(objects, Tag.responseFormat1)?.value;
  return format1 === undefined ? cryptogramOf(fromTemplate(objects)) : cryptogramOf(format1);
}

/** The values of format 2 in the order of format 1. */
function fromTemplate(objects: Parameters<typeof findObject>[0]): Uint8Array | undefined {
  const inside = findObject(objects, Tag.responseFormat2)?.inside;
  const parts = [Tag.cryptogramInformation, Tag.applicationTransactionCounter, Tag.applicationCryptogram].map(
    (tag) => findObject(inside, tag)?.value,
  );
  const [information, counter, bytes] = parts;
  if (information?.length !== 1 || counter?.length !== 2 || bytes?.length !== 8) return undefined;
  return concat(information, counter, bytes, findObject(inside, Tag.issuerApplicationData)?.value ?? new Uint8Array(0));
}

function cryptogramOf(bytes: Uint8Array | undefined): Cryptogram | EmvFault {
  const length = bytes?.length ?? 0;
  if (bytes === undefined || length < HEAD_BYTES || length > HEAD_BYTES + ISSUER_DATA_BYTES_MAX) {
    return { reason: 'card-unintelligible' };
  }
  const reader = new Reader(bytes);
  const information = reader.u8();
  const kind = information & 0xc0;
  // 11 is reserved.
  if (kind === 0xc0) return { reason: 'card-unintelligible' };
  return {
    kind: kind as CryptogramKind,
    information,
    counter: reader.u16(),
    bytes: reader.view(8).slice(),
    issuerData: reader.rest().slice(),
  };
}

/** As the bank gets it in field 55. */
export function cryptogramObjects({ information, counter, bytes, issuerData }: Cryptogram): Uint8Array {
  return concat(
    encodeTlv(Tag.applicationCryptogram, bytes),
    encodeTlv(Tag.cryptogramInformation, Uint8Array.of(information)),
    issuerData.length === 0 ? issuerData : encodeTlv(Tag.issuerApplicationData, issuerData),
    encodeTlv(Tag.applicationTransactionCounter, Uint8Array.of(counter >> 8, counter)),
  );
}

/** Whether a card may answer so: nothing better than it was asked for (Book 3 §9.3). */
export const isAllowedAnswer = (asked: CryptogramKind, answered: CryptogramKind): boolean =>
  answered === CryptogramKind.decline || answered === asked;
