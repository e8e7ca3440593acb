import type { Language } from './language.ts';

/** Of the page of settlement: months between seller and re-seller. */
export interface SettlementWords {
  readonly note: string;
  readonly waiting: string;
  readonly none: string;
  readonly month: string;
  readonly closedAt: string;
  readonly price: string;
  readonly priceOfAll: string;
  readonly close: string;
  readonly closeTitle: string;
  readonly closeNote: string;
  readonly tariff: string;
  readonly technical: string;
  readonly interestRate: string;
  readonly percentWrong: string;
  readonly monthWrong: string;
  readonly closed: string;
  readonly energy: string;
  readonly bought: string;
  readonly sold: string;
  readonly missing: string;
  readonly lost: string;
  readonly technicalLoss: string;
  readonly unexplained: string;
  readonly value: string;
  readonly margin: string;
  readonly deferredBegin: string;
  readonly deferredEnd: string;
  readonly interest: string;
  readonly claims: string;
  readonly noClaims: string;
  readonly claimed: string;
  readonly noAnswer: string;
  readonly acknowledged: string;
  readonly disputed: string;
  readonly faults: string;
  readonly proof: string;
  readonly digest: string;
  readonly asCsv: string;
  readonly asPdf: string;
}

export const SETTLEMENT_WORDS: Readonly<Record<Language, SettlementWords>> = {
  en: {
    note: 'What was bought from the seller, month by month, against what was sold and spent.',
    waiting: 'Reading the months …',
    none: 'No month is closed yet. A month is closed when it is over, within four days of its end.',
    month: 'Month',
    closedAt: 'Closed',
    price: 'Price of the month',
    priceOfAll: 'Of all months',
    close: 'Close a month',
    closeTitle: 'Close a month',
    closeNote: 'A month is closed once, in order, and never again: what is told later counts in the next.',
    tariff: 'Bulk tariff',
    technical: 'Held to be technical losses, %',
    interestRate: 'Interest a year, %',
    percentWrong: 'A percentage such as 2 or 3.65',
    monthWrong: 'A month such as 2026-03',
    closed: '{} is closed.',
    energy: 'Energy',
    bought: 'Bought, through the transformers',
    sold: 'Sold, by the meters',
    missing: 'Minutes that meters did not tell',
    lost: 'Lost',
    technicalLoss: 'of it held to be technical',
    unexplained: 'of it unexplained',
    value: 'Value',
    margin: 'Margin',
    deferredBegin: 'Prepaid and not spent, at the begin',
    deferredEnd: 'Prepaid and not spent, at the end',
    interest: 'Interest on it',
    claims: 'Claim and answer',
    noClaims: 'Nothing was claimed for this month yet: this command does it.',
    claimed: '{} claims {} from {}',
    noAnswer: 'no answer yet',
    acknowledged: 'acknowledged',
    disputed: 'disputed, in {} lines; the seller’s price is {}',
    faults: 'Not as it was closed',
    proof: 'Proof',
    digest: 'Digest',
    asCsv: 'CSV',
    asPdf: 'PDF',
  },
  ko: {
    note: '판매자에게서 산 전기와 팔고 쓴 가치를 달마다 맞춰 봅니다.',
    waiting: '달을 읽는 중 …',
    none: '아직 마감한 달이 없습니다. 달이 끝나고 나흘 안에 마감하세요.',
    month: '달',
    closedAt: '마감',
    price: '그 달의 값',
    priceOfAll: '누계',
    close: '달 마감',
    closeTitle: '달 마감',
    closeNote: '한 달은 차례대로 한 번만 마감합니다. 나중에 알려진 것은 다음 달에 들어갑니다.',
    tariff: '도매 요금제',
    technical: '기술 손실로 볼 비율(%)',
    interestRate: '연 이자율(%)',
    percentWrong: '2 또는 3.65처럼 적어 주세요',
    monthWrong: '2026-03처럼 적어 주세요',
    closed: '{}을(를) 마감했습니다.',
    energy: '전력량',
    bought: '변압기로 산 양',
    sold: '계량기로 판 양',
    missing: '계량기가 알리지 않은 분',
    lost: '손실',
    technicalLoss: '그중 기술 손실',
    unexplained: '그중 설명되지 않음',
    value: '가치',
    margin: '이익',
    deferredBegin: '월초 선수금 잔액',
    deferredEnd: '월말 선수금 잔액',
    interest: '그 이자',
    claims: '청구와 답변',
    noClaims: '이 달은 아직 청구하지 않았습니다. 이 명령으로 청구합니다.',
    claimed: '{}가 {}를 {}에 청구',
    noAnswer: '아직 답이 없음',
    acknowledged: '인정됨',
    disputed: '이의 있음({}줄), 판매자 계산은 {}',
    faults: '마감 때와 다른 점',
    proof: '증명',
    digest: '요약값',
    asCsv: 'CSV',
    asPdf: 'PDF',
  },
};
