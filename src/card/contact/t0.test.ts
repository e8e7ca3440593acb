import assert from 'node:assert/strict';
import { test } from 'node:test';
import { concat, fromHex, toHex } from '../../bytes/index.ts';
import { caseOf, command, pattern } from './card.testing.ts';
import { createT0Card, stepT0Card, type T0CardOutput } from './t0-card.ts';
import { beginTpdu, NULLS_MAX, stepT0Device, type T0DeviceOutput, type Tpdu } from './t0-device.ts';
import { beginT0Exchange, continueT0Exchange } from './t0-exchange.ts';

/** What a slot sends for a command when the card answers so, in hex: headers with their data, and the response. */
function travel(apdu: string, ...answers: string[]): string[] {
  const begun = beginT0Exchange(fromHex(apdu));
  if ('reason' in begun) return [begun.reason];
  const said: string[] = [];
  let tpdu: Tpdu = begun.tpdu;
  for (const answer of answers) {
    said.push(toHex(concat(tpdu.header, tpdu.outgoing)));
    const bytes = fromHex(answer);
    const status = ((bytes.at(-2) ?? 0) << 8) | (bytes.at(-1) ?? 0);
    const next = continueT0Exchange(begun.exchange, { data: bytes.subarray(0, -2), status });
    if (next.type === 'response') return [...said, `= ${toHex(next.response)}`];
    if (next.type === 'promise-broken') return [...said, next.type];
    tpdu = next.tpdu;
  }
  return [...said, toHex(concat(tpdu.header, tpdu.outgoing)), '…'];
}

const WAYS: readonly (readonly [name: string, apdu: string, answers: readonly string[], ways: readonly string[]])[] = [
  ['case 1', '80100000', ['9000'], ['8010000000', '= 9000']],
  ['case 2', '8020000002', ['aabb9000'], ['8020000002', '= aabb9000']],
  ['case 2, the length corrected', '8020000002', ['6c01', 'aa9000'], ['8020000002', '8020000001', '= aa9000']],
  ['case 2, more than was asked', '8020000001', ['6c02', 'aabb9000'], ['8020000001', '8020000002', '= aa9000']],
  ['case 2, corrected twice', '8020000002', ['6c01', '6c03'], ['8020000002', '8020000001', '= 6c03']],
  ['case 2, refused', '8020000002', ['6a82'], ['8020000002', '= 6a82']],
  ['case 2 in two parts', '8020000000', ['aa6101', 'bb9000'], ['8020000000', '00c0000001', '= aabb9000']],
  ['case 2, extended', '802000000003e8', ['6c05', '01020304059000'], ['8020000000', '8020000005', '= 01020304059000']],
  ['case 3', '8030000002aabb', ['9000'], ['8030000002aabb', '= 9000']],
  ['case 3, with data that nobody wants', '8030000002aabb', ['6104'], ['8030000002aabb', '= 6104']],
  ['case 4', '8040000001aa00', ['6103', '0102039000'], ['8040000001aa', '00c0000003', '= 0102039000']],
  ['case 4, less wanted', '8040000001aa02', ['6103', '01026101'], ['8040000001aa', '00c0000002', '= 01026101']],
  ['case 4, by 9000', '8040000001aa02', ['9000', '01029000'], ['8040000001aa', '00c0000002', '= 01029000']],
  ['case 4, no data', '8040000001aa02', ['9000', '6985'], ['8040000001aa', '00c0000002', '= 9000']],
  ['case 4, refused', '8040000001aa02', ['6982'], ['8040000001aa', '= 6982']],
  ['case 4, a warning', '8040000001aa02', ['6282'], ['8040000001aa', '= 6282']],
  [
    'case 4, corrected',
    '8040000001aa09',
    ['6105', '6c01', 'ff9000'],
    ['8040000001aa', '00c0000005', '00c0000001', '= ff9000'],
  ],
  ['case 4, promised for ever', '8040000001aa09', ['6105', '6105'], ['8040000001aa', '00c0000005', 'promise-broken']],
  ['on a channel', '0140000001aa09', ['6101', 'ee9000'], ['0140000001aa', '01c0000001', '= ee9000']],
  ['in a chain, secured', '1d40000001aa09', ['6101', 'ee9000'], ['1d40000001aa', '01c0000001', '= ee9000']],
  ['no command', '8010', [], ['command-too-short']],
  ['a wrong length', '801000000201', [], ['command-length-wrong']],
];

for (const [name, apdu, answers, ways] of WAYS) {
  test(`T=0: ${name}`, () => assert.deepEqual(travel(apdu, ...answers), ways));
}

test('a long command goes in envelopes, of which one that is not full is the last', () => {
  // 7 bytes of header and length: 248 bytes of data fill one envelope, which an empty one follows.
  for (const [data, pieces] of [
    [256, [255, 8]],
    [502, [255, 254]],
    [503, [255, 255, 0]],
    [504, [255, 255, 1]],
  ] as const) {
    const apdu = command(0x30, 0, pattern(data));
    const sent = travel(toHex(apdu), ...pieces.map(() => '9000'));
    assert.equal(sent.pop(), '= 9000');
    assert.deepEqual(
      sent.map((hex) => hex.slice(0, 8)),
      pieces.map(() => '00c20000'),
    );
    assert.deepEqual(
      sent.map((hex) => Number.parseInt(hex.slice(8, 10), 16)),
      [...pieces],
    );
    assert.equal(sent.map((hex) => hex.slice(10)).join(''), toHex(apdu));
  }
});

test('a card without envelopes says so, and no more of the command is sent', () => {
  const apdu = toHex(command(0x30, 0, pattern(600)));
  assert.deepEqual(travel(apdu, '6d00').slice(1), ['= 6d00']);
  assert.deepEqual(travel(apdu, '9000', '6f00').slice(2), ['= 6f00']);
});

/** What a card says to these bytes, and the commands that it runs; the program answers each in turn. */
function card(...answers: string[]) {
  const machine = createT0Card(caseOf);
  const said: string[] = [];
  const follow = (outputs: T0CardOutput[]) => {
    for (const output of outputs) {
      if (output.type === 'send') said.push(toHex(output.bytes));
      else if (output.type === 'mute') said.push('mute');
      else {
        said.push(`run ${toHex(output.command)}`);
        const response = answers.shift();
        if (response !== undefined) follow(step({ type: 'response', response: fromHex(response) }));
      }
    }
  };
  const step = (input: Parameters<typeof stepT0Card>[1]): T0CardOutput[] => {
    const out: T0CardOutput[] = [];
    stepT0Card(machine, input, out);
    return out;
  };
  return {
    hears: (hex: string): string[] => {
      for (const byte of fromHex(hex)) follow(step({ type: 'byte', byte }));
      return said.splice(0);
    },
    is: (type: 'busy' | 'damaged' | 'refused'): string[] => {
      follow(step({ type }));
      return said.splice(0);
    },
  };
}

test('a card keeps what it could not give, gives it once, and forgets it with the next command', () => {
  const kept = card('01029000', '9000', '03049000', '6d00');
  assert.deepEqual(kept.hears('00c0000001'), ['6985']);
  assert.deepEqual(kept.hears('8040000001'), ['40']);
  assert.deepEqual(kept.hears('aa'), ['run 8040000001aa00', '6102']);
  assert.deepEqual(kept.hears('00c0000005'), ['6c02']);
  assert.deepEqual(kept.hears('00c0000001'), ['c0016101']);
  assert.deepEqual(kept.hears('00c0000001'), ['c0029000']);
  assert.deepEqual(kept.hears('00c0000001'), ['6985']);
  assert.deepEqual(kept.hears('8010000000'), ['run 80100000', '9000']);
  assert.deepEqual(kept.hears('8040000000'), ['run 8040000000', '6102']);
  assert.deepEqual(kept.hears('8077000000'), ['run 80770000', '6d00']);
  assert.deepEqual(kept.hears('00c0000001'), ['6985']);
});

test('a command that comes again with the corrected length is answered, and any other runs', () => {
  const corrected = card('0102039000', '0405069000', '0708099000');
  assert.deepEqual(corrected.hears('8020000005'), ['run 8020000005', '6c03']);
  assert.deepEqual(corrected.hears('8020000003'), ['200102039000']);
  assert.deepEqual(corrected.hears('8020000005'), ['run 8020000005', '6c03']);
  assert.deepEqual(corrected.hears('8020000103'), ['run 8020000103', '200708099000']);
});

test('an instruction that could be a status is invalid, and nothing runs', () => {
  for (const instruction of ['60', '6f', '90', '9f'])
    assert.deepEqual(card().hears(`80${instruction}000000`), ['6d00']);
});

test('a card puts envelopes together, and refuses more than a command can be', () => {
  const almostFull = card('9000');
  const longest = toHex(command(0x30, 0, pattern(502)));
  almostFull.hears(`00c20000ff${longest.slice(0, 510)}`);
  assert.deepEqual(almostFull.hears(`00c20000fe${longest.slice(510)}`), ['c2', `run ${longest}`, '9000']);
  const envelopes = card('9000', '9000');
  const apdu = toHex(command(0x30, 0, pattern(300)));
  assert.deepEqual(envelopes.hears('00c20000ff'), ['c2']);
  assert.deepEqual(envelopes.hears(apdu.slice(0, 510)), ['9000']);
  assert.deepEqual(envelopes.hears(`00c2000034${apdu.slice(510)}`), ['c2', `run ${apdu}`, '9000']);
  // A command between gives up what was begun.
  envelopes.hears(`00c20000ff${apdu.slice(0, 510)}`);
  assert.deepEqual(envelopes.hears('8010000000'), ['run 80100000', '9000']);
  const full = `00c20000ff${'00'.repeat(255)}`;
  let count = 1;
  while (envelopes.hears(full).at(-1) === '9000') count++;
  assert.equal(count, Math.ceil(65_545 / 255));
  assert.deepEqual(envelopes.hears('00c2000000'), ['run ']);
});

test('a card asks for patience while it works, and is silent for good after what cannot be mended', () => {
  const working = card();
  assert.deepEqual(working.is('busy'), []);
  assert.deepEqual(working.hears('8010000000'), ['run 80100000']);
  assert.deepEqual(working.is('busy'), ['60']);
  assert.deepEqual(working.is('refused'), []);
  assert.deepEqual(working.is('damaged'), ['mute']);
  assert.deepEqual(working.hears('8010000000'), []);
});

test('a slot takes patience, one byte or all bytes at a time, in either direction', () => {
  const device = (tpdu: Tpdu) => {
    const out: T0DeviceOutput[] = [];
    const machine = beginTpdu(tpdu, out);
    out.length = 0;
    return (hex: string): string => {
      for (const byte of fromHex(hex)) stepT0Device(machine, { type: 'byte', byte }, out);
      return out
        .splice(0)
        .map((output) => {
          if (output.type === 'send') return toHex(output.bytes);
          return output.type === 'done'
            ? `${toHex(output.result.data)} ${output.result.status.toString(16)}`
            : output.failure.reason;
        })
        .join(', ');
    };
  };
  const none = new Uint8Array(0);
  const outgoing = device({ header: fromHex('8030000003'), outgoing: fromHex('010203'), incoming: 0 });
  assert.equal(outgoing('60cf'), '01');
  assert.equal(outgoing('6060'), '');
  assert.equal(outgoing('30'), '0203');
  assert.equal(outgoing('9000'), ' 9000');
  const incoming = device({ header: fromHex('8020000003'), outgoing: none, incoming: 3 });
  assert.equal(incoming('df60'), '');
  assert.equal(incoming('203132'), '');
  assert.equal(incoming('6101'), '603132 6101');
  for (const wrong of ['31', '00', 'ff']) {
    assert.equal(device({ header: fromHex('8030000000'), outgoing: none, incoming: 0 })(wrong), 'procedure-byte-wrong');
  }
  assert.equal(device({ header: fromHex('8030000000'), outgoing: none, incoming: 0 })('30'), 'procedure-byte-wrong');
  const patient = device({ header: fromHex('8010000000'), outgoing: none, incoming: 0 });
  assert.equal(patient('60'.repeat(NULLS_MAX)), '');
  assert.equal(patient('60'), 'card-too-slow');
});
