import { REGIONS, type Region } from '../units/index.ts';
import { REPORT_BYTES } from './meter-report.ts';
import { TICKET_BYTES_MAX } from './ticket.ts';

/** How a card's non-volatile memory is divided. The chip has 4 KB of it; `layout.test.ts` adds up. */
export const NVM_BYTES_MAX = 4096;

/** mark u8 | CSN 7 | n of the issuer's key u8 | issuer's key, zeros behind a short one 32 | CRC-32 */
export const CARD_HEAD_BYTES = 45;
/** What the issuer writes for its own use: EF 0001. */
export const ISSUER_DATA_AT = CARD_HEAD_BYTES;
export const ISSUER_DATA_BYTES = 32;

/** present u8 | utility u16 | n u8 | KC, zeros behind a short one 32 | CRC-32 */
export const REGION_HEAD_BYTES = 40;
export const SLOT_BYTES = 40;
export const SLOTS = 2;
/** LTC u32 | TXID 8 | amount u32 | kind u8 | CRC-16 */
export const LOAD_ROW_BYTES = 19;
/** As many as a host may be behind, and the row that the next one is written to while all of them still hold. */
export const LOADS_KEPT = 16;
const LOAD_ROWS = LOADS_KEPT + 1;
/** DTC u32 | meter u24 | amount u32 | CRC-16 */
export const DEBIT_ROW_BYTES = 13;
export const DEBITS_KEPT = 4;
const DEBIT_ROWS = DEBITS_KEPT + 1;

const REGIONS_AT = ISSUER_DATA_AT + ISSUER_DATA_BYTES;
const SLOTS_IN_REGION = REGION_HEAD_BYTES;
const LOADS_IN_REGION = SLOTS_IN_REGION + SLOTS * SLOT_BYTES;
const DEBITS_IN_REGION = LOADS_IN_REGION + LOAD_ROWS * LOAD_ROW_BYTES;
const REGION_BYTES = DEBITS_IN_REGION + DEBIT_ROWS * DEBIT_ROW_BYTES;

export const TICKETS_MAX = 8;
/** One more, so that a ticket is whole before the one that it follows is given up. */
export const TICKET_ROWS = TICKETS_MAX + 1;
/** ticket, zeros behind a short one | CRC-32 | length u8 */
export const TICKET_ROW_BYTES = TICKET_BYTES_MAX + 5;
const TICKETS_AT = REGIONS_AT + REGIONS.length * REGION_BYTES;

/** Gas, water, hot water and heat: the chip has no room for six. */
export const REPORTS_MAX = 4;
/** One more, so that a report is whole before the one that it follows is given up. */
export const REPORT_ROWS = REPORTS_MAX + 1;
/** report | CRC-16 | state u8 */
export const REPORT_ROW_BYTES = REPORT_BYTES + 3;
const REPORTS_AT = TICKETS_AT + TICKET_ROWS * TICKET_ROW_BYTES;

export const CARD_NVM_BYTES = REPORTS_AT + REPORT_ROWS * REPORT_ROW_BYTES;

export const regionHeadAt = (region: Region): number => REGIONS_AT + (region - 1) * REGION_BYTES;
export const slotAt = (region: Region, slot: number): number =>
  regionHeadAt(region) + SLOTS_IN_REGION + slot * SLOT_BYTES;
export const loadRowAt = (region: Region, counter: number): number =>
  regionHeadAt(region) + LOADS_IN_REGION + (counter % LOAD_ROWS) * LOAD_ROW_BYTES;
export const debitRowAt = (region: Region, counter: number): number =>
  regionHeadAt(region) + DEBITS_IN_REGION + (counter % DEBIT_ROWS) * DEBIT_ROW_BYTES;
export const ticketRowAt = (row: number): number => TICKETS_AT + row * TICKET_ROW_BYTES;
export const reportRowAt = (row: number): number => REPORTS_AT + row * REPORT_ROW_BYTES;
