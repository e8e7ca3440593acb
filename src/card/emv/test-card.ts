import { concat, equalBytes, equalConstantTime, fromHex, toHex } from '../../bytes/index.ts';
import { type EmvCardKey, type EmvCryptogramKey, EmvIssuerKey } from '../../crypto/index.ts';
import { type CommandApdu, CommandClass, decodeCommandApdu, response, STATUS_OF_FAILURE } from '../apdu.ts';
import type { CardChip, CardProgram } from '../ports.ts';
import { StatusWord } from '../status-word.ts';
import { encodeTlv, tagBytes } from '../tlv.ts';
import { SALE_BYTES, SALE_DOL } from './issuer.ts';
import { PAYMENT_ENVIRONMENT } from './selection.ts';
import { CryptogramKind } from './state.ts';
import { Tag } from './tags.ts';
import { type CryptogramVersion, cryptogramParts } from './version.ts';

/** "WATTPAY1" under a registration of nobody's: no scheme has it, and no terminal elsewhere takes it. */
export const TEST_APPLICATION: Uint8Array = fromHex('f05741545450415931');

/** The issuer of the test cards. Everybody may know it: it guards nothing. */
export const testIssuerKey = (): EmvIssuerKey => new EmvIssuerKey(fromHex('57415454505552534520544553542031'));

export interface TestCardIssue {
  /** 12 to 19 digits, and the sequence number where the card is to have one. */
  readonly pan: string;
  readonly sequence: number | undefined;
  /** YYMMDD. */
  readonly expires: string;
  /** Of the issuer, ISO 3166 numeric. */
  readonly country: number;
  readonly version: CryptogramVersion;
  /** How the card hears from its bank: EXTERNAL AUTHENTICATE, or with the second GENERATE AC. */
  readonly authentication: 'own-command' | 'with-cryptogram';
  /** Without a directory a terminal has to ask for the application by its name. */
  readonly hasDirectory: boolean;
  /** GET PROCESSING OPTIONS and GENERATE AC are answered in format 1 (80) or 2 (77). */
  readonly format: 1 | 2;
}

/** AIP, byte 1: holder verification; EXTERNAL AUTHENTICATE. */
const VERIFIES_HOLDER = 0x10;
const TAKES_EXTERNAL_AUTHENTICATE = 0x04;

const PDOL = concat(tagBytes(Tag.terminalCountryCode), Uint8Array.of(2), tagBytes(Tag.terminalType), Uint8Array.of(1));
const PDOL_BYTES = 3;
const COUNTER_MAX = 0xffff;

/** A payment card of our own, on line always. Its counter lives as long as the object, and its program from reset to reset. */
export class EmvTestCard {
  readonly chip: CardChip;
  readonly #issue: TestCardIssue;
  readonly #key: EmvCardKey;
  /** ATC. */
  #counter = 0;

  constructor(issue: TestCardIssue, issuer: EmvIssuerKey = testIssuerKey()) {
    this.#issue = issue;
    this.#key = issuer.cardKey(issue.version === 10 ? 'a' : 'b', issue.pan, issue.sequence ?? 0);
    // Direct convention, T=0 and T=1 as they are by default, no historical bytes.
    this.chip = { atr: fromHex('3b80800101'), begin: () => this.#begin() };
  }

  #begin(): CardProgram {
    let selected: 'nothing' | 'environment' | 'application' = 'nothing';
    let sale: TestSale | undefined;
    return (bytes) => {
      const asked = decodeCommandApdu(bytes);
      if ('reason' in asked) return response(STATUS_OF_FAILURE[asked.reason]);
      const { instruction, data } = asked;
      if (asked.class === CommandClass.interindustry && instruction === 0xa4) {
        const answer = this.#select(asked);
        sale = undefined;
        selected = 'nothing';
        if (answer !== undefined) selected = equalBytes(data, PAYMENT_ENVIRONMENT) ? 'environment' : 'application';
        return answer ?? response(StatusWord.fileNotFound);
      }
      if (asked.class === CommandClass.interindustry && instruction === 0xb2) {
        const record = this.#record(selected, asked);
        return record === undefined ? response(StatusWord.recordNotFound) : response(StatusWord.done, record);
      }
      if (selected !== 'application') return response(StatusWord.conditionsNotSatisfied);
      if (asked.class === CommandClass.purse && instruction === 0xa8) {
        const isFitting = equalBytes(data.subarray(0, 2), Uint8Array.of(Tag.commandTemplate, PDOL_BYTES));
        if (sale !== undefined || this.#counter === COUNTER_MAX) return response(StatusWord.conditionsNotSatisfied);
        if (!isFitting || data.length !== 2 + PDOL_BYTES) return response(StatusWord.incorrectData);
        this.#counter += 1;
        sale = new TestSale(this.#issue, this.#key, this.#profile, this.#counter);
        return response(StatusWord.done, this.#options());
      }
      if (asked.class === CommandClass.purse && instruction === 0xae) {
        return sale?.generate(asked) ?? response(StatusWord.conditionsNotSatisfied);
      }
      if (asked.class === CommandClass.interindustry && instruction === 0x82) {
        return sale?.authenticate(data) ?? response(StatusWord.conditionsNotSatisfied);
      }
      return response(StatusWord.instructionNotSupported);
    };
  }

  /** By its whole name or the beginning of it; there is one application, so there is never a next one. */
  #select({ p1, p2, data }: CommandApdu): Uint8Array | undefined {
    if (p1 !== 0x04 || p2 !== 0x00 || data.length < 5) return undefined;
    if (this.#issue.hasDirectory && equalBytes(data, PAYMENT_ENVIRONMENT)) {
      return fci(PAYMENT_ENVIRONMENT, encodeTlv(Tag.shortFileIdentifier, Uint8Array.of(1)));
    }
    if (!equalBytes(TEST_APPLICATION.subarray(0, data.length), data)) return undefined;
    const label = encodeTlv(Tag.applicationLabel, text('TEST CARD'));
    const priority = encodeTlv(Tag.applicationPriority, Uint8Array.of(1));
    return fci(TEST_APPLICATION, concat(label, priority, encodeTlv(Tag.pdol, PDOL)));
  }

  #record(selected: string, { p1, p2 }: CommandApdu): Uint8Array | undefined {
    const place = `${selected} ${p2 >> 3}.${p1}`;
    if ((p2 & 7) !== 4) return undefined;
    if (place === 'environment 1.1') {
      const name = encodeTlv(Tag.applicationIdentifier, TEST_APPLICATION);
      const priority = encodeTlv(Tag.applicationPriority, Uint8Array.of(1));
      return encodeTlv(Tag.recordTemplate, encodeTlv(Tag.applicationTemplate, concat(name, priority)));
    }
    const record = RECORDS.indexOf(place);
    return record < 0 ? undefined : encodeTlv(Tag.recordTemplate, this.#records()[record] as Uint8Array);
  }

  #records(): readonly Uint8Array[] {
    const { pan, sequence, expires, country, version, authentication } = this.#issue;
    const number = fromHex(pan.length % 2 === 0 ? pan : `${pan}f`);
    const track2 = `${pan}d${expires.slice(0, 4)}201`;
    const answerBytes = authentication === 'own-command' ? 0 : version === 10 ? 10 : 8;
    const answer =
      answerBytes === 0
        ? new Uint8Array(0)
        : concat(tagBytes(Tag.issuerAuthenticationData), Uint8Array.of(answerBytes));
    return [
      concat(
        encodeTlv(Tag.track2Equivalent, fromHex(track2.length % 2 === 0 ? track2 : `${track2}f`)),
        encodeTlv(Tag.cardholderName, text('TEST/CARD')),
      ),
      concat(
        encodeTlv(Tag.applicationPan, number),
        sequence === undefined
          ? new Uint8Array(0)
          : encodeTlv(Tag.panSequenceNumber, fromHex(String(sequence).padStart(2, '0'))),
        encodeTlv(Tag.applicationExpirationDate, fromHex(expires)),
        encodeTlv(Tag.issuerCountryCode, fromHex(String(country).padStart(4, '0'))),
        encodeTlv(Tag.applicationUsageControl, Uint8Array.of(0xff, 0x00)),
        encodeTlv(Tag.applicationVersion, Uint8Array.of(0x00, 0x01)),
      ),
      concat(
        encodeTlv(Tag.cdol1, SALE_DOL),
        encodeTlv(Tag.cdol2, concat(answer, tagBytes(Tag.authorisationResponseCode), Uint8Array.of(2), SALE_DOL)),
        // No verification of the holder wanted, whatever the amount.
        encodeTlv(Tag.cvmList, fromHex('00000000000000001f00')),
      ),
    ];
  }

  get #profile(): Uint8Array {
    const own = this.#issue.authentication === 'own-command' ? TAKES_EXTERNAL_AUTHENTICATE : 0;
    return Uint8Array.of(VERIFIES_HOLDER | own, 0);
  }

  #options(): Uint8Array {
    // File 1, record 1; file 2, records 1 and 2.
    const locator = fromHex('0801010010010200');
    if (this.#issue.format === 1) return encodeTlv(Tag.responseFormat1, concat(this.#profile, locator));
    return encodeTlv(
      Tag.responseFormat2,
      concat(
        encodeTlv(Tag.applicationInterchangeProfile, this.#profile),
        encodeTlv(Tag.applicationFileLocator, locator),
      ),
    );
  }
}

const RECORDS = ['application 1.1', 'application 2.1', 'application 2.2'];

/** CVR: no second cryptogram yet, ARQC as the first; then what the second is. */
const RESULTS = { first: 0xa0, [CryptogramKind.approve]: 0x60, [CryptogramKind.decline]: 0x20 } as const;
const ISSUER_AUTHENTICATION_FAILED = 0x08;

/** One sale, from GET PROCESSING OPTIONS to the second cryptogram. */
class TestSale {
  readonly #issue: TestCardIssue;
  readonly #key: EmvCardKey;
  readonly #profile: Uint8Array;
  readonly #counter: number;
  #request: Uint8Array | undefined;
  #answer: 'none' | 'approved' | 'declined' | 'wrong' = 'none';
  #isOver = false;

  constructor(issue: TestCardIssue, key: EmvCardKey, profile: Uint8Array, counter: number) {
    this.#issue = issue;
    this.#key = key;
    this.#profile = profile;
    this.#counter = counter;
  }

  generate({ p1, data }: CommandApdu): Uint8Array {
    const wanted = p1 & 0xc0;
    const request = this.#request;
    if (this.#isOver || wanted === 0xc0 || (p1 & 0x3f) !== 0) return response(StatusWord.conditionsNotSatisfied);
    const before = request === undefined ? 0 : this.#answerBytes + 2;
    if (data.length !== before + SALE_BYTES) return response(StatusWord.wrongLength);
    const sale = data.slice(before);
    if (request === undefined) {
      // It never approves by itself: what is not declined goes to its bank.
      const kind = wanted === CryptogramKind.decline ? CryptogramKind.decline : CryptogramKind.askOnline;
      this.#isOver = kind === CryptogramKind.decline;
      const cryptogram = this.#cryptogram(sale, RESULTS.first);
      this.#request = cryptogram.bytes;
      return this.#told(kind, cryptogram);
    }
    if (this.#answerBytes > 0) this.#hear(request, data.slice(0, this.#answerBytes));
    this.#isOver = true;
    const isPaid = wanted === CryptogramKind.approve && this.#answer === 'approved';
    const kind = isPaid ? CryptogramKind.approve : CryptogramKind.decline;
    const failed = this.#answer === 'wrong' ? ISSUER_AUTHENTICATION_FAILED : 0;
    return this.#told(kind, this.#cryptogram(sale, RESULTS[kind] | failed));
  }

  /** EXTERNAL AUTHENTICATE, once in a sale: Book 3 §6.5.4. */
  authenticate(data: Uint8Array): Uint8Array {
    const request = this.#isOver || this.#answer !== 'none' ? undefined : this.#request;
    if (request === undefined || this.#answerBytes > 0) return response(StatusWord.conditionsNotSatisfied);
    this.#hear(request, data);
    return response(this.#answer === 'wrong' ? 0x6300 : StatusWord.done);
  }

  get #answerBytes(): number {
    if (this.#issue.authentication === 'own-command') return 0;
    return this.#issue.version === 10 ? 10 : 8;
  }

  #hear(request: Uint8Array, data: Uint8Array): void {
    const key = this.#cryptogramKey();
    if (this.#issue.version === 10) {
      const code = data.slice(8);
      const isRight = data.length === 10 && equalConstantTime(key.responseToCode(request, code), data.slice(0, 8));
      this.#answer = !isRight ? 'wrong' : toHex(code) === '3030' ? 'approved' : 'declined';
      return;
    }
    const status = data.slice(4);
    const isRight =
      data.length === 8 &&
      equalConstantTime(key.responseToStatus(request, status, new Uint8Array(0)), data.slice(0, 4));
    this.#answer = !isRight ? 'wrong' : ((status[1] as number) & 0x80) !== 0 ? 'approved' : 'declined';
  }

  #cryptogramKey(): EmvCryptogramKey {
    return this.#issue.version === 10 ? this.#key.direct() : this.#key.session(this.#counter);
  }

  #cryptogram(sale: Uint8Array, results: number): { bytes: Uint8Array; issuerData: Uint8Array } {
    const { version } = this.#issue;
    const issuerData = Uint8Array.of(6, 1, version, 3, results, 0, 0);
    const input = { sale, interchangeProfile: this.#profile, counter: this.#counter, issuerData };
    const { key, data, padding } = cryptogramParts(version, this.#key, input);
    return { bytes: key.cryptogram(data, padding), issuerData };
  }

  #told(kind: CryptogramKind, { bytes, issuerData }: { bytes: Uint8Array; issuerData: Uint8Array }): Uint8Array {
    const information = Uint8Array.of(kind);
    const counter = Uint8Array.of(this.#counter >> 8, this.#counter);
    const whole = concat(information, counter, bytes, issuerData);
    if (this.#issue.format === 1) return response(StatusWord.done, encodeTlv(Tag.responseFormat1, whole));
    const objects = concat(
      encodeTlv(Tag.cryptogramInformation, information),
      encodeTlv(Tag.applicationTransactionCounter, counter),
      encodeTlv(Tag.applicationCryptogram, bytes),
      encodeTlv(Tag.issuerApplicationData, issuerData),
    );
    return response(StatusWord.done, encodeTlv(Tag.responseFormat2, objects));
  }
}

const text = (characters: string): Uint8Array => Uint8Array.from(characters, (character) => character.charCodeAt(0));

/** FCI of a name, and of what its application says of itself. */
const fci = (name: Uint8Array, proprietary: Uint8Array): Uint8Array =>
  response(
    StatusWord.done,
    encodeTlv(
      Tag.fciTemplate,
      concat(encodeTlv(Tag.dedicatedFileName, name), encodeTlv(Tag.fciProprietaryTemplate, proprietary)),
    ),
  );
