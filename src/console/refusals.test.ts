import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFormat } from './format.ts';
import { refusalIn } from './refusals.ts';

const format = createFormat('ko', { zone: 'Asia/Seoul', currency: { code: 'EUR', number: 978, exponent: 2 } });
const korean = (code: string, particulars: Parameters<typeof refusalIn>[1]['particulars'] = {}) =>
  refusalIn('ko', { code, particulars }, format);

test('a refusal is said in Korean by its code, and what it names follows as the language writes it', () => {
  assert.equal(korean('log-in-needed'), '로그인되어 있지 않거나 세션이 끝났습니다. 로그인해 주세요.');
  const short = korean('float-short', { paid: '70000', about: 'corner-shop', float: '1250' });
  assert.match(short ?? '', /예치금이 모자랍니다.* \(대상: corner-shop, 낸 금액: €700\.00, 예치금: €12\.50\)$/);
  const open = korean('period-open', { month: '2026-11', from: '2026-11-30T15:00:00.000Z' });
  assert.match(open ?? '', /\(달: 2026년 11월, 가능한 때: 2026\. 12\. 1\. 0:00:00\)$/);
  const wrong = korean('input-wrong', { field: '/count', most: 10_000 });
  assert.match(wrong ?? '', /\(항목: \/count, 최댓값: 10,000\)$/);
  assert.match(korean('has-another') ?? '', /통화 중/);
  assert.match(korean('too-many-requests', { waitMs: 43_000 }) ?? '', /\(기다릴 시간: 43초\)$/);
  assert.match(korean('input-wrong', { missing: ['/id', '/name'] }) ?? '', /\(빠진 항목: \/id, \/name\)$/);
});

test('a code that only a newer host has is left to its own sentence', () => {
  assert.equal(korean('brand-new'), undefined);
  assert.equal(korean('away'), undefined);
});
