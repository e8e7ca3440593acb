import type { Language } from './language.ts';

/** Where a meter is in a rotation, beside those that have the newest key. */
export type RotationPlaceNamed = 'can' | 'underWay' | 'silent' | 'erased' | 'refused' | 'both';
/** How the timer of a key stands. */
export type RotationStateNamed =
  | 'stopped'
  | 'giving'
  | 'raising'
  | 'wants-raise'
  | 'wants-key'
  | 'spent'
  | 'withheld'
  | 'given'
  | 'resting';

/** Of the page of keys: those of meters, and those of programs. */
export interface KeysWords {
  readonly note: string;
  readonly waiting: string;
  readonly meterKeys: string;
  readonly noMeters: string;
  readonly purposes: Readonly<Record<'value' | 'control' | 'monitoring', string>>;
  readonly purpose: string;
  readonly suite: string;
  readonly generations: string;
  readonly generation: string;
  readonly behind: string;
  readonly nobodyBehind: string;
  readonly more: string;
  readonly change: string;
  readonly changeTitle: string;
  readonly changeNote: string;
  readonly monitoringNote: string;
  readonly meter: string;
  readonly why: string;
  readonly ask: string;
  readonly asked: string;
  readonly rotation: string;
  readonly rotationNote: string;
  readonly noRotation: string;
  readonly newest: string;
  readonly metersOf: string;
  readonly nextDue: string;
  readonly overdue: string;
  readonly counting: string;
  readonly haveIt: string;
  readonly rotationPlaces: Readonly<Record<RotationPlaceNamed, string>>;
  readonly rotationStates: Readonly<Record<RotationStateNamed, string>>;
  readonly apiKeys: string;
  readonly apiNote: string;
  readonly noApiKeys: string;
  readonly add: string;
  readonly name: string;
  readonly role: string;
  readonly scopes: string;
  readonly expires: string;
  readonly expiresNote: string;
  readonly never: string;
  readonly since: string;
  readonly state: string;
  readonly inUse: string;
  readonly expired: string;
  readonly revoked: string;
  readonly revoke: string;
  readonly revokeSure: string;
  readonly once: string;
  readonly copy: string;
  readonly copied: string;
}

export const KEYS_WORDS: Readonly<Record<Language, KeysWords>> = {
  en: {
    note: 'How far the changes of keys have come, and which programs may call.',
    waiting: 'Reading which keys are in use …',
    meterKeys: 'Keys of meters',
    noMeters: 'No meter is enrolled yet, so no key is in use.',
    purposes: { value: 'Value', control: 'Control', monitoring: 'Monitoring' },
    purpose: 'Purpose',
    suite: 'Suite',
    generations: 'In use',
    generation: 'Generation {}: {}',
    behind: 'Behind',
    nobodyBehind: 'none',
    more: '{} more',
    change: 'Ask for a key change',
    changeTitle: 'Ask for a key change',
    changeNote:
      'A second person decides. Value that is on its way arrives, and the old key ends when the new one was proved.',
    monitoringNote: 'Keys of monitoring are changed by the host itself.',
    meter: 'Number of the meter',
    why: 'Why',
    ask: 'Ask',
    asked: 'Asked for. It waits for a second person.',
    rotation: 'Rotation by the host',
    rotationNote:
      'The host gives keys that people made, when they are due. Only people make a key, take one back, or end the older one where the configuration does not say when.',
    noRotation: 'The configuration of the host names no key that it rotates by itself.',
    newest: 'Generation',
    metersOf: 'Meters',
    nextDue: 'Next due',
    overdue: 'Overdue: {} days',
    counting: 'being counted',
    haveIt: '{} of {} have it',
    rotationPlaces: {
      can: '{} can take it',
      underWay: '{} ordered',
      silent: '{} silent',
      erased: '{} opened, with erased keys',
      refused: '{} said no',
      both: '{} hold the older one too',
    },
    rotationStates: {
      stopped: 'Stopped, because meters said no',
      giving: 'Meters are given it',
      raising: 'The older key is ending',
      'wants-raise': 'Waits until somebody ends the older key',
      'wants-key': 'Waits until somebody makes the next key',
      spent: 'All generations are used',
      withheld: 'Taken back, and given to nobody',
      given: 'All that can have it; the way back is open',
      resting: 'Nothing to do',
    },
    apiKeys: 'API keys',
    apiNote: 'A program calls with a key, and may do what both its role and its scopes allow.',
    noApiKeys: 'No program has a key.',
    add: 'Add an API key',
    name: 'Name',
    role: 'Role',
    scopes: 'Scopes',
    expires: 'Ends after',
    expiresNote: 'Empty: it does not end by itself.',
    never: 'does not end',
    since: 'Since',
    state: 'State',
    inUse: 'in use',
    expired: 'ended',
    revoked: 'revoked',
    revoke: 'Revoke',
    revokeSure: 'Revoke for good',
    once: 'It is shown only now. Give it to the program, and nobody else.',
    copy: 'Copy',
    copied: 'Copied',
  },
  ko: {
    note: '키를 어디까지 바꾸었는지, 어떤 프로그램이 접속할 수 있는지 보여 줍니다.',
    waiting: '사용 중인 키를 읽는 중 …',
    meterKeys: '계량기 키',
    noMeters: '등록된 계량기가 없어 사용 중인 키도 없습니다.',
    purposes: { value: '가치', control: '제어', monitoring: '감시' },
    purpose: '용도',
    suite: '암호 모음',
    generations: '사용 중',
    generation: '{}세대: {}대',
    behind: '뒤처진 계량기',
    nobodyBehind: '없음',
    more: '그 밖에 {}대',
    change: '키 교체 요청',
    changeTitle: '키 교체 요청',
    changeNote: '다른 사람이 승인해야 합니다. 전송 중인 가치는 그대로 도착하고, 새 키가 확인되면 옛 키가 끝납니다.',
    monitoringNote: '감시 키는 호스트가 스스로 바꿉니다.',
    meter: '계량기 번호',
    why: '이유',
    ask: '요청',
    asked: '요청했습니다. 다른 사람의 승인을 기다립니다.',
    rotation: '호스트의 자동 키 교체',
    rotationNote:
      '호스트는 사람이 만든 키를 때가 되면 계량기에 보냅니다. 키를 만들고, 되돌리고, 설정에 기한이 없을 때 옛 키를 끝내는 일은 사람만 합니다.',
    noRotation: '호스트 설정에 자동으로 교체할 키가 없습니다.',
    newest: '세대',
    metersOf: '계량기',
    nextDue: '다음 예정일',
    overdue: '{}일 지남',
    counting: '세는 중',
    haveIt: '{}대 / 전체 {}대 완료',
    rotationPlaces: {
      can: '받을 수 있음 {}대',
      underWay: '보내는 중 {}대',
      silent: '응답 없음 {}대',
      erased: '열려서 키가 지워짐 {}대',
      refused: '거부 {}대',
      both: '옛 키도 가짐 {}대',
    },
    rotationStates: {
      stopped: '계량기가 거부하여 멈춤',
      giving: '계량기에 보내는 중',
      raising: '옛 키를 끝내는 중',
      'wants-raise': '누군가 옛 키를 끝낼 때까지 기다림',
      'wants-key': '누군가 다음 키를 만들 때까지 기다림',
      spent: '모든 세대를 다 씀',
      withheld: '되돌려졌으며 아무에게도 보내지 않음',
      given: '가능한 계량기는 모두 받음, 되돌릴 수 있음',
      resting: '할 일 없음',
    },
    apiKeys: 'API 키',
    apiNote: '프로그램은 키로 접속하며, 역할과 범위가 모두 허용하는 일만 할 수 있습니다.',
    noApiKeys: '키를 가진 프로그램이 없습니다.',
    add: 'API 키 추가',
    name: '이름',
    role: '역할',
    scopes: '범위',
    expires: '만료일',
    expiresNote: '비워 두면 저절로 끝나지 않습니다.',
    never: '만료 없음',
    since: '발급일',
    state: '상태',
    inUse: '사용 중',
    expired: '만료됨',
    revoked: '취소됨',
    revoke: '취소',
    revokeSure: '완전히 취소',
    once: '지금 한 번만 표시됩니다. 해당 프로그램에만 알려 주세요.',
    copy: '복사',
    copied: '복사됨',
  },
};
