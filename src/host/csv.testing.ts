/** What tests of a reader of tables write them with. */
export { csvRow, plainText } from './csv.ts';
