import type { Language } from './language.ts';

type MessageCause = 'value-stored' | 'balance-low' | 'cut-near';
type MessageState = 'waiting' | 'sending' | 'handed' | 'delivered' | 'failed' | 'unclear';

/** Of messages to the telephones of households, on the pages of both sides. */
export interface MessageWords {
  readonly title: string;
  readonly note: string;
  readonly none: string;
  readonly waiting: string;
  readonly when: string;
  readonly meter: string;
  readonly number: string;
  readonly cause: string;
  readonly causes: Readonly<Record<MessageCause, string>>;
  readonly text: string;
  readonly state: string;
  readonly states: Readonly<Record<MessageState, string>>;
  readonly means: Readonly<Record<MessageState, string>>;
  readonly because: string;
  readonly choice: string;
  readonly choiceNote: string;
  readonly off: string;
  readonly noCarrier: string;
  readonly numberHint: string;
  readonly language: string;
  readonly save: string;
  readonly saved: string;
  readonly told: string;
  readonly toldNone: string;
}

export const MESSAGE_WORDS: Readonly<Record<Language, MessageWords>> = {
  en: {
    title: 'Messages',
    note: 'What households were told on their telephones, and whether it arrived. Nobody is told of one thing twice.',
    none: 'Nobody was told of anything yet. Households choose on their own page what they want to be told.',
    waiting: 'Reading the messages …',
    when: 'When',
    meter: 'Meter',
    number: 'Telephone number',
    cause: 'About',
    causes: {
      'value-stored': 'value is in the meter',
      'balance-low': 'the balance is low',
      'cut-near': 'the supply is cut off soon',
    },
    text: 'What it says',
    state: 'State',
    states: {
      waiting: 'waiting',
      sending: 'being sent',
      handed: 'on its way',
      delivered: 'arrived',
      failed: 'not sent',
      unclear: 'unclear',
    },
    means: {
      waiting: 'It is sent as soon as somebody takes it.',
      sending: 'Whoever sends it is being asked.',
      handed: 'Whoever sends it has taken it.',
      delivered: 'The telephone has it.',
      failed: 'It never arrives.',
      unclear: 'Nobody knows whether it was taken. It is not sent again.',
    },
    because: 'because {}',
    choice: 'Messages to your telephone',
    choiceNote: 'Tell me when',
    off: 'You are told of nothing.',
    noCarrier: 'Your utility sends no messages yet.',
    numberHint: 'With the code of its country and no plus: 821012345678.',
    language: 'In',
    save: 'Save',
    saved: 'Saved.',
    told: 'Told you last',
    toldNone: 'Nothing yet.',
  },
  ko: {
    title: '문자',
    note: '가입자에게 보낸 문자와 도착 여부입니다. 같은 일을 두 번 알리지 않습니다.',
    none: '아직 보낸 문자가 없습니다. 무엇을 알릴지는 가입자가 자기 화면에서 고릅니다.',
    waiting: '문자를 읽는 중 …',
    when: '시각',
    meter: '계량기',
    number: '전화번호',
    cause: '내용',
    causes: {
      'value-stored': '충전이 완료됨',
      'balance-low': '잔액이 적음',
      'cut-near': '곧 전기가 끊김',
    },
    text: '문자 내용',
    state: '상태',
    states: {
      waiting: '대기',
      sending: '보내는 중',
      handed: '전달 중',
      delivered: '도착',
      failed: '보내지 못함',
      unclear: '불분명',
    },
    means: {
      waiting: '받아 주는 곳이 있으면 바로 보냅니다.',
      sending: '보내는 곳에 요청하는 중입니다.',
      handed: '보내는 곳이 받았습니다.',
      delivered: '전화기에 도착했습니다.',
      failed: '도착하지 않습니다.',
      unclear: '전달 여부를 알 수 없습니다. 다시 보내지 않습니다.',
    },
    because: '이유: {}',
    choice: '문자 알림',
    choiceNote: '알림 받을 때',
    off: '아무 알림도 받지 않습니다.',
    noCarrier: '아직 문자를 보내지 않는 곳입니다.',
    numberHint: '국가 번호부터, 더하기 없이: 821012345678.',
    language: '언어',
    save: '저장',
    saved: '저장했습니다.',
    told: '최근 알림',
    toldNone: '아직 없습니다.',
  },
};
