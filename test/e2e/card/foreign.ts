import assert from 'node:assert/strict';
import type { Pcscd } from './pcscd.ts';

/** What each of the foreign readers is told by the card in the first slot: responses in hex, to commands in hex. */
export async function askedByEach(
  pcscd: Pcscd,
  commands: readonly string[],
): Promise<Readonly<Record<'opensc-tool' | 'scriptor' | 'pyscard', readonly string[]>>> {
  const spaced = (command: string, by: string) => command.replace(/..(?!$)/g, `$&${by}`);
  const sends = commands.flatMap((command) => ['-s', spaced(command, ':')]);
  const script = pcscd.file('script', commands.map((command) => `${spaced(command, ' ')}\n`).join(''));
  const python = pcscd.file('read.py', PYTHON);
  return {
    'opensc-tool': openscAnswers(await pcscd.run('opensc-tool', ['-r', '0', ...sends])),
    scriptor: scriptorAnswers(await pcscd.run('scriptor', ['-r', FIRST_SLOT, script])),
    pyscard: (await pcscd.run('/usr/bin/python3', [python, ...commands])).trim().split('\n'),
  };
}

const FIRST_SLOT = 'Virtual PCD 00 00';

/** Sixteen bytes a line, and behind them what they are as text. */
function openscAnswers(said: string): readonly string[] {
  const [, ...answers] = said.split(/^Received /m);
  return answers.map((answer) => {
    const [, first = '', second = ''] = answer.match(/^\(SW1=0x(..), SW2=0x(..)\)/) ?? assert.fail(answer);
    const lines = answer.match(/^(?:[0-9A-F]{2} ){1,16}/gm) ?? [];
    return `${lines.join('').replaceAll(' ', '')}${first}${second}`.toLowerCase();
  });
}

/** Every hex byte between the mark of an answer and its meaning. */
const scriptorAnswers = (said: string): readonly string[] =>
  [...said.matchAll(/^< ([0-9A-F \n]+?) : /gm)].map(([, hex = '']) => hex.replaceAll(/\s/g, '').toLowerCase());

const PYTHON = `import sys
from smartcard.System import readers
from smartcard.util import toBytes
connection = readers()[0].createConnection()
connection.connect()
for command in sys.argv[1:]:
    data, sw1, sw2 = connection.transmit(toBytes(command))
    print(bytes(data + [sw1, sw2]).hex())
`;
