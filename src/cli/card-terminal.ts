import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { fromHex } from '../bytes/index.ts';
import { type EmvTerminal, TEST_APPLICATION } from '../card/index.ts';
import { MEBIBYTE, parseNamedFile, readNamedFile } from './read-file.ts';

const Strict = <P extends Parameters<typeof Type.Object>[0]>(properties: P) =>
  Type.Object(properties, { additionalProperties: false });
const Hex = (least: number, most: number) => Type.String({ pattern: `^([0-9a-f]{2}){${least},${most}}$` });

/** What a terminal takes, as its acquirer and the schemes gave it. */
const Terminal = Strict({
  identification: Type.String({ pattern: '^[0-9A-Za-z]{8}$' }),
  country: Type.Integer({ minimum: 0, maximum: 999 }),
  type: Type.Union([Type.Literal('attended'), Type.Literal('unattended')]),
  applications: Type.Array(
    Strict({
      aid: Hex(5, 16),
      partial: Type.Boolean(),
      version: Type.Integer({ minimum: 0, maximum: 0xffff }),
      denial: Hex(5, 5),
    }),
    { minItems: 1, maxItems: 64 },
  ),
});
const check = Compile(Terminal);

/** It takes the test card and no other. */
const TEST_TERMINAL: EmvTerminal = {
  ...{ identification: 'WATT0001', country: 410, type: 'unattended' },
  applications: [{ aid: TEST_APPLICATION, isPartial: false, version: 1, denial: Uint8Array.of(0, 0x10, 0, 0, 0) }],
};

/** The terminal of a file, or one for the test card where none is named. @throws WrongUse with the place that is wrong */
export function terminalOf(path: string | undefined): EmvTerminal {
  if (path === undefined) return TEST_TERMINAL;
  const what = 'terminal file';
  const terminal = parseNamedFile(readNamedFile(path, what, MEBIBYTE).toString('utf8'), { path, what }, check);
  const applications = terminal.applications.map(({ aid, partial, version, denial }) => {
    return { aid: fromHex(aid), isPartial: partial, version, denial: fromHex(denial) };
  });
  return { ...terminal, applications };
}
