/**
 * A payment by a card with a chip, from its first command to the money. `node examples/emv-payment.ts` has everything in
 * this process: a test card in a slot, the terminal, an acquirer, and the bank that issued the card. With pcscd and
 * vsmartcard-vpcd running, `node examples/emv-payment.ts card 35963` puts the test card into the virtual reader, and
 * `node examples/emv-payment.ts pcsc` pays with it through the first reader of this machine.
 */
import { randomBytes } from 'node:crypto';
import { Acquirer } from '../src/adapters/acquirer.ts';
import { AcquirerSimulator, testCards } from '../src/adapters/acquirer-simulator.ts';
import { InProcessSlot } from '../src/adapters/in-process-card.ts';
import { PcscReader } from '../src/adapters/pcsc-reader.ts';
import { VirtualCard } from '../src/adapters/virtual-card.ts';
import {
  type CardPort,
  type EmvAuthorisation,
  type EmvCardData,
  EmvIssuer,
  type EmvTerminal,
  EmvTestCard,
  runEmv,
  TEST_APPLICATION,
  testIssuerKey,
} from '../src/card/index.ts';
import { milliseconds } from '../src/units/index.ts';

/** It takes the test card and no other: whoever takes real ones has their names from their schemes. */
const TERMINAL: EmvTerminal = {
  applications: [{ aid: TEST_APPLICATION, isPartial: false, version: 1, denial: Uint8Array.of(0, 0x10, 0, 0, 0) }],
  ...{ type: 'unattended', country: 410, identification: 'WATT0001' },
};

const card = new EmvTestCard({
  ...{ pan: '4111111111111111', sequence: 1, expires: '491231', country: 410 },
  ...{ version: 18, authentication: 'with-cryptogram', hasDirectory: true, format: 2 },
});

async function slotOf(): Promise<CardPort> {
  if (process.argv[2] === 'pcsc') {
    const reader = await PcscReader.find({ waitMs: 10_000 });
    if ('sentence' in reader) throw new Error(reader.sentence);
    return reader;
  }
  const slot = new InProcessSlot();
  slot.insert(card.chip);
  return slot;
}

async function pay(): Promise<void> {
  const simulator = new AcquirerSimulator({
    ...{ cards: testCards(100_000), issuer: new EmvIssuer(testIssuerKey()) },
    ...{ lateMs: 40_000, faultOf: () => undefined },
  });
  const acquirer = new Acquirer({
    ...{ host: '127.0.0.1', port: await simulator.listen(0, '127.0.0.1') },
    ...{ institution: '4201', terminal: 'WATT0001', merchant: 'WATTPURSE SEOUL', zone: 'Asia/Seoul' },
  });
  const begun = Date.now();
  const trace = 1 + (Math.floor(begun / 1000) % 999_999);
  const payment = { id: `payment-${trace}`, trace, at: milliseconds(begun), amount: 5000, currency: 410 };
  let approval: string | undefined;

  /** What the card hands over goes to the acquirer, and is kept nowhere. */
  async function authorise({ pan, expiry, sequence, track2, data }: EmvCardData): Promise<EmvAuthorisation> {
    const chip = { data, ...(sequence !== undefined && { sequence }), ...(track2 !== undefined && { track2 }) };
    const answer = await acquirer.authorise(payment, { type: 'card', pan, expiry, chip });
    if (answer.outcome === 'approved') approval = answer.approval;
    if (answer.outcome === 'approved' || answer.outcome === 'declined') {
      console.log(answer.outcome, answer.outcome === 'approved' ? answer.shown : answer.sentence);
      return { type: answer.outcome, code: answer.chip?.code ?? '05', data: answer.chip?.data };
    }
    return { type: 'unanswered' };
  }

  const port = await slotOf();
  const session = await port.open();
  if ('sentence' in session) throw new Error(session.sentence);
  const [date, time] = new Date(begun).toISOString().slice(2, 19).replaceAll(/[-:]/g, '').split('T');
  const sale = {
    ...{ amount: payment.amount, currency: 410, exponent: 0, date: date ?? '', time: time ?? '' },
    ...{ counter: trace, unpredictable: new Uint8Array(randomBytes(4)) },
  };
  const end = await runEmv(session, TERMINAL, sale, authorise);
  await session.eject();
  await port.close();
  if (end.outcome === 'approved') {
    console.log('the chip agrees');
    // Between these two the value is stored in the meter. If it never is, `reverse` takes the place of `capture`.
    console.log(await acquirer.capture(payment, approval ?? ''));
  } else {
    console.log(end.sentence);
    if (end.reverse) console.log(await acquirer.reverse(payment, approval));
  }
  await acquirer.close();
  await simulator.close();
}

if (process.argv[2] === 'card') {
  const inserted = await VirtualCard.insert(card.chip, { host: '127.0.0.1', port: Number(process.argv[3]) });
  if ('sentence' in inserted) throw new Error(inserted.sentence);
  console.log('the card is in; Ctrl-C pulls it');
  process.once('SIGINT', () => void inserted.pull());
  await inserted.left;
} else {
  await pay();
}
