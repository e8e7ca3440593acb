import type { Language } from './language.ts';

/** Of who may act for a household by telephone, on the pages of the utility. */
export interface PhoneAccessWords {
  readonly title: string;
  readonly of: string;
  readonly none: string;
  readonly noTelephone: string;
  readonly digits: string;
  readonly number: string;
  readonly numberHint: string;
  readonly noNumber: string;
  readonly language: string;
  readonly usual: string;
  readonly means: string;
  readonly noMeans: string;
  readonly pin: string;
  readonly hasPin: string;
  readonly hasNoPin: string;
  readonly pinChanges: Readonly<Record<'stays' | 'new' | 'none', string>>;
  readonly newPin: string;
  readonly pinHint: string;
  readonly allow: string;
  readonly change: string;
  readonly save: string;
  readonly forbid: string;
  readonly forbidNote: string;
}

export const PHONE_ACCESS_WORDS: Readonly<Record<Language, PhoneAccessWords>> = {
  en: {
    title: 'By telephone',
    of: 'Calls for meter {}',
    none: 'Nobody may call for this household yet.',
    noTelephone: 'This host has no telephone.',
    digits: 'Keyed for the meter',
    number: 'Telephone number',
    numberHint: 'With the code of the country, such as 82 10 1234 5678. Whoever calls from it is known at once.',
    noNumber: 'none: who calls keys the meter and the PIN',
    language: 'Language',
    usual: 'Usual amount',
    means: 'Kept to pay with',
    noMeans: 'nothing',
    pin: 'PIN',
    hasPin: 'set',
    hasNoPin: 'none',
    pinChanges: { stays: 'Leave it as it is', new: 'A new one', none: 'None' },
    newPin: 'New PIN',
    pinHint: 'Six digits, no row such as 123456. It is never shown again: let the household choose and keep it.',
    allow: 'Let them call',
    change: 'Change',
    save: 'Save',
    forbid: 'No more by telephone',
    forbidNote: 'Number, PIN and what is kept to pay with are taken away.',
  },
  ko: {
    title: '전화 이용',
    of: '계량기 {}의 전화 이용',
    none: '아직 이 가구는 전화로 이용할 수 없습니다.',
    noTelephone: '이 호스트에는 전화가 없습니다.',
    digits: '전화에서 누르는 계량기 번호',
    number: '전화번호',
    numberHint: '국가 번호부터 적으세요. 예: 82 10 1234 5678. 이 번호로 걸면 바로 확인됩니다.',
    noNumber: '없음: 계량기 번호와 PIN을 누릅니다',
    language: '언어',
    usual: '평소 금액',
    means: '등록된 결제 수단',
    noMeans: '없음',
    pin: 'PIN',
    hasPin: '설정됨',
    hasNoPin: '없음',
    pinChanges: { stays: '그대로 두기', new: '새 PIN', none: '없애기' },
    newPin: '새 PIN',
    pinHint:
      '여섯 자리이며 123456처럼 이어지는 숫자는 쓸 수 없습니다. 다시 표시되지 않으니 가구에서 정해 간직하게 하세요.',
    allow: '전화 이용 허용',
    change: '변경',
    save: '저장',
    forbid: '전화 이용 중지',
    forbidNote: '전화번호, PIN, 등록된 결제 수단이 지워집니다.',
  },
};
