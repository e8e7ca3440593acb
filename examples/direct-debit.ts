/** A payment by direct debit: the file for the bank, and what comes back. `node examples/direct-debit.ts` */
import { endToEndIdOf, paymentOfEndToEndId, readBankFile, writeCollections } from '../src/adapters/direct-debit.ts';
import { milliseconds } from '../src/units/index.ts';

const payment = { id: 'p-1', trace: 1, at: milliseconds(Date.UTC(2026, 2, 2, 4)), amount: 2500, currency: 978 };
const debtor = { name: 'A. Subscriber', iban: 'DE89370400440532013000' };
const file = writeCollections({
  id: 'WP-20260302-1',
  createdAt: payment.at,
  collectOn: '2026-03-05',
  creditor: { name: 'Wattpurse', iban: 'DE87123456781234567890', schemeId: 'DE98ZZZ09999999999' },
  collections: [
    { payment, mandate: { reference: 'M-1', signedOn: '2026-02-01', debtor, sequence: 'RCUR' }, text: 'Electricity' },
  ],
});
console.log(typeof file === 'string' ? `${file.length} bytes for the bank` : file.sentence);

// The bank's answer, some days later.
const answer = `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt><OrgnlPmtInfAndSts>
<OrgnlPmtInfId>WP-20260302-1.0</OrgnlPmtInfId><TxInfAndSts><OrgnlEndToEndId>${endToEndIdOf(payment)}</OrgnlEndToEndId>
<TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>AM04</Cd></Rsn></StsRsnInf></TxInfAndSts></OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>`;
const notices = readBankFile(new TextEncoder().encode(answer));
if ('reason' in notices) console.log(notices.sentence);
else {
  for (const notice of notices) {
    if (notice.about === 'collection')
      console.log(paymentOfEndToEndId(notice.endToEndId), notice.outcome, notice.reason);
  }
}
