import { MeterFlag } from '../records/index.ts';
import type { Milliseconds, Svpmsn } from '../units/index.ts';
import { fail, findMeter, isFailure, orStoreFailure, unoccupiedFault } from './failures.ts';
import { fillOf, keyOf, messageDue } from './message-causes.ts';
import type { MessageNews, MessagePorts, MessageSent, MessageServices, WantedMessages } from './message-services.ts';
import { readOutlook } from './outlook.ts';
import type { StoreReads, StoreTransaction } from './ports.ts';
import { MESSAGE_CAUSES } from './types/messages.ts';
import type { HostFailure, MessageChoice, SubscriberMessage } from './types.ts';
import { witnessed } from './witness.ts';

const AT_ONCE_MAX = 20;
/** Of one that is being sent and was not answered for so long, nobody knows. */
const SENDING_MS = 5 * 60_000;
/** After the n-th vain try: a minute, doubled, and at most an hour. */
const RETRY_FIRST_MS = 60_000;
const RETRY_MAX_MS = 3_600_000;
/** What was not sent by then tells nobody anything new. */
const STALE_MS = 6 * 3_600_000;
const WARN_EVERY_MS = 3_600_000;
/** So long before the balance ends somebody can still buy by day. */
const WARN_BEFORE_MS = 12 * 3_600_000;
const MS_PER_HOUR = 3_600_000;
const PAGE = 200;
const NUMBER_FORM = /^[1-9]\d{6,14}$/;
const WHY_CHARACTERS_MAX = 200;

/** Messages to the telephones of households: what they want to be told, and that they are. */
export function createMessages({ store, clock, carrier, zone }: MessagePorts): MessageServices {
  let warnAt = 0;
  return {
    async chooseMessages(act, wanted) {
      const fault = wantedFault(wanted, carrier !== undefined);
      if (fault !== undefined) return fault;
      return orStoreFailure(
        store.transaction((tx) =>
          witnessed<MessageChoice | HostFailure>(tx, act, () => choose(tx, wanted, clock.now())),
        ),
      );
    },
    messageChoice: (meter) =>
      orStoreFailure(store.read(async (tx) => (await tx.messageChoices.of([String(meter)]))[0] ?? choiceUnknown())),
    messages: (query) => store.read((tx) => tx.messages.page(query)),
    messagesOf: (meter, query) =>
      orStoreFailure(
        store.read(async (tx) => {
          const found = await findMeter(tx, meter);
          return isFailure(found) ? found : tx.messages.where('svpmsn', found.meter.svpmsn, query);
        }),
      ),

    async sendMessages() {
      if (carrier === undefined) return;
      const news = (await carrier.news?.()) ?? [];
      for (const each of news) await store.transaction((tx) => became(tx, each, clock.now()));
      // Forgotten once it is in the books: a host that is killed between hears of it again.
      if (news.length > 0) await carrier.forget?.(news.map(({ id }) => id));
      const claimed = await store.transaction((tx) => claim(tx, clock.now()));
      await Promise.all(
        claimed.map(async (message) => {
          const { id, number, text } = message;
          const sent = await carrier.send({ id, number, text });
          await store.transaction((tx) => answered(tx, message, sent, clock.now()));
        }),
      );
    },
    takeNews: (news) => store.transaction((tx) => became(tx, news, clock.now())),

    async warnOfCuts() {
      const now = clock.now();
      if (carrier === undefined || now < warnAt) return;
      for (let after: string | undefined; ; ) {
        const page = { limit: PAGE, ...(after !== undefined && { after }) };
        const choices = await store.read((tx) => tx.messageChoices.page(page));
        for (const { svpmsn, causes } of choices) {
          if (causes.includes('cut-near')) await store.transaction((tx) => warn(tx, svpmsn, zone, now));
        }
        if (choices.length < PAGE) break;
        after = choices.at(-1)?.id;
      }
      warnAt = now + WARN_EVERY_MS;
    },
  };
}

function wantedFault({ number, causes }: WantedMessages, canSend: boolean): HostFailure | undefined {
  if (!NUMBER_FORM.test(number)) {
    const rule = 'A telephone number is given with the code of its country, 7 to 15 digits and nothing else.';
    return fail('message-choice-wrong', rule, { charactersMin: 7, charactersMax: 15 });
  }
  if (!causes.every((cause) => MESSAGE_CAUSES.includes(cause)) || new Set(causes).size !== causes.length) {
    return fail(
      'message-choice-wrong',
      `A household is told of some of ${MESSAGE_CAUSES.join(', ')}, each named once.`,
    );
  }
  if (canSend || causes.length === 0) return undefined;
  return fail('messages-unavailable', 'This host sends no messages: name who takes them in its configuration.');
}

async function choose(
  tx: StoreTransaction,
  { meter, number, language, causes }: WantedMessages,
  now: Milliseconds,
): Promise<MessageChoice | HostFailure> {
  const found = await findMeter(tx, meter);
  if (isFailure(found)) return found;
  const { svpmsn } = found.meter;
  const fault = unoccupiedFault(found.meter);
  if (fault !== undefined) return fault;
  const choice: MessageChoice = { id: String(svpmsn), svpmsn, number, language, causes, chosenAt: now };
  await tx.messageChoices.put([choice]);
  return choice;
}

const choiceUnknown = (): HostFailure =>
  fail('message-choice-unknown', 'Nothing was chosen for this meter yet: it is told of nothing by message.');

/** Takes what is due for this host alone, and lays aside what nobody waits for any more. */
async function claim(tx: StoreTransaction, now: Milliseconds): Promise<SubscriberMessage[]> {
  const left = (await tx.messages.where('state', 'sending')).filter(({ dueAt }) => dueAt <= now);
  await tx.messages.put(
    left.map((message) => stands(message, 'unclear', now, 'the host ended while it was being sent')),
  );
  const due = (await tx.messages.inOrder('state', 'waiting', 'dueAt', { falling: false, limit: AT_ONCE_MAX })).filter(
    ({ dueAt }) => dueAt <= now,
  );
  const wanted = await tx.messageChoices.of(due.map(({ svpmsn }) => String(svpmsn)));
  const claimed: SubscriberMessage[] = [];
  for (const [i, message] of due.entries()) {
    const choice = wanted[i];
    const isWanted = choice?.number === message.number && choice.causes.includes(message.cause);
    if (!isWanted) await tx.messages.put([stands(message, 'failed', now, 'it is not wanted any more')]);
    else if (now - message.at > STALE_MS) {
      await tx.messages.put([stands(message, 'failed', now, `it is too late; ${message.why ?? 'nobody sent it'}`)]);
    } else {
      const dueAt = (now + SENDING_MS) as Milliseconds;
      const sending = { ...stands(message, 'sending', now, message.why), attempts: message.attempts + 1, dueAt };
      claimed.push(sending);
    }
  }
  await tx.messages.put(claimed);
  return claimed;
}

async function answered(
  tx: StoreTransaction,
  { id, attempts }: SubscriberMessage,
  sent: MessageSent,
  now: Milliseconds,
): Promise<void> {
  const [message] = await tx.messages.of([id]);
  // What became of it may be told before it is answered that it was taken.
  if (message?.state !== 'sending' || message.attempts !== attempts) return;
  switch (sent.outcome) {
    case 'handed':
      return tx.messages.put([stands(message, 'handed', now, undefined)]);
    case 'away': {
      const wait = Math.min(RETRY_FIRST_MS * 2 ** (attempts - 1), RETRY_MAX_MS);
      return tx.messages.put([{ ...stands(message, 'waiting', now, sent.why), dueAt: (now + wait) as Milliseconds }]);
    }
    case 'refused':
      return tx.messages.put([stands(message, 'failed', now, sent.why)]);
    case 'unclear':
      return tx.messages.put([stands(message, 'unclear', now, sent.why)]);
  }
}

/** News that come late or twice change nothing: what is delivered stays so. */
async function became(tx: StoreTransaction, { id, state, why }: MessageNews, now: Milliseconds): Promise<boolean> {
  const [message] = await tx.messages.of([id]);
  if (message === undefined) return false;
  if (message.state === 'handed' || message.state === 'sending' || message.state === 'unclear') {
    await tx.messages.put([stands(message, state, now, why)]);
  }
  return true;
}

const stands = (
  message: SubscriberMessage,
  state: SubscriberMessage['state'],
  changedAt: Milliseconds,
  why: string | undefined,
): SubscriberMessage => ({ ...message, state, changedAt, why: why?.slice(0, WHY_CHARACTERS_MAX) });

async function warn(tx: StoreTransaction, svpmsn: Svpmsn, zone: string, now: Milliseconds): Promise<void> {
  const [known] = await tx.knowledgeOf([svpmsn]);
  const flags = known?.flags ?? 0;
  if ((flags & MeterFlag.lowBalance) === 0 || (flags & MeterFlag.relayOpen) !== 0) return;
  const key = keyOf('cut-near', svpmsn, await fillOf(tx, svpmsn));
  if (await isTold(tx, key)) return;
  const outlook = await readOutlook(tx, svpmsn, zone, now);
  if (isFailure(outlook) || outlook.lasts === undefined || outlook.balance === undefined) return;
  const left = outlook.lasts.until - now;
  if (left > WARN_BEFORE_MS) return;
  const hours = Math.max(1, Math.floor(left / MS_PER_HOUR));
  const said = { name: 'hoursLeft', amount: outlook.balance.tokens, hours } as const;
  await messageDue(tx, { cause: 'cut-near', svpmsn, key, said }, now);
}

const isTold = async (tx: StoreReads, key: string): Promise<boolean> =>
  (await tx.messages.where('key', key, { limit: 1 })).length > 0;
