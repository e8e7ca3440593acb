import type { Language } from './language.ts';

/** Of work in the field that a phone keeps until a host answers. */
export interface WorkWords {
  readonly title: string;
  readonly note: string;
  /** `{}` is the number of the meter, or of the local unit; the second is what it is to be. */
  readonly names: Readonly<
    Record<
      | 'closeRelay'
      | 'openRelay'
      | 'setClock'
      | 'clearTamper'
      | 'enrol'
      | 'readdress'
      | 'closePurse'
      | 'revive'
      | 'moveOut'
      | 'moveIn'
      | 'inspect'
      | 'finding',
      string
    >
  >;
  readonly done: string;
  readonly states: Readonly<Record<'waiting' | 'tried' | 'sent' | 'refused', string>>;
  readonly closingWaits: string;
  readonly revivalWaits: string;
  readonly relayWaits: string;
  readonly withdraw: string;
  readonly takeOff: string;
  readonly clear: string;
  readonly kept: string;
  /** `{}`: why the host does not do it yet. */
  readonly notYet: string;
  readonly keepsNothing: string;
  /** `{}` is how many. */
  readonly waitsHere: string;
  readonly show: string;
  /** `{}` is how long ago. */
  readonly lastSeen: string;
  readonly notKept: string;
  readonly opens: string;
  readonly opensNot: string;
  readonly meters: string;
  /** `{}` is how long ago. */
  readonly told: string;
  readonly losses: string;
  /** `{}` is energy, the second a number of days. */
  readonly loss: string;
}

export const WORK_WORDS: Readonly<Record<Language, WorkWords>> = {
  en: {
    title: 'Work on this phone',
    note: 'What waits is kept when the page is closed, goes when you are here and the host answers, and is done once.',
    names: {
      closeRelay: 'Let supply on at meter {}',
      openRelay: 'Switch supply off at meter {}',
      setClock: 'Set the clock of meter {}',
      clearTamper: 'Clear the tamper alarm of meter {}',
      enrol: 'Commission meter {}',
      readdress: 'Give meter {} another modem address: {}',
      closePurse: 'Close the purse of meter {}',
      revive: 'Ask to revive meter {}',
      moveOut: 'Move the household of meter {} out',
      moveIn: 'Move in at meter {}: {}',
      inspect: 'Inspection of meter {}: {}',
      finding: 'Loss on local unit {}: {}',
    },
    done: 'done {}',
    states: {
      waiting: 'waits for the host',
      tried: 'sent, but the answer was lost: it is asked again and done once',
      sent: 'the host has it',
      refused: 'refused',
    },
    closingWaits:
      'The purse is not closed yet. Leave the meter in its place until the host knows and the meter answered.',
    revivalWaits: 'Asked for on this phone: somebody can agree to it when the host knows.',
    relayWaits: 'It is done whenever the host hears of it, also when you are gone. Withdraw it if that must not be.',
    withdraw: 'Withdraw it',
    takeOff: 'Take it off the list',
    clear: 'Take off what the host has',
    notYet: 'Not yet. {} It is kept on this phone, and asked again.',
    kept: 'The host does not answer. It is kept on this phone, and goes when the host is back.',
    keepsNothing:
      'It was not done: this browser can keep nothing, so it could be done twice. Free some memory, or use another browser.',
    waitsHere: 'Work from the field that waits on this phone: {}.',
    show: 'Show it',
    lastSeen: 'The host does not answer. This is what it told {}.',
    notKept: 'The host does not answer, and nothing of this meter was seen on this phone before.',
    opens: 'This page opens without network too, with the meters that you looked at.',
    opensNot:
      'Without network this page does not open here: a browser keeps it only from an address with HTTPS, and where it may store something.',
    meters: 'Meters seen on this phone',
    told: 'told {}',
    losses: 'Losses on its line',
    loss: 'Not explained: {}. Days: {}.',
  },
  ko: {
    title: '이 휴대전화의 작업',
    note: '대기 중인 작업은 페이지를 닫아도 남아 있으며, 본인이 접속하고 호스트가 응답하면 한 번만 전송됩니다.',
    names: {
      closeRelay: '계량기 {} 전기 넣기',
      openRelay: '계량기 {} 전기 끊기',
      setClock: '계량기 {} 시계 맞추기',
      clearTamper: '계량기 {} 조작 경보 해제',
      enrol: '계량기 {} 등록',
      readdress: '계량기 {} 모뎀 주소 변경: {}',
      closePurse: '계량기 {} 지갑 닫기',
      revive: '계량기 {} 되살리기 요청',
      moveOut: '계량기 {} 전출',
      moveIn: '계량기 {} 전입: {}',
      inspect: '계량기 {} 점검: {}',
      finding: '지역 장치 {} 손실: {}',
    },
    done: '{} 작업',
    states: {
      waiting: '호스트 대기 중',
      tried: '보냈으나 응답을 받지 못함: 다시 물으며 한 번만 실행됨',
      sent: '호스트가 받음',
      refused: '거절됨',
    },
    closingWaits: '지갑은 아직 닫히지 않았습니다. 호스트가 받고 계량기가 답할 때까지 계량기를 떼지 마세요.',
    revivalWaits: '이 휴대전화에서 요청했습니다. 호스트가 받으면 다른 사람이 승인할 수 있습니다.',
    relayWaits: '자리를 떠난 뒤라도 호스트가 받으면 실행됩니다. 그래서는 안 된다면 취소하세요.',
    withdraw: '취소',
    takeOff: '목록에서 지우기',
    clear: '호스트가 받은 것 지우기',
    notYet: '아직 할 수 없습니다. {} 이 휴대전화에 보관했다가 다시 묻습니다.',
    kept: '호스트가 응답하지 않습니다. 이 휴대전화에 보관했다가 호스트가 돌아오면 보냅니다.',
    keepsNothing:
      '실행되지 않았습니다. 이 브라우저가 아무것도 보관하지 못해 두 번 실행될 수 있습니다. 저장 공간을 비우거나 다른 브라우저를 쓰세요.',
    waitsHere: '이 휴대전화에서 대기 중인 현장 작업: {}건.',
    show: '보기',
    lastSeen: '호스트가 응답하지 않습니다. {}에 알린 내용입니다.',
    notKept: '호스트가 응답하지 않고, 이 휴대전화에서 이 계량기를 본 적이 없습니다.',
    opens: '네트워크가 없어도 이 페이지와 보았던 계량기를 열 수 있습니다.',
    opensNot:
      '여기서는 네트워크 없이 이 페이지를 열 수 없습니다. HTTPS 주소이고 저장이 허용되어야 브라우저가 보관합니다.',
    meters: '이 휴대전화에서 본 계량기',
    told: '{} 기준',
    losses: '이 선로의 손실',
    loss: '설명되지 않음: {}, {}일.',
  },
};
