import type { Language } from './language.ts';

/** Of speaking with those who call. */
export interface TalkWords {
  readonly title: string;
  readonly note: string;
  readonly takes: string;
  readonly begins: string;
  readonly comesBack: string;
  readonly noneWaits: string;
  readonly waits: string;
  readonly waitsSince: string;
  readonly soFar: string;
  readonly take: string;
  readonly takeFrom: string;
  readonly someWait: string;
  readonly see: string;
  readonly speaking: string;
  readonly withWhom: string;
  readonly mute: string;
  readonly unmute: string;
  readonly hangUp: string;
  readonly noMicrophone: string;
}

export const TALK_WORDS: Readonly<Record<Language, TalkWords>> = {
  en: {
    title: 'Speak with callers',
    note: 'While you take calls, whoever calls and wants a person waits for you. Nothing that is said is kept.',
    takes: 'I take calls',
    begins: 'Connecting …',
    comesBack: 'The connection was lost: it is tried again.',
    noneWaits: 'Nobody waits to speak with you.',
    waits: 'Wait for a person',
    waitsSince: 'Waits for',
    soFar: 'So far',
    take: 'Take the call',
    takeFrom: 'Take the call: {}',
    someWait: 'Waiting to speak with a person: {}',
    see: 'See who',
    speaking: 'You speak with',
    withWhom: 'Call with {}',
    mute: 'Mute',
    unmute: 'Unmute',
    hangUp: 'Hang up',
    noMicrophone: 'This browser gives no microphone: let this page have it, over HTTPS, and try again.',
  },
  ko: {
    title: '발신자와 통화',
    note: '전화를 받는 동안 상담원을 찾는 발신자는 당신을 기다립니다. 통화 내용은 남기지 않습니다.',
    takes: '전화 받기',
    begins: '연결하는 중 …',
    comesBack: '연결이 끊겨 다시 시도합니다.',
    noneWaits: '통화를 기다리는 사람이 없습니다.',
    waits: '상담원을 기다리는 통화',
    waitsSince: '기다린 시간',
    soFar: '지금까지',
    take: '전화 받기',
    takeFrom: '전화 받기: {}',
    someWait: '상담원을 기다리는 사람: {}',
    see: '보기',
    speaking: '통화 중',
    withWhom: '{} 통화',
    mute: '음소거',
    unmute: '음소거 해제',
    hangUp: '끊기',
    noMicrophone: '브라우저가 마이크를 주지 않습니다. HTTPS에서 이 페이지에 마이크를 허용하고 다시 시도하세요.',
  },
};
