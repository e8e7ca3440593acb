import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

/** What else stands in a certificate. */
interface Drawn {
  /** As `20200101000000Z`. */
  readonly from?: string;
  readonly until?: string;
  /** Names of machines by which it is called; none where absent. */
  readonly names?: readonly string[];
}

/** A self-signed certificate with its key, as PEM. RFC 5280 §4.1, on the curve P-256. */
export function drawCertificate(
  name: string,
  drawn: Drawn = {},
): { readonly certificate: string; readonly key: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signed = toBeSigned(name, publicKey, drawn);
  const signature = sign('sha256', signed, privateKey);
  const certificate = sequence(signed, ECDSA_SHA256, tagged(0x03, Buffer.of(0), signature));
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return {
    certificate: ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n'),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
  };
}

function toBeSigned(
  name: string,
  publicKey: KeyObject,
  { from = '20200101000000Z', until = '21050101000000Z', names = [] }: Drawn,
): Buffer {
  const common = sequence(COMMON_NAME, tagged(0x0c, Buffer.from(name)));
  const subject = sequence(tagged(0x31, common));
  const validity = sequence(...[from, until].map((at) => tagged(0x18, Buffer.from(at))));
  const version3 = tagged(0xa0, tagged(0x02, Buffer.of(2)));
  const serial = tagged(0x02, Buffer.of(1));
  const key = publicKey.export({ type: 'spki', format: 'der' });
  const fields = [version3, serial, ECDSA_SHA256, subject, validity, subject, key];
  if (names.length === 0) return sequence(...fields);
  const alternatives = sequence(...names.map((each) => tagged(0x82, Buffer.from(each))));
  const extension = sequence(SUBJECT_ALT_NAME, tagged(0x04, alternatives));
  return sequence(...fields, tagged(0xa3, sequence(extension)));
}

/** X.690 §8.1 */
function tagged(tag: number, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content);
  const { length } = body;
  const long = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...(length < 0x80 ? [length] : long)), body]);
}

const sequence = (...content: readonly Buffer[]): Buffer => tagged(0x30, ...content);

/** 1.2.840.10045.4.3.2, 2.5.4.3 and 2.5.29.17 */
const ECDSA_SHA256 = sequence(Buffer.from('06082a8648ce3d040302', 'hex'));
const COMMON_NAME = Buffer.from('0603550403', 'hex');
const SUBJECT_ALT_NAME = Buffer.from('0603551d11', 'hex');
