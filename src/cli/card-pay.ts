import { type CardSession, type EmvAuthorisation, type EmvEnd, type EmvTerminal, runEmv } from '../card/index.ts';
import { regionText } from '../units/index.ts';
import { CardHost, type ChipPayment, HostSilent, type PaidTo, type PaymentWish } from './card-host.ts';
import { csnOf, noWord, parsedVerb, regionOf } from './card-options.ts';
import { withCards } from './card-place.ts';
import { terminalOf } from './card-terminal.ts';
import { CannotGoOn } from './failure.ts';
import { needed } from './flags.ts';
import { WrongUse } from './usage.ts';

const SALES_COUNTED = 99_999_999;
const PAID_STATES: ReadonlySet<string> = new Set(['approved', 'capturing', 'captured']);

/** `wattpurse card pay`: a station at which a payment card with a chip pays for value of a meter or of a purse card, through its host. */
export async function cardPay(args: readonly string[]): Promise<number> {
  const { values, positionals } = parsedVerb(args, {
    ...{ reader: { type: 'string' }, host: { type: 'string' }, meter: { type: 'string' }, paid: { type: 'string' } },
    ...{ csn: { type: 'string' }, region: { type: 'string' } },
    ...{ port: { type: 'string' }, terminal: { type: 'string' }, json: { type: 'boolean' } },
  });
  noWord(positionals, 'pay');
  if (values.reader === undefined) throw new WrongUse('card pay takes a card in a reader: name it with --reader.');
  const host = CardHost.at(needed('card pay', values.host, '--host', 'the address of the host that sells'));
  const to = paidTo(values);
  const paid = needed('card pay', values.paid, '--paid', 'the amount, in the smallest unit of the currency');
  if (!/^[1-9][0-9]{0,9}$/.test(paid)) throw new WrongUse(`--paid is a whole amount above 0, not "${paid}".`);
  const port = needed('card pay', values.port, '--port', 'the name of the payment port that takes cards');
  const terminal = terminalOf(values.terminal);
  const told = await withCards([{ reader: values.reader }], ([session]) =>
    payByChip(session as CardSession, host, terminal, { to, paid: Number(paid), port }),
  );
  const { payment } = told;
  const json = { paid: told.isPaid, payment: payment?.id, state: payment?.state, sentence: told.sentence };
  process.stdout.write(`${values.json === true ? JSON.stringify(json) : told.sentence}\n`);
  return told.isPaid ? 0 : 1;
}

interface Named {
  readonly meter?: string;
  readonly csn?: string;
  readonly region?: string;
}

/** @throws WrongUse where it is neither, or both */
function paidTo({ meter, csn, region: name }: Named): PaidTo {
  if (csn === undefined && name === undefined) {
    return { meter: needed('card pay', meter, '--meter', 'the number of the meter that the value is for') };
  }
  if (meter !== undefined) throw new WrongUse('card pay is for a meter or for a purse card: name either of them.');
  const card = csnOf(needed('card pay', csn, '--csn', 'the number of the purse card that the value is for'));
  const region = regionOf(needed('card pay', name, '--region', 'the region of the purse card'), '--region');
  return { card, region: regionText(region) };
}

/** What became of a card in a reader. */
export interface PaidByChip {
  readonly isPaid: boolean;
  /** As the host told it last; absent where its bank was never asked. */
  readonly payment: ChipPayment | undefined;
  readonly sentence: string;
}

/**
 * The chip has agreed, and whether its host heard of that is not known: it is paid, or the money goes back. Everything
 * else that is thrown leaves nothing paid: what a host never hears of it gives back.
 */
export class PaymentOpen extends CannotGoOn {
  /** Tells the host again. @throws PaymentOpen while it does not answer */
  readonly tellAgain: () => Promise<PaidByChip>;

  constructor(sentence: string, tellAgain: () => Promise<PaidByChip>, cause: unknown) {
    super(sentence, { cause });
    this.tellAgain = tellAgain;
  }
}

/** One sale: the chip signs it, the host asks its bank, and sells when the chip agrees. @throws CannotGoOn */
export async function payByChip(
  session: CardSession,
  host: CardHost,
  terminal: EmvTerminal,
  wish: PaymentWish,
): Promise<PaidByChip> {
  const { number: currency, exponent } = await host.currency();
  const now = Date.now();
  const [date = '', time = ''] = localText(now).split('T');
  const sale = {
    ...{ amount: wish.paid, currency, exponent, date, time },
    counter: 1 + (Math.floor(now / 1000) % SALES_COUNTED),
    unpredictable: crypto.getRandomValues(new Uint8Array(4)),
  };
  let asked: Promise<ChipPayment> | undefined;
  const end = await runEmv(session, terminal, sale, async (card) => {
    asked = host.pay(wish, card);
    return authorisationIn(await asked);
  });
  if (asked === undefined) return { isPaid: false, payment: undefined, sentence: sentenceOf(end) };
  // Whoever pulled the card meanwhile is not waited for by the chip, and the bank may have approved all the same.
  const payment = await asked;
  if (end.outcome !== 'approved' && !end.reverse) return { isPaid: false, payment, sentence: sentenceOf(end) };
  if (end.outcome === 'approved') return agreed(host, payment, wish);
  return { isPaid: false, payment: await said(host, payment, 'declined'), sentence: sentenceOf(end) };
}

/** The same again changes nothing: a host answers with what became of the payment. */
async function agreed(host: CardHost, payment: ChipPayment, wish: PaymentWish): Promise<PaidByChip> {
  const last = await said(host, payment, 'approved').catch((error: unknown) => {
    if (!(error instanceof CannotGoOn && error.cause instanceof HostSilent)) throw error;
    throw new PaymentOpen(error.message, () => agreed(host, payment, wish), error);
  });
  const isPaid = PAID_STATES.has(last.state);
  const sentence = isPaid ? paidSentence(last, wish) : `The host gave the money back (${last.state}).`;
  return { isPaid, payment: last, sentence };
}

const authorisationIn = ({ state, chip }: ChipPayment): EmvAuthorisation =>
  chip === undefined ? { type: 'unanswered' } : { type: state === 'asked' ? 'approved' : 'declined', ...chip };

async function said(host: CardHost, payment: ChipPayment, outcome: 'approved' | 'declined'): Promise<ChipPayment> {
  try {
    return await host.chipSaid(payment.id, outcome);
  } catch (error) {
    if (!(error instanceof CannotGoOn)) throw error;
    const unheard = `It did not hear that the card has ${outcome} payment ${payment.id}: look there what became of it; what it never hears of it gives back.`;
    throw new CannotGoOn(`${error.message} ${unheard}`, { cause: error });
  }
}

const sentenceOf = (end: EmvEnd): string => (end.outcome === 'approved' ? 'The card has agreed.' : end.sentence);

const paidSentence = ({ id, shown, approval }: ChipPayment, { to, paid }: PaymentWish): string => {
  const by = shown === undefined ? '' : ` by ${shown}`;
  const number = approval === undefined ? '' : `, approval ${approval}`;
  const where = 'meter' in to ? `is on its way to meter ${to.meter}` : `waits for card ${to.card} (${to.region})`;
  return `Paid ${paid}${by}${number}: the value ${where} (payment ${id}).`;
};

/** By the clock on this machine's wall: YYMMDD, T, hhmmss. */
function localText(ms: number): string {
  const local = new Date(ms - new Date(ms).getTimezoneOffset() * 60_000);
  return local.toISOString().slice(2, 19).replaceAll(/[-:]/g, '');
}
