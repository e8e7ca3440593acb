import assert from 'node:assert/strict';
import { test } from 'node:test';
import { concat, fromHex } from '../../bytes/index.ts';
import { EmvIssuerKey } from '../../crypto/index.ts';
import { decodeTlv, encodeTlv } from '../tlv.ts';
import { ISSUE, SALE, walk } from './bench.testing.ts';
import { type EmvCardData, EmvIssuer, EmvTestCard, testIssuerKey } from './index.ts';
import { Tag } from './tags.ts';

const asked = (card: EmvTestCard): EmvCardData => walk(card).asked ?? assert.fail('the bank was not asked');
const { amount, currency } = SALE;
const judge = (issuer: EmvIssuer, { pan, sequence, data }: EmvCardData, sale: object = {}) => {
  const verdict = issuer.judge({ pan, sequence, data, amount, currency, ...sale });
  return verdict.outcome === 'refused' ? verdict.reason : verdict.outcome;
};
const fresh = () => new EmvIssuer(testIssuerKey());

/** Field 55 with a data object changed, or left out. */
function with55(data: Uint8Array, tag: number, change: (value: Uint8Array) => Uint8Array | undefined): Uint8Array {
  const objects = decodeTlv(data);
  assert.ok(!('reason' in objects));
  return concat(
    ...objects.map((object) => {
      const value = object.tag === tag ? change(object.value) : object.value;
      return value === undefined ? new Uint8Array(0) : encodeTlv(object.tag, value);
    }),
  );
}

const SIGNED = [
  ...[Tag.amountAuthorised, Tag.amountOther, Tag.terminalCountryCode, Tag.terminalVerificationResults],
  ...[Tag.transactionCurrencyCode, Tag.transactionDate, Tag.transactionType, Tag.unpredictableNumber],
  ...[Tag.applicationInterchangeProfile, Tag.applicationTransactionCounter, Tag.issuerApplicationData],
  Tag.applicationCryptogram,
];

for (const version of [10, 18] as const) {
  test(`a bank knows its cards of version ${version}, and no bit of what they signed may be another`, () => {
    const card = asked(new EmvTestCard({ ...ISSUE, version }));
    assert.equal(judge(fresh(), card), 'genuine');
    for (const tag of SIGNED) {
      let bits = 0;
      with55(card.data, tag, (value) => {
        bits = 8 * value.length;
        return value;
      });
      for (let bit = 0; bit < bits; bit++) {
        const flip = (value: Uint8Array) => value.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
        const verdict = judge(fresh(), { ...card, data: with55(card.data, tag, flip) });
        // Version 10 does not sign length and key index of the issuer's own data, 18 does.
        const isUnsigned = version === 10 && tag === Tag.issuerApplicationData && bit >> 3 === 1;
        assert.equal(verdict === 'genuine', isUnsigned, `bit ${bit} of ${tag.toString(16)}: ${verdict}`);
      }
      assert.notEqual(judge(fresh(), { ...card, data: with55(card.data, tag, () => undefined) }), 'genuine');
      assert.notEqual(
        judge(fresh(), { ...card, data: with55(card.data, tag, (v) => concat(v, v.subarray(0, 1))) }),
        'genuine',
      );
    }
  });
}

test('a bank says why it refuses', () => {
  const card = asked(new EmvTestCard(ISSUE));
  const { data } = card;
  const other = (tag: number, hex: string | undefined) => ({
    ...card,
    data: with55(data, tag, () => (hex === undefined ? undefined : fromHex(hex))),
  });
  assert.equal(judge(fresh(), card), 'genuine');
  assert.equal(judge(fresh(), card, { amount: amount + 1 }), 'sale-differs');
  assert.equal(judge(fresh(), card, { currency: 978 }), 'sale-differs');
  assert.equal(judge(fresh(), other(Tag.amountAuthorised, '00000000500a')), 'sale-differs');
  assert.equal(judge(fresh(), { ...card, pan: '4111111111111112' }), 'cryptogram-wrong');
  assert.equal(judge(fresh(), { ...card, sequence: 2 }), 'cryptogram-wrong');
  assert.equal(judge(fresh(), { ...card, sequence: undefined }), 'cryptogram-wrong');
  assert.equal(judge(fresh(), { ...card, sequence: 99 }), 'cryptogram-wrong');
  assert.equal(judge(fresh(), { ...card, sequence: 100 }), 'data-wrong', 'no bank dies of what an acquirer sends');
  assert.equal(judge(new EmvIssuer(new EmvIssuerKey(new Uint8Array(16))), card), 'cryptogram-wrong');
  assert.equal(judge(fresh(), other(Tag.applicationCryptogram, '0000000000000000')), 'cryptogram-wrong');
  assert.equal(judge(fresh(), other(Tag.unpredictableNumber, undefined)), 'data-wrong');
  assert.equal(judge(fresh(), { ...card, data: fromHex('9f') }), 'data-wrong');
  assert.equal(judge(fresh(), other(Tag.issuerApplicationData, undefined)), 'version-unknown');
  assert.equal(judge(fresh(), other(Tag.issuerApplicationData, '06010c03a00000')), 'version-unknown');
  assert.equal(judge(fresh(), other(Tag.issuerApplicationData, '060112')), 'version-unknown');
});

test('a transaction counts once, and no later one of its card has its counter or one before it', () => {
  const issuer = fresh();
  const card = new EmvTestCard(ISSUE);
  const [first, second, third] = [asked(card), asked(card), asked(card)];
  assert.equal(judge(issuer, second), 'genuine');
  assert.equal(judge(issuer, second), 'counter-repeated');
  assert.equal(judge(issuer, first), 'counter-repeated');
  assert.equal(judge(issuer, third), 'genuine');
  // Another card of the same number counts for itself.
  assert.equal(judge(issuer, asked(new EmvTestCard({ ...ISSUE, sequence: 2 }))), 'genuine');
  // What is no cryptogram of the card moves no counter.
  const forged = { ...third, data: with55(third.data, Tag.applicationTransactionCounter, () => fromHex('ffff')) };
  assert.equal(judge(issuer, forged), 'cryptogram-wrong');
  assert.equal(judge(issuer, asked(card)), 'genuine');
});

test('a card without a sequence number has the key of number 0', () => {
  assert.equal(judge(fresh(), asked(new EmvTestCard({ ...ISSUE, sequence: undefined }))), 'genuine');
});
