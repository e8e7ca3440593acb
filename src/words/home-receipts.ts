import type { Language } from './language.ts';

/** Of the page on which a subscriber keeps receipts. */
export interface HomeReceiptsWords {
  readonly note: string;
  readonly none: string;
  readonly noneNext: string;
  readonly noSale: string;
  readonly unsigned: string;
  readonly receiptWaiting: string;
  readonly stands: string;
  readonly replaced: string;
  readonly issued: string;
  readonly text: string;
  readonly pdf: string;
  readonly verify: string;
  readonly verifyWhat: string;
  readonly verifyHow: string;
  readonly verifyAnybody: string;
}

export const HOME_RECEIPTS_WORDS: Readonly<Record<Language, HomeReceiptsWords>> = {
  en: {
    note: 'What was bought for your meter, and the signed proof of it.',
    none: 'Nothing was bought for this meter yet.',
    noneNext: 'Each purchase is listed here, with a receipt that proves itself.',
    noSale: 'This value was put in without a payment, so there is no receipt of one.',
    unsigned: 'The receipt is not signed yet. Your purchase is in the books; look again in a moment.',
    receiptWaiting: 'Getting the receipt …',
    stands: 'this one stands',
    replaced: 'replaced by a later one',
    issued: 'Issued {}',
    text: 'Signed text',
    pdf: 'PDF with code',
    verify: 'How to prove a receipt',
    verifyWhat:
      'A receipt is signed by your utility. Whoever has its signed text, or scans the code on the PDF, can prove without a network that not a character of it was changed.',
    verifyHow: 'With the keys that your utility has published:',
    verifyAnybody: 'A bank or a court needs neither this page nor your utility for it.',
  },
  ko: {
    note: '내 계량기에 충전한 내역과 서명된 증빙입니다.',
    none: '아직 이 계량기에 충전한 적이 없습니다.',
    noneNext: '충전할 때마다 스스로 증명되는 영수증과 함께 여기에 나타납니다.',
    noSale: '결제 없이 들어온 금액이라 영수증이 없습니다.',
    unsigned: '영수증에 아직 서명되지 않았습니다. 구매 내용은 장부에 있으니 잠시 뒤 다시 확인해 주세요.',
    receiptWaiting: '영수증을 가져오는 중 …',
    stands: '유효한 영수증',
    replaced: '나중 영수증으로 대체됨',
    issued: '{} 발행',
    text: '서명된 원문',
    pdf: 'PDF(코드 포함)',
    verify: '영수증 확인 방법',
    verifyWhat:
      '영수증에는 전력 회사의 서명이 있습니다. 서명된 원문이 있거나 PDF의 코드를 읽으면, 네트워크 없이도 한 글자도 바뀌지 않았음을 확인할 수 있습니다.',
    verifyHow: '전력 회사가 공개한 키로 확인합니다.',
    verifyAnybody: '은행이든 법원이든, 이 페이지나 전력 회사 없이 확인할 수 있습니다.',
  },
};
