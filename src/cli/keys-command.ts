import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CUSTODIANS } from '../adapters/custody.ts';
import {
  generationOf,
  type KeyName,
  keyNameText,
  keysTogether,
  keysWhere,
  moveToToken,
  PURPOSE_NAMES,
  type Purpose,
  purposeOf,
  type SoftwareKeyStore,
  suiteOf,
  TokenKeyStore,
} from '../crypto/index.ts';
import { type CustodianNamed, holdCeremony, isMaintenance, lockedChecks, lockLater, openCeremony } from './ceremony.ts';
import { type Ceremony, ceremonyIn, checkHead } from './ceremony-file.ts';
import { type KeyListed, recordSheet, writeRecord } from './ceremony-record.ts';
import { systemRandomness } from './demo-keys.ts';
import { folderOf } from './demo-options.ts';
import { inWords } from './failure.ts';
import { needed, parsedWords } from './flags.ts';
import { CEREMONY_FILE, KEYS_FILE } from './folder-files.ts';
import { keyringIn, sealInto } from './host-folder.ts';
import { valueSuiteOf } from './suite-option.ts';
import { openToken, type TokenAt, tokenOf, writeToken } from './token-file.ts';
import { WrongUse } from './usage.ts';

const VERBS: Readonly<Record<string, (asked: Asked) => Promise<number>>> = {
  ceremony,
  check,
  record,
  restore,
  add,
  token,
  show,
};

/** `wattpurse keys …`: the master keys of a host, and who keeps them. A host that runs reads them when it starts. */
export async function keys(args: readonly string[]): Promise<number> {
  const [name = '', ...rest] = args;
  if (name === 'status') return (await import('./keys-status.ts')).keysStatus(rest);
  if (name === 'rotate') return (await import('./keys-rotate.ts')).keysRotate(rest);
  const verb = Object.hasOwn(VERBS, name) ? VERBS[name] : undefined;
  if (verb === undefined) {
    throw new WrongUse(`keys takes ${Object.keys(VERBS).join(', ')}, rotate or status: see "wattpurse help keys".`);
  }
  const { values, positionals } = parsedWords('keys', rest, {
    ...{ data: { type: 'string' }, suite: { type: 'string' }, json: { type: 'boolean' } },
    ...{ module: { type: 'string' }, label: { type: 'string' } },
    ...{ custodian: { type: 'string', multiple: true }, share: { type: 'string', multiple: true } },
  });
  const data = folderOf(needed('keys', values.data, '--data', 'the folder of the host whose keys they are'));
  const { suite, module, label, json = false, custodian = [], share = [] } = values;
  const words = WORDS[name] ?? 0;
  if (positionals.length !== words) {
    const what = words === 0 ? 'no further word' : 'one word';
    throw new WrongUse(`keys ${name} takes ${what}: see "wattpurse help keys".`);
  }
  try {
    return await verb({ data, suite, module, label, json, custodian, share, word: positionals[0] ?? '' });
  } catch (error) {
    throw inWords(error, data);
  }
}

/** Words that a verb takes, where it takes any. */
const WORDS: Readonly<Record<string, number>> = { record: 1, add: 1 };

interface Asked {
  readonly data: string;
  readonly suite: string | undefined;
  readonly module: string | undefined;
  readonly label: string | undefined;
  readonly json: boolean;
  readonly custodian: readonly string[];
  readonly share: readonly string[];
  readonly word: string;
}

/**
 * Locks all master keys for three custodians, and takes those of maintenance out of the keyring. Another ceremony after
 * the first takes two of its shares, and ends them.
 */
async function ceremony({ data, custodian, share }: Asked): Promise<number> {
  const kept = await keyringIn(data);
  const before = ceremonyIn(data);
  if (before !== undefined && share.length === 0) return finish(data, kept, before);
  const named = custodian.map(parseCustodian);
  if (named.length !== CUSTODIANS) {
    throw new WrongUse(
      `A ceremony has three custodians, and ${named.length} are named: name each with --custodian NAME=FILE.`,
    );
  }
  if (before === undefined && share.length > 0) {
    throw new WrongUse(`No ceremony was held for ${data} yet: leave --share out.`);
  }
  const all =
    before === undefined ? kept : keysTogether([await openCeremony(data, before, share), kept], systemRandomness);
  const held = await holdCeremony(data, all, named);
  await withdraw(data, kept);
  process.stdout.write(
    [
      `Ceremony ${held.number}: two of ${named.map(({ name }) => name).join(', ')} open ${all.names().length} master keys.`,
      'The keys of maintenance are with them alone. Print the record: wattpurse keys record FILE.',
      ...(before === undefined
        ? []
        : [`The shares of ceremony ${before.number} open nothing that is locked from now on.`]),
      '',
    ].join('\n'),
  );
  return 0;
}

/** A ceremony that was cut off before its end. @throws WrongUse where there is nothing to finish */
async function finish(data: string, kept: SoftwareKeyStore, held: Ceremony): Promise<number> {
  checkHead(kept, held, data);
  if (!kept.names().some(isMaintenance)) {
    throw new WrongUse(
      `Ceremony ${held.number} was held for ${data}: name two of its shares with --share to hold another.`,
    );
  }
  await withdraw(data, kept);
  process.stdout.write(`Ceremony ${held.number} is at its end: the keys of maintenance left the keyring.\n`);
  return 0;
}

const withdraw = (data: string, kept: SoftwareKeyStore): Promise<void> =>
  sealInto(
    data,
    keysWhere(kept, (n) => !isMaintenance(n), systemRandomness),
  );

/** Proves that two shares open what is locked, and that it is what the host has; nothing is changed. */
async function check({ data, share }: Asked): Promise<number> {
  const held = heldIn(data);
  const opened = await openCeremony(data, held, share);
  const differing: string[] = [];
  for (const { n, value } of (await keysOfHost(data)).held) {
    const same = opened.names().includes(n) && (await opened.checkValue(n)) === value;
    if (!same) differing.push(keyNameText(n));
  }
  const list = differing.join(', ');
  process.stdout.write(
    differing.length === 0
      ? `Two shares of ceremony ${held.number} open ${opened.names().length} master keys, and all of the host are among them.\n`
      : `Two shares of ceremony ${held.number} open no such key as the host has of ${list}: hold another ceremony.\n`,
  );
  return differing.length === 0 ? 0 : 1;
}

/** The names and check values, to be signed. */
async function record({ data, word }: Asked): Promise<number> {
  const held = heldIn(data);
  await writeRecord(word, recordSheet(held, await listed(data)));
  process.stdout.write(
    `${word} is the record of ceremony ${held.number}: print it, and let those who were there sign.\n`,
  );
  return 0;
}

/** The keyring anew, by two custodians, under the passphrase that is given now. */
async function restore({ data, share }: Asked): Promise<number> {
  const held = heldIn(data);
  const path = join(data, KEYS_FILE);
  if (existsSync(path)) {
    throw new WrongUse(`${path} is there: if it does not open any more, move it away before another takes its place.`);
  }
  const opened = await openCeremony(data, held, share);
  const kept = keysWhere(opened, (n) => !isMaintenance(n), systemRandomness);
  await sealInto(data, kept);
  process.stdout.write(`${path} holds the ${kept.names().length} master keys of the host again.\n`);
  return 0;
}

/** Draws the next generation of a purpose, and locks it away for the custodians where a ceremony was held. */
async function add({ data, word, suite: name = 'aes128' }: Asked): Promise<number> {
  const purpose = PURPOSE_NAMES.indexOf(word as (typeof PURPOSE_NAMES)[number]) as Purpose | -1;
  if (purpose === -1) throw new WrongUse(`keys add takes ${PURPOSE_NAMES.join(', ')}, not "${word}".`);
  const suite = valueSuiteOf(name);
  const { kept, held: names, at } = await keysOfHost(data);
  const held = ceremonyIn(data);
  if (held !== undefined && isMaintenance((purpose << 6) as KeyName)) {
    throw new WrongUse(
      'The keys of maintenance are with the custodians, and one of them serves a meter for life: name value, control or monitoring.',
    );
  }
  const generations = names
    .filter(({ n }) => purposeOf(n) === purpose && suiteOf(n) === suite)
    .map(({ n }) => generationOf(n));
  const n = await kept.addGeneration(purpose, suite, Math.max(-1, ...generations));
  const value = await kept.checkValue(n);
  // The custodians first: a key that meters were given and nobody can restore would be worse than one that nobody uses.
  if (held !== undefined) await lockLater(data, held, kept);
  if (at === undefined) await sealInto(data, kept);
  else
    await intoToken(
      at,
      keysWhere(kept, (each) => each === n, systemRandomness),
    );
  process.stdout.write(
    `${keyNameText(n)} has check value ${value}. A host that runs has it when it is started again.\n`,
  );
  return 0;
}

/**
 * Moves the master keys into a token, which gives none out any more, and takes them out of the keyring. The custodians
 * keep them: a token that breaks takes nothing with it. Given again, it goes on where it was cut off.
 */
async function token({ data, module, label }: Asked): Promise<number> {
  const at = {
    module: needed('keys token', module, '--module', 'the PKCS#11 library of the token'),
    label: needed('keys token', label, '--label', 'the name of the token'),
  };
  const held = heldIn(data);
  const kept = await keyringIn(data);
  if (kept.names().some(isMaintenance)) await finish(data, kept, held);
  const host = keysWhere(kept, (n) => !isMaintenance(n), systemRandomness);
  if (host.names().length === 0) {
    const { label: where = '' } = tokenOf(data) ?? {};
    throw new WrongUse(`${data} has no master keys in its keyring: they are in token "${where}".`);
  }
  await lockLater(data, held, host);
  await intoToken(at, host);
  writeToken(data, at);
  await sealInto(
    data,
    keysWhere(host, () => false, systemRandomness),
  );
  process.stdout.write(
    `${host.names().length} master keys are in token "${at.label}", which gives none out; the keyring has none any more.\n`,
  );
  return 0;
}

/** @throws WrongUse when the token has another key of one of these names */
async function intoToken(at: TokenAt, kept: SoftwareKeyStore): Promise<void> {
  const opened = await openToken(at);
  try {
    const differing = await moveToToken(kept, opened);
    if (differing.length === 0) return;
    throw new WrongUse(
      `Token "${at.label}" has another key of ${differing.map(keyNameText).join(', ')}: name a token of its own for each utility.`,
    );
  } finally {
    opened.close();
  }
}

/** What there is, by check values. */
async function show({ data, json }: Asked): Promise<number> {
  const found = await listed(data);
  const held = ceremonyIn(data);
  const text = found.map(({ n, check: value, places }) => `${keyNameText(n).padEnd(40)}${value}  ${places.join(', ')}`);
  const custody =
    held === undefined ? 'No ceremony was held.' : `Kept by ceremony ${held.number}: ${custodians(held)}.`;
  const report = {
    ceremony: held?.number ?? null,
    custodians: held?.custodians ?? [],
    keys: found.map(({ n, check: value, places }) => ({ n, name: keyNameText(n), checkValue: value, places })),
  };
  process.stdout.write(json ? `${JSON.stringify(report)}\n` : [...text, custody, ''].join('\n'));
  return 0;
}

const custodians = (held: Ceremony): string => held.custodians.map(({ name }) => name).join(', ');

/** All keys of a host that are known by name. @throws WrongUse when keyring and custodians have two keys of one name */
async function listed(data: string): Promise<KeyListed[]> {
  const { held: ofHost, at } = await keysOfHost(data);
  const place = at === undefined ? 'keyring' : 'token';
  const held = ceremonyIn(data);
  const locked = held === undefined ? new Map<number, string>() : lockedChecks(held);
  const found = new Map<number, KeyListed>();
  for (const { n, value } of ofHost) {
    const other = locked.get(n);
    if (other !== undefined && other !== value) {
      throw new WrongUse(
        `The custodians have another key of ${keyNameText(n)} than the ${place}: put ${CEREMONY_FILE} and ${KEYS_FILE} of one copy there.`,
      );
    }
    found.set(n, { n, check: value, places: other === undefined ? [place] : [place, 'custodians'] });
  }
  for (const [n, value] of locked) {
    if (!found.has(n)) found.set(n, { n: n as KeyName, check: value, places: ['custodians'] });
  }
  return [...found.values()].sort((a, b) => a.n - b.n);
}

interface KeysOfHost {
  /** What lies in the file; beside a token none but its other secrets. */
  readonly kept: SoftwareKeyStore;
  readonly held: readonly { readonly n: KeyName; readonly value: string }[];
  readonly at: TokenAt | undefined;
}

/** @throws WrongUse @throws CannotGoOn */
async function keysOfHost(data: string): Promise<KeysOfHost> {
  const kept = await keyringIn(data);
  const at = tokenOf(data);
  if (at === undefined) return { kept, held: await checksOf(kept), at };
  const opened = await openToken(at);
  try {
    return { kept, held: await checksOf(await TokenKeyStore.open(kept, opened)), at };
  } finally {
    opened.close();
  }
}

const checksOf = (keys: SoftwareKeyStore | TokenKeyStore) =>
  Promise.all(keys.names().map(async (n) => ({ n, value: await keys.checkValue(n) })));

/** @throws WrongUse */
function heldIn(data: string): Ceremony {
  const held = ceremonyIn(data);
  if (held !== undefined) return held;
  throw new WrongUse(`No ceremony was held for ${data} yet: hold one with "wattpurse keys ceremony".`);
}

/** `Mina Cho=/media/mina/share.txt` @throws WrongUse */
function parseCustodian(text: string): CustodianNamed {
  const [, name, path] = /^([^=\n]{1,64})=(.+)$/.exec(text) ?? [];
  if (name !== undefined && name.trim() !== '' && path !== undefined) return { name: name.trim(), path };
  throw new WrongUse(`--custodian is NAME=FILE, who it is and where the share goes, not "${text}".`);
}
