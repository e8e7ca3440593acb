import type { Language } from './language.ts';

/** Of vouchers: the batches of an operator, and whoever pays with one. */
export interface VoucherWords {
  readonly tab: string;
  readonly note: string;
  readonly none: string;
  readonly batch: string;
  readonly batchHint: string;
  readonly count: string;
  readonly value: string;
  readonly expires: string;
  readonly state: string;
  readonly toPrint: string;
  /** `{}` is the day. */
  readonly printed: string;
  readonly acts: string;
  readonly make: string;
  readonly makeNote: string;
  readonly why: string;
  readonly whyHint: string;
  readonly asked: string;
  readonly print: string;
  readonly printNote: string;
  readonly printAgain: string;
  readonly first: string;
  readonly last: string;
  readonly agent: string;
  readonly nobody: string;
  readonly method: string;
  /** What is done with some of a batch, by its name. */
  readonly titles: Readonly<Record<'sell' | 'block' | 'unblock' | 'void', string>>;
  readonly notes: Readonly<Record<'sell' | 'block' | 'unblock' | 'void', string>>;
  readonly done: string;
  /** To look one up. */
  readonly serial: string;
  readonly serialHint: string;
  readonly find: string;
  readonly states: Readonly<Record<'printed' | 'sold' | 'blocked' | 'void' | 'used', string>>;
  /** `{}` is the day. */
  readonly soldOn: string;
  readonly goodUntil: string;
  /** `{}` is its payment. */
  readonly onItsWay: string;
  /** The day, and its payment. */
  readonly usedOn: string;
  /** To pay with one. */
  readonly use: string;
  readonly useNote: string;
  readonly number: string;
  readonly numberHint: string;
  readonly pay: string;
}

export const VOUCHER_WORDS: Readonly<Record<Language, VoucherWords>> = {
  en: {
    tab: 'Vouchers',
    note: 'Numbers on paper that pay once. They are worth nothing before they are sold.',
    none: 'There are no vouchers yet. Ask for a batch: when another person has agreed, its numbers can be printed.',
    batch: 'Batch',
    batchHint: 'Small letters, digits, dots and hyphens. It stands on each voucher, and stays.',
    count: 'How many',
    value: 'Worth each',
    expires: 'Good until',
    state: 'State',
    toPrint: 'Not printed yet',
    printed: 'Printed {}',
    acts: 'What to do',
    make: 'Ask for vouchers',
    makeNote: 'Another person decides. Then the numbers can be printed, once.',
    why: 'Reason',
    whyHint: 'Whoever decides reads it, and the audit log keeps it.',
    asked: 'It was asked for, and another person decides.',
    print: 'Print the numbers',
    printNote:
      'The numbers are drawn now and given as a file, this once. Whoever has the file can pay with what is sold of it: give it to the printer and delete it.',
    printAgain: 'They cannot be told again: if the file gets lost, have the batch made void and make another.',
    first: 'From number',
    last: 'To number',
    agent: 'Agent',
    nobody: 'Nobody: for money here',
    method: 'How it was paid',
    titles: {
      sell: 'Sell',
      block: 'Block',
      unblock: 'Let pay again',
      void: 'Make void',
    },
    notes: {
      sell: 'They are good from now on. An agent pays out of its float, less its commission.',
      block: 'What was lost or stolen pays with nothing, until it may pay again.',
      unblock: 'They pay again what stands on them.',
      void: 'Another person decides. What was paid for them goes back, unless they have expired.',
    },
    done: 'It is done.',
    serial: 'Serial number of a voucher',
    serialHint: 'It stands on the voucher: the batch, a dot and five digits.',
    find: 'Look it up',
    states: {
      ...{ printed: 'not sold: it pays nothing', sold: 'good', blocked: 'blocked', void: 'void' },
      used: 'used',
    },
    soldOn: 'Sold {}',
    goodUntil: 'Good until {}',
    onItsWay: 'Its value is on its way: payment {}',
    usedOn: 'Used {}: payment {}',
    use: 'With a voucher',
    useNote: 'It pays what stands on it, once.',
    number: 'Number of the voucher',
    numberHint: 'Sixteen digits',
    pay: 'Use the voucher',
  },
  ko: {
    tab: '충전권',
    note: '번호 하나로 한 번 결제하는 종이 충전권입니다. 팔기 전에는 쓸 수 없습니다.',
    none: '아직 충전권이 없습니다. 묶음을 요청하세요. 다른 사람이 승인하면 번호를 인쇄할 수 있습니다.',
    batch: '묶음',
    batchHint: '영문 소문자, 숫자, 점, 하이픈. 충전권마다 찍히며 바꿀 수 없습니다.',
    count: '장수',
    value: '장당 금액',
    expires: '유효 기한',
    state: '상태',
    toPrint: '아직 인쇄하지 않음',
    printed: '{} 인쇄',
    acts: '작업',
    make: '충전권 요청',
    makeNote: '다른 사람이 결정합니다. 그 뒤 번호를 한 번 인쇄할 수 있습니다.',
    why: '사유',
    whyHint: '결정하는 사람이 읽고 감사 기록에 남습니다.',
    asked: '요청했습니다. 다른 사람이 결정합니다.',
    print: '번호 인쇄',
    printNote:
      '지금 번호를 만들어 파일로 한 번만 드립니다. 파일을 가진 사람은 팔린 충전권을 쓸 수 있으니, 인쇄소에 넘긴 뒤 지우세요.',
    printAgain: '다시 볼 수 없습니다. 파일을 잃으면 이 묶음을 무효로 하고 새로 만드세요.',
    first: '처음 번호',
    last: '마지막 번호',
    agent: '판매점',
    nobody: '없음: 여기서 판매',
    method: '받은 방법',
    titles: {
      sell: '판매',
      block: '정지',
      unblock: '정지 해제',
      void: '무효 처리',
    },
    notes: {
      sell: '이제부터 쓸 수 있습니다. 판매점은 수수료를 뺀 금액을 예치금에서 냅니다.',
      block: '잃어버렸거나 도난당한 충전권을 해제할 때까지 쓸 수 없게 합니다.',
      unblock: '적힌 금액을 다시 쓸 수 있습니다.',
      void: '다른 사람이 결정합니다. 받은 돈은 돌려주지만, 유효 기한이 지난 것은 돌려주지 않습니다.',
    },
    done: '처리했습니다.',
    serial: '충전권 일련번호',
    serialHint: '충전권에 적혀 있습니다. 묶음 이름, 점, 숫자 다섯 자리입니다.',
    find: '조회',
    states: {
      ...{ printed: '판매 전이라 쓸 수 없음', sold: '사용 가능', blocked: '정지됨', void: '무효' },
      used: '사용됨',
    },
    soldOn: '{} 판매',
    goodUntil: '{}까지 사용 가능',
    onItsWay: '계량기로 보내는 중: 결제 {}',
    usedOn: '{} 사용: 결제 {}',
    use: '충전권 사용',
    useNote: '적힌 금액을 한 번 결제합니다.',
    number: '충전권 번호',
    numberHint: '숫자 열여섯 자리',
    pay: '충전권으로 결제',
  },
};
