import { createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { CERTIFICATE_FILES } from '../field-options.ts';
import { isLoopback } from '../listen.ts';
import { WrongUse } from '../usage.ts';
import { type Check, type Finding, fine, found, type Subject } from './check.ts';

const MS_PER_DAY = 86_400_000;
/** Time enough to have a new one signed, and to carry it to where it is needed. */
const EXPIRES_SOON_DAYS = 30;
/** Of an address that stands for all of this machine: nobody calls it by that. */
const ANY = ['0.0.0.0', '::'];
const BLOCK = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** Whether what proves this host to area units is whole, good today, and bears the name by which it is called. */
export const certificatesCheck: Check = {
  name: 'certificate',
  async of(subject) {
    return [...ofAreaUnits(subject), ...ofCardPipes(subject)];
  },
};

function ofAreaUnits({ options: { areaUnits, certificates: folder, called }, now }: Subject): Finding[] {
  if (areaUnits === undefined) return [];
  if (folder === undefined) {
    if (isLoopback(areaUnits)) return [];
    const files = Object.values(CERTIFICATE_FILES).join(', ');
    return [
      found(
        'certificate-missing',
        `Area units come from other machines: name a folder with ${files} as --certificates.`,
      ),
    ];
  }
  const [certificatePath, keyPath, authorityPath] = Object.values(CERTIFICATE_FILES).map((name) =>
    join(folder, name),
  ) as [string, string, string];
  const absent = [certificatePath, keyPath, authorityPath].filter((path) => !existsSync(path));
  if (absent.length > 0) {
    return [found('certificate-missing', `There is no ${absent.join(' and no ')}: put it there, in PEM.`)];
  }
  const chain = certificatesIn(readFileSync(certificatePath, 'latin1'));
  const [leaf] = chain;
  const authorities = certificatesIn(readFileSync(authorityPath, 'latin1'));
  if (leaf === undefined || authorities.length === 0) {
    const path = leaf === undefined ? certificatePath : authorityPath;
    return [found('certificate-missing', `${path} holds no certificate in PEM: put one there.`)];
  }
  const findings = [
    ...datesOf(leaf, certificatePath, now),
    ...authorities.flatMap((each) => datesOf(each, authorityPath, now)),
  ];
  if (!isKeyOf(leaf, keyPath)) {
    findings.push(
      found(
        'certificate-untrusted',
        `${keyPath} is not the key of ${certificatePath}: put the two that belong together there.`,
      ),
    );
  }
  if (
    ![...chain.slice(1), ...authorities].some((signer) => leaf.checkIssued(signer) && leaf.verify(signer.publicKey))
  ) {
    findings.push(
      found(
        'certificate-untrusted',
        `${certificatePath} was not signed by ${authorityPath}: have it signed by the authority of the utility.`,
      ),
    );
  }
  const name = called ?? (ANY.includes(areaUnits.host) ? undefined : areaUnits.host);
  if (name !== undefined && !bears(leaf, name)) {
    findings.push(
      found(
        'certificate-name',
        `${certificatePath} does not bear the name ${name}, by which area units call this host (it has ${leaf.subjectAltName ?? 'none'}): have one signed that does.`,
      ),
    );
  }
  if (name === undefined) {
    findings.push(
      fine(
        `Nobody was named to compare the certificate with (it has ${leaf.subjectAltName ?? 'no name'}): say it with --called.`,
      ),
    );
  }
  return findings.length > 0
    ? findings
    : [fine(`${certificatePath} is good until ${leaf.validTo}, and bears ${name}.`)];
}

/** Certificates of another host's own making, of which no authority knows. */
function ofCardPipes({ configuration, now }: Subject): Finding[] {
  return Object.entries(configuration?.configuration.cardPipes ?? {}).flatMap(([name, { url, certificateFile }]) => {
    if (configuration === undefined || certificateFile === undefined) return [];
    const path = `${certificateFile} of card pipe ${name}`;
    let certificate: X509Certificate | undefined;
    try {
      [certificate] = certificatesIn(configuration.secret(certificateFile));
    } catch (error) {
      if (!(error instanceof WrongUse)) throw error;
      return [found('certificate-missing', error.message)];
    }
    if (certificate === undefined) {
      return [found('certificate-missing', `${path} holds no certificate in PEM: ask its host for it.`)];
    }
    const { hostname } = new URL(url);
    const dates = datesOf(certificate, path, now);
    if (bears(certificate, hostname)) return dates;
    const sentence = `${path} does not bear the name ${hostname} of its url: correct one of the two.`;
    return [...dates, found('certificate-name', sentence)];
  });
}

function datesOf(certificate: X509Certificate, path: string, now: number): Finding[] {
  const { validFromDate, validToDate, validFrom, validTo } = certificate;
  if (now < validFromDate.getTime()) {
    return [
      found(
        'certificate-expired',
        `${path} is good from ${validFrom} on: set the clock right, or have another one signed.`,
      ),
    ];
  }
  const left = validToDate.getTime() - now;
  if (left < 0)
    return [
      found('certificate-expired', `${path} expired at ${validTo}: have a new one signed, and start the host again.`),
    ];
  if (left > EXPIRES_SOON_DAYS * MS_PER_DAY) return [];
  const days = Math.floor(left / MS_PER_DAY);
  return [
    found('certificate-expires', `${path} expires in ${days} days, at ${validTo}: have a new one signed before that.`),
  ];
}

/** @param text in PEM */
function certificatesIn(text: string): X509Certificate[] {
  try {
    return [...text.matchAll(BLOCK)].map(([block]) => new X509Certificate(block));
  } catch {
    return [];
  }
}

function isKeyOf(certificate: X509Certificate, path: string): boolean {
  try {
    return certificate.checkPrivateKey(createPrivateKey(readFileSync(path)));
  } catch {
    return false;
  }
}

/** Names that a peer compares: those of the subject alone count for nobody. RFC 9525 §2 */
const bears = (certificate: X509Certificate, name: string): boolean =>
  isIP(name) === 0
    ? certificate.checkHost(name, { subject: 'never' }) !== undefined
    : certificate.checkIP(name) !== undefined;
