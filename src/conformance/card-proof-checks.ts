import { concat, equalBytes, toHex } from '../bytes/index.ts';
import { CHALLENGE_BYTES, externalTag, internalTag, mutualTags, StatusWord } from '../card/index.ts';
import type { CardKey } from '../crypto/index.ts';
import { type CardBench, flipped, raw, same } from './card-bench.ts';
import { type Check, expect } from './check.ts';

const section = 'commands';
const SW = StatusWord;
const ANY = Uint8Array.of(0);
const ISSUER_DATA_BYTES = 32;

const hex = (value: number): string => value.toString(16).padStart(2, '0');

async function challenge(bench: CardBench): Promise<Uint8Array> {
  const drawn = await bench.answers(raw('0084000010'), SW.done, 'GET CHALLENGE');
  expect(drawn.length === CHALLENGE_BYTES, `a challenge has ${drawn.length} bytes, not 16`);
  return drawn;
}

const external = (reference: number, tag: Uint8Array) => raw(`008200${hex(reference)}10`, tag);
const mutual = (reference: number, data: Uint8Array) => raw(`008200${hex(reference)}20`, concat(data, ANY));
const update = (data: Uint8Array) => raw(`00d68100${hex(data.length)}`, data);

/** The issuer proves its key. */
async function proved(bench: CardBench, key: CardKey = bench.settings.issuer): Promise<void> {
  const tag = externalTag(key, await challenge(bench));
  await bench.answers(external(key.scope, tag), SW.done, 'a right EXTERNAL AUTHENTICATE');
}

const bothKeys = (bench: CardBench): readonly CardKey[] => [bench.settings.issuer, bench.key];

/** Who the card is, and who stands before it. */
export const CARD_PROOF_CHECKS: readonly Check<CardBench>[] = [
  {
    id: 'proof.internal',
    title: "The card proves its issuer's key and that of its region",
    rule: { section, text: 'answers CMAC under the key of `CINT` over it' },
    run: async (bench) => {
      for (const key of bothKeys(bench)) {
        const drawn = bench.random(CHALLENGE_BYTES);
        const command = raw(`008800${hex(key.scope)}10`, concat(drawn, ANY));
        const tag = await bench.answers(command, SW.done, `INTERNAL AUTHENTICATE of key ${key.scope}`);
        same(tag, internalTag(key, drawn), `the proof of key ${key.scope}`);
      }
      const other = raw('0088000710', concat(bench.random(CHALLENGE_BYTES), ANY));
      await bench.answers(other, SW.referencedDataNotFound, 'INTERNAL AUTHENTICATE of key 7');
    },
  },
  {
    id: 'proof.external',
    title: 'Whoever holds a key of the card proves it with a tag over its challenge',
    rule: { section, text: "CMAC under the key of `CEXT` over the card's challenge, 16 bytes" },
    run: async (bench) => {
      for (const key of bothKeys(bench)) await proved(bench, key);
    },
  },
  {
    id: 'proof.mutual',
    title: 'Card and outside prove a key to each other, each over both challenges',
    rule: { section, text: 'answers CMAC under `CMUI` over this challenge' },
    run: async (bench) => {
      for (const key of bothKeys(bench)) {
        const drawn = bench.random(CHALLENGE_BYTES);
        const tags = mutualTags(key, await challenge(bench), drawn);
        const command = mutual(key.scope, concat(drawn, tags.outside));
        const answer = await bench.answers(command, SW.done, 'a right MUTUAL AUTHENTICATE');
        same(answer, tags.card, "the card's own proof");
      }
    },
  },
  {
    id: 'proof.wrong',
    title: 'A proof of which one bit is wrong, under another key or for another purpose, is refused',
    rule: { section, text: 'a wrong proof or tag, or not proved' },
    run: async (bench) => {
      const { issuer } = bench.settings;
      const wrong: readonly (readonly [string, (drawn: Uint8Array) => Uint8Array])[] = [
        ['a tag with its first bit wrong', (drawn) => flipped(externalTag(issuer, drawn), 0)],
        ['a tag with its last bit wrong', (drawn) => flipped(externalTag(issuer, drawn), 127)],
        ["the tag of the region's key for the issuer's", (drawn) => externalTag(bench.key, drawn)],
        ["the card's own proof, sent back to it,", (drawn) => internalTag(issuer, drawn)],
      ];
      for (const [what, tagOf] of wrong) {
        await bench.fresh();
        const command = external(0, tagOf(await challenge(bench)));
        await bench.answers(command, SW.securityStatusNotSatisfied, what);
      }
      await bench.fresh();
      const drawn = bench.random(CHALLENGE_BYTES);
      const tags = mutualTags(issuer, await challenge(bench), drawn);
      const crossed = mutual(0, concat(flipped(drawn, 5), tags.outside));
      await bench.answers(crossed, SW.securityStatusNotSatisfied, 'a mutual proof over another challenge');
      const own = mutualTags(issuer, await challenge(bench), drawn);
      const reflected = mutual(0, concat(drawn, own.card));
      await bench.answers(reflected, SW.securityStatusNotSatisfied, "a mutual proof with the card's tag");
    },
  },
  {
    id: 'proof.once',
    title: 'A challenge is good for one try, and each is another',
    rule: { section, text: '16 bytes, good for the next try' },
    run: async (bench) => {
      const { issuer } = bench.settings;
      const tag = externalTag(issuer, bench.random(CHALLENGE_BYTES));
      await bench.answers(external(0, tag), SW.conditionsNotSatisfied, 'a proof without a challenge');
      const drawn = await challenge(bench);
      const right = external(0, externalTag(issuer, drawn));
      await bench.answers(right, SW.done, 'a right proof');
      await bench.answers(right, SW.conditionsNotSatisfied, 'the same proof again');
      const second = await challenge(bench);
      await bench.answers(
        external(0, flipped(externalTag(issuer, second), 1)),
        SW.securityStatusNotSatisfied,
        'a wrong proof',
      );
      const late = external(0, externalTag(issuer, second));
      await bench.answers(late, SW.conditionsNotSatisfied, 'the right proof after a wrong one over the same challenge');
      expect(!equalBytes(drawn, second), `two challenges are ${toHex(drawn)}`);
      const third = await challenge(bench);
      await bench.power();
      await bench.select();
      const lost = external(0, externalTag(issuer, third));
      await bench.answers(lost, SW.conditionsNotSatisfied, 'a proof over a challenge that the power has taken');
    },
  },
  {
    id: 'proof.tries',
    title: 'After three wrong proofs no more is looked at until the power comes again',
    rule: { section, text: 'three wrong proofs since the power came' },
    run: async (bench) => {
      const { issuer } = bench.settings;
      const wrong = () => external(0, bench.random(CHALLENGE_BYTES));
      for (let tries = 1; tries <= 3; tries++) {
        await challenge(bench);
        await bench.answers(wrong(), SW.securityStatusNotSatisfied, `wrong proof ${tries}`);
      }
      const right = external(0, externalTag(issuer, await challenge(bench)));
      await bench.answers(right, SW.authenticationMethodBlocked, 'a right proof after three wrong ones');
      await bench.fresh();
      await proved(bench);
    },
  },
  {
    id: 'proof.update',
    title: "EF 0001 is written after the issuer's proof alone, and no other file is",
    rule: { section, text: "EF 0001 alone, after the issuer's proof" },
    run: async (bench) => {
      const held = await bench.answers(raw('00b0810000'), SW.done, 'READ BINARY of EF 0001');
      expect(held.length === ISSUER_DATA_BYTES, `EF 0001 has ${held.length} bytes, not 32`);
      const other = flipped(held, 3);
      await bench.answers(update(other), SW.securityStatusNotSatisfied, 'UPDATE BINARY without a proof');
      await proved(bench, bench.key);
      await bench.answers(update(other), SW.securityStatusNotSatisfied, "UPDATE BINARY after a provider's proof");
      await proved(bench);
      await bench.select();
      await bench.answers(update(other), SW.securityStatusNotSatisfied, 'UPDATE BINARY after a proof and SELECT');
      same(await bench.answers(raw('00b0810000'), SW.done, 'READ BINARY'), held, 'EF 0001 after refused writing');
      await proved(bench);
      await bench.answers(update(other), SW.done, "UPDATE BINARY after the issuer's proof");
      await bench.power();
      await bench.select();
      same(await bench.answers(raw('00b0810000'), SW.done, 'READ BINARY'), other, 'EF 0001 after it was written');
      await proved(bench);
      await bench.answers(update(held), SW.done, "UPDATE BINARY after the issuer's proof");
      await bench.answers(raw('00a4000c023f00'), SW.done, 'SELECT of the MF');
      await proved(bench);
      const serial = raw('00d6820001', Uint8Array.of(0));
      await bench.answers(serial, SW.securityStatusNotSatisfied, 'UPDATE BINARY of the CSN');
    },
  },
];
