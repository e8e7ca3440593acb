import type { CardSession } from '../ports.ts';
import type { EmvEnd, EmvSale, EmvTerminal } from './state.ts';
import {
  beginEmv,
  type EmvAuthorisation,
  type EmvCardData,
  type EmvStep,
  emvAuthorised,
  emvCardRemoved,
  emvReceive,
  emvSlotFailed,
} from './terminal.ts';

/**
 * One sale with the card of an open session, wherever its slot is. When it ends with `reverse`, or with an approval
 * that the seller cannot keep, the seller gives the money back: whoever pulls the card while the bank is asked ends the
 * sale at once, and the bank may still approve.
 * @param authorise asks the bank; one that rejects has not answered
 */
export async function runEmv(
  session: CardSession,
  terminal: EmvTerminal,
  sale: EmvSale,
  authorise: (card: EmvCardData) => Promise<EmvAuthorisation>,
): Promise<EmvEnd> {
  const { emv, step: first } = beginEmv(terminal, sale);
  let step: EmvStep = first;
  while (step.type !== 'ended') {
    if (step.type === 'send') {
      const heard = await session.transmit(step.command);
      step = heard instanceof Uint8Array ? emvReceive(emv, heard) : emvSlotFailed(emv, heard);
    } else {
      const asked: Promise<EmvAuthorisation> = authorise(step.card).catch(() => ({ type: 'unanswered' }));
      const answer = await Promise.race([asked, session.removed.then(() => undefined)]);
      step = answer === undefined ? emvCardRemoved(emv) : emvAuthorised(emv, answer);
    }
  }
  return step.end;
}
