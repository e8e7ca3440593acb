import type { Language } from './language.ts';

/** What the pages of a subscriber share. */
export interface PortalWords {
  readonly meter: string;
  readonly waiting: string;
  readonly noMeter: string;
  readonly noMeterNext: string;
  /** Where the value of an order is. */
  readonly orderStates: Readonly<
    Record<'waiting' | 'outstanding' | 'voiding' | 'stored' | 'refunded' | 'closed' | 'found', string>
  >;
}

export const PORTAL_WORDS: Readonly<Record<Language, PortalWords>> = {
  en: {
    meter: 'Meter',
    waiting: 'Looking for your meter …',
    noMeter: 'No meter is in your name yet.',
    noMeterNext: 'It is shown here as soon as your utility has entered it.',
    orderStates: {
      waiting: 'waits to be sent',
      outstanding: 'on its way',
      voiding: 'being taken back',
      stored: 'in the meter',
      refunded: 'given back',
      closed: 'taken out',
      found: 'found in the meter',
    },
  },
  ko: {
    meter: '계량기',
    waiting: '내 계량기를 찾는 중 …',
    noMeter: '아직 회원님 이름으로 등록된 계량기가 없습니다.',
    noMeterNext: '전력 회사가 등록하면 바로 여기에 나타납니다.',
    orderStates: {
      waiting: '전송 대기 중',
      outstanding: '전송 중',
      voiding: '취소하는 중',
      stored: '계량기에 저장됨',
      refunded: '환불됨',
      closed: '회수됨',
      found: '계량기에서 발견됨',
    },
  },
};
