import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { PcscReader } from '../../adapters/pcsc-reader.ts';
import { type Check, fine, found } from './check.ts';

/** Whether there is what is installed on request alone, as far as it is asked for. */
export const packagesCheck: Check = {
  name: 'packages',
  async of({ configuration, options: { reader } }) {
    const findings = [];
    const { telephone } = configuration?.configuration ?? {};
    if (telephone?.sip !== undefined) {
      findings.push(
        hasProgram('espeak-ng')
          ? fine('The telephone can speak.')
          : found(
              'package-missing',
              'The SIP telephone speaks by espeak-ng, which is not there: install the Debian package espeak-ng.',
            ),
      );
    }
    if (reader !== undefined) {
      const opened = await PcscReader.find({ reader });
      if (!('reason' in opened)) {
        findings.push(fine(`The card reader ${opened.name} is there.`));
        await opened.close();
      } else {
        findings.push(
          found(opened.reason === 'driver-missing' ? 'package-missing' : 'reader-missing', opened.sentence),
        );
      }
    }
    return findings;
  },
};

const hasProgram = (name: string): boolean =>
  (process.env.PATH ?? '').split(delimiter).some((folder) => folder !== '' && existsSync(join(folder, name)));
