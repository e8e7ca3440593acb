import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';

const root = resolve(import.meta.dirname, '..');

/** What each example says at its end. */
const SAYS: Readonly<Record<string, RegExp>> = {
  'examples/card-payment.ts': /outcome: 'approved', .* shown: '\*{4} 1111' }\n{ outcome: 'done' }\n$/,
  'examples/card-purchase.ts':
    /^sold: 500 .*\npulled .* 500 on the card, .* outstanding\n.* 500 on the card, .* stored\nbooks: loaded 500, on cards 500, .*\n[\s\S]*\nbooks: loaded 500, on cards 0, gone to meters 500, there 260, used 240\nthe report: 500 from cards, 260 left\n$/,
  'examples/card-reader.ts': /^answer to reset 3b0457505552\nresponse 20(00){31}9000\n106\.1 ms with its card\n$/,
  'examples/direct-debit.ts': /^\d{4} bytes for the bank\n{ day: '2026-03-02', trace: 1 } rejected AM04\n$/,
  'examples/emv-payment.ts': /^approved \*{4} 1111\nthe chip agrees\n{ outcome: 'done' }\n$/,
  'examples/mobile-money.ts':
    /approval: 'LGR0000000',\s+shown: 'M-Pesa …678'\s*}\n{\s+outcome: 'declined',[\s\S]*cancelled[\s\S]*}\n{ outcome: 'done' }\n$/,
  'examples/stripe.ts':
    /outcome: 'pending', [\s\S]*payment-1 approved\n[\s\S]*{ outcome: 'done' }\n[\s\S]*{ outcome: 'done' }\n[\s\S]*cancelled/,
  'examples/virtual-card.ts': /^answer to reset 3b84\w+\n8010000001 019000\n8010000001 029000\n00a40400 6d00\n$/,
};

for (const path of globSync('examples/*.ts', { cwd: root })) {
  test(`${path} runs, and says what it should`, () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [path], { cwd: root, encoding: 'utf8' });
    assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
    assert.match(stdout, SAYS[path] ?? assert.fail(`${path} has no row here`));
  });
}
