import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readCsv } from '../../src/adapters/csv.ts';
import {
  type Act,
  type ExportRequest,
  exportTable,
  IMPORT_KINDS,
  type ImportKind,
  type ImportReport,
  MemoryStore,
} from '../../src/host/index.ts';
import { made, Rig } from '../../src/host/rig.testing.ts';
import { metered } from '../../src/host/statement.testing.ts';
import { DEFAULT_TARIFF } from '../../src/tariff/index.ts';
import { milliseconds, svpmsn } from '../../src/units/index.ts';

const ZONE = 'Europe/Berlin';
const ACT: Act = {
  ...{ at: milliseconds(1), by: 'test', role: 'system-manager', action: 'import' },
  ...{ subject: 'table', detail: '', request: 'r' },
};

async function exported(rig: Rig, asked: ExportRequest): Promise<string> {
  let text = '';
  for await (const piece of made(await exportTable(rig.host, asked, ZONE))) text += piece;
  return text;
}

async function imported(rig: Rig, kind: ImportKind, text: string, dryRun = false): Promise<ImportReport> {
  const table = made(readCsv(new TextEncoder().encode(text)));
  return made(await rig.host.importTable({ kind, table, dryRun }, ACT));
}

const everything = (rig: Rig) => Promise.all(IMPORT_KINDS.map((kind) => exported(rig, { kind })));

/** What a printable name can be at its worst. */
const name = fc
  .oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
    fc.constantFrom(
      '=1+1',
      "'; DROP TABLE meters; --",
      '<b>&amp;</b>',
      '"quoted"',
      "'",
      '+49',
      '-1',
      '@x',
      'a,b',
      '\\',
    ),
  )
  .filter((text) => /^\P{C}+$/u.test(text) && text.trim() === text);

test('what is exported is imported into an empty host as it was, whatever the names are', async () => {
  const people = fc.uniqueArray(fc.record({ id: name, name, contact: fc.oneof(name, fc.constant('')) }), {
    ...{ minLength: 1, maxLength: 6, selector: ({ id }) => id },
  });
  await fc.assert(
    fc.asyncProperty(people, name, async (subscribers, tariff) => {
      const rig = new Rig(new MemoryStore());
      made(await rig.host.publishTariff(tariff, DEFAULT_TARIFF));
      for (const [i, subscriber] of subscribers.entries()) {
        made(await rig.host.addSubscriber(subscriber));
        const of = { svpmsn: i, subscriber: subscriber.id, localUnit: 1, modemAddress: i, suite: 2 as const };
        made(await rig.host.enrol(i % 2 === 0 ? { ...of, tariff, supplies: 2 } : of));
      }
      made(await rig.host.by(ACT).addAgent({ id: 'kiosk', name: tariff, commissionBasisPoints: 150 }));
      const terms = { name: tariff, account: 'DE00 1', ticketLimit: 0xffff_ffff, ticketDays: 30 };
      for (const region of [2, 3]) made(await rig.host.by(ACT).addCardProvider({ utility: 1, region, ...terms }));
      for (const [i, { id }] of subscribers.entries()) {
        const regions = [3, 2].map((region) => ({ region, provider: `1-${region}`, n: 32 }));
        const csn = `04a1b2c3d4e5${String(i).padStart(2, '0')}`;
        made(await rig.host.by(ACT).issueCard({ csn, subscriber: id, regions: regions.slice(i % 2) }));
        made(await rig.host.by(ACT).enrolOffline({ svpmsn: 0x8a0000 + i, provider: '1-2', subscriber: id, n: 32 }));
      }
      const tables = await everything(rig);
      const other = new Rig(new MemoryStore());
      const inOrder = [
        'subscribers',
        'tariffs',
        'meters',
        'agents',
        'card-providers',
        'cards',
        'offline-meters',
      ] as const;
      for (const kind of inOrder) {
        const report = await imported(other, kind, tables[IMPORT_KINDS.indexOf(kind)] as string);
        assert.deepEqual([report.faults, report.kept, report.known], [[], true, 0]);
      }
      assert.deepEqual(await everything(other), tables);
      // The same again changes nothing.
      for (const [i, kind] of IMPORT_KINDS.entries()) {
        const { added, known } = await imported(other, kind, tables[i] as string);
        assert.deepEqual([added, known > 0], [0, true]);
      }
      assert.deepEqual(await everything(other), tables);
    }),
    { numRuns: 25 },
  );
});

const CARDS = `number,subscriber,regions
04a1b2c3d4e5f6,kim,1-2:32
04a1b2c3d4e5f7,nobody,1-2:32
04A1b2c3d4e5f8,kim,gas
04a1b2c3d4e5f9,kim,1-3:32
04a1b2c3d4e5fa,kim,1-2:37
04a1b2c3d4e5fb,kim,1-2:32 1-2:32
04a1b2c3d4e5fc,kim,1-2:64
04a1b2c3d4e5f6,lee,1-2:32
`;
const OFFLINE = `number,provider,subscriber,key
8a0001,1-2,kim,32
8a0001,1-2,kim,32
8a0001,1-2,lee,32
8a000g,1-2,kim,x
8a0003,1-4,kim,32
8a0004,1-2,kim,37
000003,1-2,kim,32
`;
const PROVIDERS = `utility,region,name,account,ticket_limit,ticket_days
1,gas,Gas,IBAN,500,30
1,gas,Gas,IBAN,501,30
1,steam,Gas,IBAN,500,30
1,heat,Heat,IBAN,0,30
`;

test('every wrong line of cards, of their providers and of meters without a line is named, and nothing is kept', async () => {
  const rig = new Rig(new MemoryStore());
  await rig.enrol(3);
  made(await rig.host.addSubscriber({ id: 'lee', name: 'Lee', contact: '' }));
  const terms = { name: 'Gas', account: 'IBAN', ticketLimit: 500, ticketDays: 30 };
  made(await rig.host.by(ACT).addCardProvider({ utility: 1, region: 2, ...terms }));
  const before = await everything(rig);
  const faultsOf = async (kind: ImportKind, text: string) => {
    const { faults, kept, added, known } = await imported(rig, kind, text);
    const told = faults.map(({ line, column, sentence }) => [line, column, sentence.slice(0, 34)]);
    return [kept, added, known, told];
  };
  assert.deepEqual(await faultsOf('card-providers', PROVIDERS), [
    ...[false, 0, 1],
    [
      [3, 'utility', 'Provider 1-2 is here already, and '],
      [4, 'region', 'A region is one of electricity, ga'],
      [5, undefined, "A ticket's limit is 1 to 429496729"],
    ],
  ]);
  assert.deepEqual(await faultsOf('cards', CARDS), [
    ...[false, 1, 0],
    [
      [3, 'subscriber', 'There is no subscriber "nobody": a'],
      [4, 'number', "A card's number has 14 lower-case "],
      [4, 'regions', 'Regions are the provider and the k'],
      [5, 'regions', 'There is no provider "1-3": add it'],
      [6, 'regions', 'The key store has no key of value '],
      [7, undefined, 'A card has each region once.'],
      [8, undefined, 'Keys of cards, and those of ticket'],
      [9, 'number', 'Card 04a1b2c3d4e5f6 is here alread'],
    ],
  ]);
  assert.deepEqual(await faultsOf('offline-meters', OFFLINE), [
    ...[false, 1, 1],
    [
      [4, 'number', 'Meter 8a0001 is enrolled already, '],
      [5, 'number', "A meter's number has six hex digit"],
      [5, 'key', 'It is a whole number, not "x".'],
      [6, 'provider', 'There is no provider "1-4": add it'],
      [7, 'key', 'The key store has no key of value '],
      [8, 'number', 'Meter 000003 is enrolled already.'],
    ],
  ]);
  assert.deepEqual(await everything(rig), before);
});

test('cards that ended and meters that have a line go out with no table', async () => {
  const rig = new Rig(new MemoryStore());
  await rig.enrol(3);
  const office = rig.host.by(ACT);
  const terms = { name: 'Gas', account: 'IBAN', ticketLimit: 500, ticketDays: 30 };
  made(await office.addCardProvider({ utility: 1, region: 2, ...terms }));
  const regions = [{ region: 2, provider: '1-2', n: 32 }];
  for (const csn of ['04a1b2c3d4e5f6', '04a1b2c3d4e5f7'])
    made(await office.issueCard({ csn, subscriber: 'kim', regions }));
  made(await office.blockCard({ csn: '04a1b2c3d4e5f6', state: 'lost' }));
  const meter = made(await office.enrolOffline({ svpmsn: 0x8a0001, provider: '1-2', subscriber: 'kim', n: 32 }));
  await rig.store.transaction((tx) =>
    tx.offlineMeters.put([{ ...meter, id: '8a0002', svpmsn: svpmsn(0x8a0002), line: true }]),
  );
  assert.equal(await exported(rig, { kind: 'cards' }), 'number,subscriber,regions\r\n04a1b2c3d4e5f7,kim,1-2:32\r\n');
  assert.equal(
    await exported(rig, { kind: 'offline-meters' }),
    'number,provider,subscriber,key\r\n8a0001,1-2,kim,32\r\n',
  );
  await rig.store.transaction(async (tx) => {
    const [purse] = await tx.cardPurses.of(['04a1b2c3d4e5f6-2']);
    assert.ok(purse !== undefined);
    const told = { credited: 100n, balance: 50n, pending: 7n, handed: 20n, closed: 11n, released: 9n, recovered: 3n };
    await tx.cardPurses.put([{ ...purse, ...told, toldAt: milliseconds(Date.UTC(2026, 0, 5, 12)) }]);
  });
  assert.deepEqual((await exported(rig, { kind: 'card-values' })).split('\r\n'), [
    'card,state,region,provider,loaded,balance,pending,handed_over,taken_off,given_to_other_cards,told_at',
    '04a1b2c3d4e5f6,lost,gas,1-2,100,50,7,20,20,3,2026-01-05T12:00:00.000Z',
    '04a1b2c3d4e5f7,active,gas,1-2,0,0,0,0,0,0,',
    '',
  ]);
});

const METERS = `number,subscriber,local_unit,modem_address,suite,supplies,tariff
000001,kim,1,1,aes128,1,
000002,nobody,1,2,aes128,1,
00000g,kim,x,3,rot13,,
000004,kim,1,1,aes128,,
000001,kim,1,5,aes128,,
000006,kim,1,6,aes128,9,none
000007,kim,1
000008,kim,1,300,aes256,,
`;

test('every line that is wrong is named with its column and the reason, and nothing is kept', async () => {
  for (const dryRun of [false, true]) {
    const rig = new Rig(new MemoryStore());
    made(await rig.host.addSubscriber({ id: 'kim', name: 'Kim', contact: '' }));
    const before = await everything(rig);
    const { faults, kept, rows, added } = await imported(rig, 'meters', METERS, dryRun);
    assert.deepEqual([kept, rows, added], [false, 8, 1]);
    assert.deepEqual(
      faults.map(({ line, column, sentence }) => [line, column, sentence.slice(0, 34)]),
      [
        [3, 'subscriber', 'There is no subscriber "nobody": a'],
        [4, 'suite', 'A suite is one of 3des, 3des-xo, a'],
        [4, 'number', "A meter's number has six hex digit"],
        [4, 'local_unit', 'It is a whole number, not "x".'],
        [5, 'modem_address', 'Modem address 1 of local unit 1 be'],
        [6, 'number', 'Meter 000001 is enrolled already, '],
        [7, undefined, 'A meter has 1 to 4 supplies, not 9'],
        [8, undefined, 'The line has 3 fields, and the hea'],
        [9, undefined, 'A modem address is 0 to 255, not 3'],
      ],
    );
    assert.deepEqual(await everything(rig), before);
    assert.deepEqual(await rig.store.read((tx) => tx.audit.page({ limit: 9 })), []);
  }
});

test('a dry run of a good table says what would become of it, and the run itself leaves one entry in the audit log', async () => {
  const rig = new Rig(new MemoryStore());
  made(await rig.host.addSubscriber({ id: 'kim', name: 'Kim', contact: '' }));
  const table = 'name,id\r\nKim,kim\r\nLee,lee\r\n';
  const dry = await imported(rig, 'subscribers', table, true);
  assert.deepEqual(dry, { rows: 2, added: 1, known: 1, faults: [], kept: false });
  assert.equal((await rig.host.subscribers()).length, 1);
  const done = await imported(rig, 'subscribers', table);
  assert.deepEqual(done, { ...dry, kept: true });
  assert.equal((await rig.host.subscribers()).length, 2);
  const [entry, ...others] = await rig.store.read((tx) => tx.audit.page({ limit: 9 }));
  assert.deepEqual([entry?.action, entry?.by, others], ['import', 'test', []]);
});

test('a row that is there with other values is refused, and so is a header that is not one of its kind', async () => {
  const rig = new Rig(new MemoryStore());
  made(await rig.host.addSubscriber({ id: 'kim', name: 'Kim', contact: '' }));
  const faultsOf = async (kind: ImportKind, text: string) =>
    (await imported(rig, kind, text)).faults.map(({ line, column, sentence }) => `${line} ${column}: ${sentence}`);
  assert.deepEqual(await faultsOf('subscribers', 'id,name\nkim,Kimmy\n'), [
    '2 id: Subscriber "kim" is here already, and not as this line says.',
  ]);
  assert.deepEqual(await faultsOf('subscribers', 'id,nam,id\nkim,Kim,kim\n'), [
    '1 nam: There is no such column: there are id, name, contact.',
    '1 id: The column is there twice.',
    '1 name: The column is missing.',
  ]);
  assert.deepEqual(await faultsOf('subscribers', 'id,name\nlee,Lee\n"han,Han\n'), [
    '3 undefined: a quotation mark stands where none may be, or is not closed; what follows was not read',
  ]);
  assert.deepEqual(await faultsOf('tariffs', 'name,definition,valid_from\nx,{,2026-02-31T00:00:00Z\ny,{},\n'), [
    '2 definition: It is no JSON.',
    '2 valid_from: It is an instant such as 2026-03-01T00:00:00Z, not "2026-02-31T00:00:00Z".',
    `3 definition: ${await tariffSentence(rig)}`,
  ]);
  assert.equal((await rig.host.tariffs()).length, 0);
});

async function tariffSentence(rig: Rig): Promise<string> {
  const refused = await rig.host.publishTariff('y', {} as typeof DEFAULT_TARIFF);
  assert.ok('reason' in refused);
  return refused.sentence;
}

test('the ledger goes out with a line for each line of a posting, and sums to zero', async () => {
  const rig = new Rig(new MemoryStore());
  await rig.enrol(3);
  for (let i = 0; i < 300; i++)
    made(await rig.host.sell({ meter: 3, amount: 5, orderId: `=sale ${i}`, source: 'cash' }));
  const { header, rows } = made(readCsv(new TextEncoder().encode(await exported(rig, { kind: 'ledger' }))));
  assert.deepEqual(header, ['sequence', 'at', 'kind', 'meter', 'order', 'account', 'amount']);
  assert.equal(rows.length, 600);
  assert.equal(
    rows.reduce((sum, { cells }) => sum + BigInt(cells[6] as string), 0n),
    0n,
  );
  assert.equal(rows[0]?.cells[4], "'=sale 299");
});

test('use goes out by meter, supply and day of local time, and only for days that are dates', async () => {
  const rig = await metered(2);
  const asked = { kind: 'use', by: 'day', from: '2026-01-05', to: '2026-01-06' } as const;
  assert.deepEqual((await exported(rig, asked)).trim().split('\r\n'), [
    'meter,supply,day,start,energy_wh,missing_minutes,uncertain_minutes',
    '000003,1,2026-01-05,2026-01-05T00:00:00.000Z,690.0,0,0',
    '000003,1,2026-01-06,2026-01-05T23:00:00.000Z,720.0,0,0',
  ]);
  for (const [from, to] of [
    ['2026-01-06', '2026-01-05'],
    ['2026-02-30', '2026-03-01'],
    ['2024-01-01', '2026-01-01'],
  ] as const) {
    const refused = await exportTable(rig.host, { ...asked, from, to }, ZONE);
    assert.ok('reason' in refused && refused.reason === 'range-wrong');
  }
});
