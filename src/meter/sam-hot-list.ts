import { Reader, Writer } from '../bytes/index.ts';
import { CSN_BYTES } from '../units/index.ts';
import { BUS_NONCE_BYTES, BUS_TAG_BYTES, BusLabel, busTag, CardStore, SamReply, SvmRequest } from './bus.ts';
import type { Sam } from './sam.ts';
import { freshNonce, verified } from './sam-bus.ts';

/**
 * The epoch that a host sent by the line (0x24), on its way into the purse. The CPU knows that there is one and carries;
 * which one, the SVM hears from the SAM alone.
 */
export type HotListConversation =
  | { readonly name: 'proved'; readonly epoch: number }
  /** The SVM's nonce comes with its table of cards. */
  | { readonly name: 'awaiting-table'; readonly epoch: number; readonly nonce: Uint8Array }
  | { readonly name: 'awaiting-stored'; readonly nonce: Uint8Array };

/** One step further, with what the SVM said to the one before. Nothing where no host sent one. */
export function carryHotList(sam: Sam, svmReply: Uint8Array): Uint8Array | undefined {
  const { hotList } = sam;
  sam.hotList = undefined;
  switch (hotList?.name) {
    case 'proved': {
      const nonce = freshNonce(sam);
      sam.hotList = { name: 'awaiting-table', epoch: hotList.epoch, nonce };
      return new Writer(2 + BUS_NONCE_BYTES).u8(SamReply.toSvm).u8(SvmRequest.cards).bytes(nonce).done();
    }
    case 'awaiting-table': {
      const told = verified(sam, BusLabel.cards, hotList.nonce, svmReply);
      return told && askEpoch(sam, hotList.epoch, told);
    }
    case 'awaiting-stored':
      if (verified(sam, BusLabel.cardStored, hotList.nonce, svmReply) === undefined) return undefined;
      // Whatever is being taken has a ticket of an epoch before.
      if (sam.card !== undefined) sam.card.isPast = true;
      return Uint8Array.of(SamReply.done);
    default:
      return undefined;
  }
}

function askEpoch(sam: Sam, epoch: number, told: Uint8Array): Uint8Array {
  const reader = new Reader(told);
  reader.view(EPOCH_AND_ROOM_BYTES);
  const nonce = reader.view(BUS_NONCE_BYTES).slice();
  sam.hotList = { name: 'awaiting-stored', nonce };
  const body = new Writer(22)
    .u8(CardStore.epoch)
    .u32(epoch)
    .bytes(new Uint8Array(CSN_BYTES + 10))
    .done();
  return new Writer(2 + body.length + BUS_TAG_BYTES)
    .u8(SamReply.toSvm)
    .u8(SvmRequest.cardStore)
    .bytes(body)
    .bytes(busTag(sam.pairKey, BusLabel.cardStore, nonce, body))
    .done();
}

const EPOCH_AND_ROOM_BYTES = 8;
