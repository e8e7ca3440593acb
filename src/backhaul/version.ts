import { BACKHAUL_VERSION, type Hello } from './message.ts';

/** What a person reads when two units do not understand each other. */
export function versionSentence(hello: Hello, here: string, id: number): string {
  const there = `${hello.kind.replace('-', ' ')} ${hello.id}`;
  const older = hello.version < BACKHAUL_VERSION ? there : `${here} ${id}`;
  return (
    `The ${there} speaks version ${hello.version} of the backhaul and the ${here} ${id} speaks version ${BACKHAUL_VERSION}: ` +
    `update the ${older}.`
  );
}
