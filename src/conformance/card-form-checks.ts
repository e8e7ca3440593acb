import { concat, equalBytes, fromHex, toHex } from '../bytes/index.ts';
import {
  CardOp,
  decodeTlv,
  PURSE_AID,
  PurseInstruction,
  purseCommand,
  StatusWord,
  selectPurse,
} from '../card/index.ts';
import { type CardBench, loadCredit, loadOpen, raw, same, word } from './card-bench.ts';
import { type Check, expect, LeftOut } from './check.ts';

const section = 'commands';
const NOTHING = new Uint8Array(0);
const SW = StatusWord;

/** SELECT of the purse by its name, with FCI or FCP. */
const selectWith = (p2: number) => raw(`00a404${byte(p2)}0a`, concat(PURSE_AID, Uint8Array.of(0)));
const byte = (value: number): string => value.toString(16).padStart(2, '0');

/** Every command that the table has for a right purse, with the status word that is due. */
async function each(bench: CardBench, due: number, commands: Readonly<Record<string, Uint8Array>>): Promise<void> {
  for (const [what, command] of Object.entries(commands)) await bench.answers(command, due, what);
}

/** What a file holds, from its short identifier. */
const binary = (bench: CardBench, p1: string, p2 = '00', what = 'READ BINARY') =>
  bench.answers(raw(`00b0${p1}${p2}00`), SW.done, what);

/** How a card is selected and what it refuses before it looks at any key. */
export const CARD_FORM_CHECKS: readonly Check<CardBench>[] = [
  {
    id: 'select.purse',
    title: 'The purse is selected by its name and tells its CSN, its version and its regions',
    rule: { section, text: 'the regions present, region 1 in bit 0' },
    run: async (bench) => {
      for (const [p2, template] of [
        [0x00, 0x6f],
        [0x04, 0x62],
      ] as const) {
        const told = await bench.answers(selectWith(p2), SW.done, `SELECT with P2 ${byte(p2)}`);
        const objects = decodeTlv(told);
        const [outer] = 'reason' in objects ? [] : objects;
        expect(
          outer?.tag === template,
          `SELECT with P2 ${byte(p2)} tells ${toHex(told)}, no template ${byte(template)}`,
        );
        const within = (tag: number, of = outer?.inside) => of?.find((object) => object.tag === tag);
        const own = within(0xa5)?.inside;
        expect(equalBytes(within(0x84)?.value ?? NOTHING, PURSE_AID), 'data object 84 is not the name of the purse');
        same(within(0x5a, own)?.value ?? NOTHING, fromHex(bench.csn), 'the CSN in data object A5');
        const regions = bench.settings.regions.reduce((bits, { scope }) => bits | (1 << (scope - 1)), 0);
        same(within(0xc1, own)?.value ?? NOTHING, Uint8Array.of(1, regions), 'version and regions, data object C1,');
      }
      const silent = await bench.answers(selectWith(0x0c), SW.done, 'SELECT with P2 0c');
      expect(silent.length === 0, 'SELECT with P2 0C is answered with data');
    },
  },
  {
    id: 'select.identifier',
    title: 'Files are selected by their identifiers, an EF below the current DF',
    rule: { section, text: 'P1 00 by identifier, 02 an EF below the current DF' },
    run: async (bench) => {
      await each(bench, SW.done, {
        'SELECT of the MF': raw('00a4000c023f00'),
        'SELECT of EF 2F02': raw('00a4020c022f02'),
        'SELECT of EF.DIR': raw('00a4000c022f00'),
        'SELECT of the DF 5750': raw('00a4000c025750'),
        'SELECT of EF 0001': raw('00a4020c020001'),
      });
      await bench.answers(raw('00a4020c022f02'), SW.fileNotFound, 'SELECT of an EF of the MF below the purse');
    },
  },
  {
    id: 'select.unknown',
    title: 'What is not there is not selected: another name, a part of the name, another identifier',
    rule: { section, text: '| 6A82, 6A83 | no such file, no such record |' },
    run: async (bench) => {
      const longer = concat(PURSE_AID, Uint8Array.of(0x31));
      await each(bench, SW.fileNotFound, {
        'SELECT by another name': raw('00a4040c0a', concat(PURSE_AID.subarray(0, 9), Uint8Array.of(0x46))),
        'SELECT by a part of the name': raw('00a4040c05', PURSE_AID.subarray(0, 5)),
        'SELECT by a longer name': raw('00a4040c0b', longer),
        'SELECT of DF 5751': raw('00a4000c025751'),
      });
      await bench.answers(raw('00a4050c0a', PURSE_AID), SW.incorrectParameters, 'SELECT with P1 05');
      await bench.answers(raw('00a404010a', PURSE_AID), SW.incorrectParameters, 'SELECT with P2 01');
      await bench.status();
    },
  },
  {
    id: 'select.first',
    title: "None of the purse's own commands is taken before the purse is selected",
    rule: { section, text: 'not in this state: the purse is not selected' },
    run: async (bench) => {
      await bench.power();
      const own = {
        STATUS: bench.command(PurseInstruction.status, NOTHING),
        TICKET: bench.command(PurseInstruction.ticket, bench.random(3)),
        'OPEN by a meter': bench.spendOpen(bench.meter(0)),
        DEBIT: bench.command(PurseInstruction.debit, bench.random(12)),
        ACK: bench.command(PurseInstruction.acknowledge, bench.random(12), { silent: true }),
        CREDIT: loadCredit(bench.random(20)),
        REPORT: bench.command(PurseInstruction.report, bench.random(63), { silent: true }),
      };
      await each(bench, SW.conditionsNotSatisfied, own);
      await bench.select();
      await bench.status();
      await bench.answers(raw('00a4000c023f00'), SW.done, 'SELECT of the MF');
      await bench.answers(own.STATUS, SW.conditionsNotSatisfied, 'STATUS, the MF being selected');
    },
  },
  {
    id: 'select.ends',
    title: 'Selecting the purse anew ends the load that was begun',
    rule: { section, text: 'Selecting a DF ends every session and what was proved' },
    run: async (bench) => {
      const { lastCounter } = await bench.status();
      const begun = await bench.begin();
      const third = bench.third(begun, { op: CardOp.credit, counter: lastCounter + 1, amount: 10 });
      await bench.answers(selectPurse(), SW.done, 'SELECT');
      await bench.answers(loadCredit(third), SW.conditionsNotSatisfied, 'M3 of a load that SELECT has ended');
      const meter = bench.meter(0);
      await bench.insert(meter);
      await bench.select();
      const debit = bench.command(PurseInstruction.debit, bench.random(12));
      await bench.answers(debit, SW.conditionsNotSatisfied, 'DEBIT of an insertion that SELECT has ended');
      const after = await bench.status();
      expect(after.lastCounter === lastCounter, 'a load that SELECT has ended changed the region');
    },
  },
  {
    id: 'form.class',
    title: 'Another class is refused, and so are logical channels, secure messaging and chaining',
    rule: { section, text: '| 6881, 6882, 6884 | logical channel, secure messaging, chaining: not supported |' },
    run: async (bench) => {
      await each(bench, SW.classNotSupported, {
        'class A0': raw('a084000010'),
        'class 20': raw('2084000010'),
        'class E0 with an INS that is none': raw('e0010000'),
      });
      await bench.answers(raw('0184000010'), SW.logicalChannelNotSupported, 'class 01, logical channel 1,');
      await bench.answers(raw('0c84000010'), SW.secureMessagingNotSupported, 'class 0C, secure messaging,');
      await bench.answers(raw('1084000010'), SW.chainingNotSupported, 'class 10, chaining,');
    },
  },
  {
    id: 'form.instruction',
    title: 'An INS that its class does not have is refused',
    rule: { section, text: '| 6D00, 6E00 | INS, class |' },
    run: async (bench) => {
      await each(bench, SW.instructionNotSupported, {
        'INS 01 of class 00': raw('00010000'),
        'INS 01 of class 80': raw('80010000'),
        'OPEN in class 00': raw('0050000013', bench.random(19)),
        'SELECT in class 80': raw('80a404000a', PURSE_AID),
        'VERIFY, which the purse does not have,': raw('0020000108', bench.random(8)),
        'ERASE BINARY, which the purse does not have,': raw('000e000000'),
      });
    },
  },
  {
    id: 'form.parameters',
    title: 'P1-P2 that a command does not have are refused',
    rule: { section, text: '| 6A86 | P1-P2 |' },
    run: async (bench) => {
      await each(bench, SW.incorrectParameters, {
        'GET CHALLENGE with P1 01': raw('0084010010'),
        'GET CHALLENGE with P2 01': raw('0084000110'),
        'INTERNAL AUTHENTICATE with P1 01': raw('0088010010', concat(bench.random(16), Uint8Array.of(0))),
        'EXTERNAL AUTHENTICATE with P1 01': raw('0082010010', bench.random(16)),
        'OPEN with P1 02': raw('8050020013', concat(bench.random(19), Uint8Array.of(0))),
        'OPEN of a load with P2 01': raw('8050000113', concat(bench.random(19), Uint8Array.of(0))),
        'CREDIT with P2 01': raw('8054000113', concat(bench.random(19), Uint8Array.of(0))),
        'DEBIT with P1 01': purseCommand(PurseInstruction.debit, bench.random(12), { p1: 1, p2: bench.region }),
      });
    },
  },
  {
    id: 'form.length',
    title: 'Data of another length than a command has are refused',
    rule: { section, text: '| 6700 | wrong length, or a command whose lengths contradict each other |' },
    run: async (bench) => {
      const lengths = [
        ['TICKET', PurseInstruction.ticket, [2, 4], {}],
        ['OPEN by a meter', PurseInstruction.open, [18, 20], { p1: 1 }],
        ['DEBIT', PurseInstruction.debit, [11, 13, 255], {}],
        ['ACK', PurseInstruction.acknowledge, [11, 13], { silent: true }],
        ['REPORT', PurseInstruction.report, [62, 64], { silent: true }],
        ['STATUS', PurseInstruction.status, [1], {}],
      ] as const;
      for (const [what, instruction, wrong, options] of lengths) {
        for (const length of wrong) {
          const command = bench.command(instruction, bench.random(length), options);
          await bench.answers(command, SW.wrongLength, `${what} with ${length} bytes`);
        }
      }
      for (const length of [15, 17]) {
        const command = raw(`00880000${byte(length)}`, concat(bench.random(length), Uint8Array.of(0)));
        await bench.answers(command, SW.wrongLength, `INTERNAL AUTHENTICATE with ${length} bytes`);
      }
    },
  },
  {
    id: 'form.contradiction',
    title: 'A command whose lengths contradict each other is refused',
    rule: { section, text: 'a command whose lengths contradict each other' },
    run: async (bench) => {
      const cut = raw(`805a00${byte(bench.region)}05`, bench.random(3));
      const answer = await bench.tried(cut);
      // A reader that looks at the lengths itself lets no such command through.
      if ('sentence' in answer) throw new LeftOut('the reader carries no command whose lengths contradict each other');
      expect(answer.status === SW.wrongLength, `such a command is answered with ${word(answer.status)}, not 6700`);
      await bench.fresh();
    },
  },
  {
    id: 'form.order',
    title: 'A command is looked at in the order of the rule: class, INS, P1-P2, lengths',
    rule: { section, text: "A card looks at the class, then the lengths' form, INS, P1-P2, Nc" },
    run: async (bench) => {
      await bench.answers(raw('a0010102'), SW.classNotSupported, 'a class and an INS that are none');
      await bench.answers(raw('80010700'), SW.instructionNotSupported, 'an INS and P1-P2 that are none');
      const wrong = bench.random(5);
      const both = purseCommand(PurseInstruction.debit, wrong, { p1: 7, p2: bench.region });
      await bench.answers(both, SW.incorrectParameters, 'DEBIT with P1 07 and 5 bytes');
      await bench.answers(
        purseCommand(PurseInstruction.ticket, wrong, { p2: 7 }),
        SW.wrongLength,
        'TICKET of region 7 with 5 bytes',
      );
    },
  },
  {
    id: 'form.region',
    title: 'A region that the card does not have is refused',
    rule: { section, text: 'no such region, key, ticket or data object' },
    run: async (bench) => {
      const held = bench.settings.regions.map(({ scope }) => scope);
      const absent = [0, 7, 0xff, ...[1, 2, 3, 4, 5, 6].filter((region) => !held.includes(region as 1))];
      for (const p2 of absent) {
        const command = purseCommand(PurseInstruction.status, NOTHING, { p2 });
        await bench.answers(command, SW.referencedDataNotFound, `STATUS of region ${p2}`);
      }
      await bench.answers(raw('00ca005b00'), SW.referencedDataNotFound, 'GET DATA of object 5B');
    },
  },
  {
    id: 'form.frame',
    title: 'OPEN and CREDIT take frames of 0x18 alone',
    rule: { section, text: 'the data are no frame, or no command of 0x18' },
    run: async (bench) => {
      const begun = await bench.begin();
      const foreign = begun.first.slice();
      foreign[1] = 0x10;
      await each(bench, SW.incorrectData, {
        'OPEN with bytes that are no frame': loadOpen(bench.random(31).fill(0xff, 0, 1)),
        'OPEN with a frame that is cut': loadOpen(begun.first.subarray(0, 30)),
        'OPEN with M1 of another command': loadOpen(foreign),
        'OPEN with M2': loadOpen(begun.second),
        'CREDIT with M1': loadCredit(begun.first),
        'CREDIT with bytes that are no frame': loadCredit(bench.random(31).fill(0xff, 0, 1)),
      });
    },
  },
  {
    id: 'files.card',
    title: 'CSN and directory are read in the MF, by selection and by short identifier',
    rule: { section, text: 'EF 2F02 (02: the CSN as data object 5A)' },
    run: async (bench) => {
      const due = concat(fromHex('5a07'), fromHex(bench.csn));
      await bench.answers(raw('00a4000c023f00'), SW.done, 'SELECT of the MF');
      same(await binary(bench, '82'), due, 'EF 2F02 by its short identifier');
      same(await bench.answers(raw('00ca005a00'), SW.done, 'GET DATA'), fromHex(bench.csn), 'GET DATA of object 5A');
      const directory = decodeTlv(await binary(bench, '9e'));
      const [template] = 'reason' in directory ? [] : directory;
      const name = template?.tag === 0x61 ? template.inside?.find(({ tag }) => tag === 0x4f) : undefined;
      expect(equalBytes(name?.value ?? NOTHING, PURSE_AID), 'EF.DIR does not name the purse (61, 4F)');
      await bench.answers(raw('00a4020c022f02'), SW.done, 'SELECT of EF 2F02');
      same(await binary(bench, '00', '02'), due.subarray(2), 'EF 2F02 from byte 2 on');
    },
  },
  {
    id: 'files.refused',
    title: 'Bytes of a file of records, records of others, and what is behind the end are refused',
    rule: { section, text: 'a record asked of a transparent file, or bytes of a file of records' },
    run: async (bench) => {
      await bench.answers(raw('00b0000000'), SW.noCurrentFile, 'READ BINARY without a current file');
      const loads = 8 + bench.region;
      await bench.answers(raw('00b2010c00'), SW.fileStructureIncompatible, 'a record of EF 0001');
      await bench.answers(raw(`00b0${byte(0x80 | loads)}0000`), SW.fileStructureIncompatible, 'bytes of the loads');
      await bench.answers(raw('00b0812000'), SW.offsetOutsideFile, 'READ BINARY of EF 0001 behind its end');
      const record = (number: string) => raw(`00b2${number}${byte((loads << 3) | 4)}00`);
      await bench.answers(record('00'), SW.recordNotFound, 'record 0 of the loads');
      await bench.answers(record('11'), SW.recordNotFound, 'record 17 of the loads');
    },
  },
  {
    id: 'files.loads',
    title: 'The log of a region has its last load as record 1',
    rule: { section, text: 'its last 16 loads, each LTC u32 | TXID 8 | amount u32 | kind u8' },
    run: async (bench) => {
      const { lastCounter } = await bench.status();
      const txid = bench.random(8);
      await bench.load({ op: CardOp.void, counter: lastCounter + 1, amount: 9, txid });
      const file = byte(((8 + bench.region) << 3) | 4);
      const record = await bench.answers(raw(`00b201${file}00`), SW.done, 'record 1 of the loads');
      const counter = new Uint8Array(4);
      new DataView(counter.buffer).setUint32(0, lastCounter + 1);
      same(record, concat(counter, txid, fromHex('0000000001')), 'record 1 of the loads, after a void,');
    },
  },
];
