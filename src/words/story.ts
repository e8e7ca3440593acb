import type { Language } from './language.ts';

export type StoryStep = 'buy' | 'travel' | 'tank' | 'tariff' | 'card' | 'steal' | 'found' | 'dry' | 'reconnect';

/** One step of the guided story. */
export interface StepWords {
  readonly title: string;
  /** Two sentences: what is about to happen, and why it matters. */
  readonly text: string;
  /** The button that does it; a step that only watches has none. */
  readonly go?: string;
  /** What is awaited meanwhile. */
  readonly waits: string;
  /** What has happened. */
  readonly done: string;
}

/** Of the guided story of a demo. */
export interface StoryWords {
  readonly storyTitle: string;
  readonly step: string;
  readonly skip: string;
  readonly next: string;
  readonly end: string;
  /** Of a story that is taken up where it was left. */
  readonly anew: string;
  readonly choosing: string;
  readonly nobodyFits: string;
  readonly another: string;
  readonly lookAtMeter: string;
  readonly atMeter: string;
  readonly atCard: string;
  readonly lookAtCard: string;
  readonly lookAtGas: string;
  readonly tidied: string;
  readonly hindrances: Readonly<Record<'no-power' | 'dismantled' | 'line-cut' | 'off' | 'switched-off', string>>;
  readonly steps: Readonly<Record<StoryStep, StepWords>>;
}

export const STORY_WORDS: Readonly<Record<Language, StoryWords>> = {
  en: {
    storyTitle: 'The story of a token',
    step: 'Step {} of {}',
    skip: 'Leave the story',
    next: 'Next',
    end: 'Finish',
    anew: 'From the beginning',
    choosing: 'Looking for a house in which all is well …',
    nobodyFits:
      'No house is fit for the story: each meter is without power, tampered with or cut off. Mend a line or give a house its power back, and try again.',
    another: 'Take another house',
    lookAtMeter: 'Look at the meter',
    atMeter: 'Meter {}: balance {}, tank {}',
    atCard: 'Card {} and its gas meter {}',
    lookAtCard: 'Look at the card',
    lookAtGas: 'Look at the gas meter',
    tidied: 'When you leave, the wire, the line, the appliances, the price and the speed are put back as they were.',
    hindrances: {
      'no-power': 'The power has failed in this house. The story goes on when it is back, or take another house.',
      dismantled: 'The cover of this meter was lifted and its keys are gone. Take another house.',
      'line-cut': 'The line to this meter is cut, so nothing can arrive. Mend it on the panel, or take another house.',
      off: 'This meter is cut off already. Take another house.',
      'switched-off': 'The relay of this meter is open for another reason; its panel says which. Take another house.',
    },
    steps: {
      buy: {
        title: 'Buy',
        text: 'Somebody pays 500 tokens at the counter for this meter. The ledger books the payment and the order in one transaction, so neither exists without the other.',
        go: 'Slow time down and sell 500',
        waits: 'The host books the sale …',
        done: 'Sold. The order is in the books, and on its way.',
      },
      travel: {
        title: 'Watch it travel',
        text: 'Host and meter prove themselves to each other over the power line, and only then the sealed amount goes across. The local unit between them carries bytes that it cannot read.',
        waits: 'Waiting for the meter’s receipt. The line is slow: 1,200 bits a second.',
        done: 'Stored, exactly once, and the receipt is in the books.',
      },
      tank: {
        title: 'See the tank refill',
        text: 'Only a small tank of ten units lies outside the sealed store, and the exchanger burns it token by token. When the tank is empty it asks the store for 100 more, each time with a fresh proof.',
        go: 'Switch on kettle and heaters, and speed up',
        waits: 'Waiting until the tank has run down and is filled again …',
        done: 'The tank was filled again from the store.',
      },
      tariff: {
        title: 'Change the price',
        text: 'You publish a tariff and give it to this meter, over the same line and with the same proofs. The meter itself turns tokens into energy by it, so the price changes in the house and not on a bill.',
        go: 'Publish a tariff for this meter',
        waits: 'Waiting until the meter has the table and charges by it …',
        done: 'The meter charges {} of the base price now.',
      },
      card: {
        title: 'Carry value where no line goes',
        text: 'A gas meter in the cellar has no line. Gas for 500 tokens is sold to a card, which is loaded in the electricity meter of its house with the same four passes and then carried to the gas meter. The way back brings its report.',
        go: 'Sell gas to a card, and send it',
        waits: 'The card is loaded in the house, carried to the cellar and back: some minutes of business …',
        done: 'The gas meter has taken it, and its report is in the books: nobody can spend it twice.',
      },
      steal: {
        title: 'Steal',
        text: 'A wire from terminal 1s to 1L leads 1,500 W past the meter. It looks like free electricity.',
        go: 'Put the wire on',
        waits: 'The wire is being put on …',
        done: 'The wire is on, and the energy goes past the meter.',
      },
      found: {
        title: 'Be found',
        text: 'The meter senses the wire and calls its local unit out of turn. The alarm goes before everything else on the line, up to the host.',
        waits: 'Waiting until the host knows of it …',
        done: 'The host knows: the meter stands as tampered, on the grid and in every list.',
      },
      dry: {
        title: 'Run dry',
        text: 'The wire comes off, everything in the house is switched on, and the line to the local unit is cut so that nothing bought can arrive. The meter decides alone: with the last token its relay opens.',
        go: 'Cut the line and use it up',
        waits:
          'Waiting for the last token. At night and on weekends nobody is cut off: the meter lends until nine in the morning.',
        done: 'Cut off, by the meter itself, without a word from anybody.',
      },
      reconnect: {
        title: 'Reconnect',
        text: 'The line is mended, and 500 tokens are sold beyond what the meter lent. What is lent is paid back first, and the relay closes with what is left.',
        go: 'Mend the line and sell value',
        waits: 'Waiting until value arrives and the relay closes …',
        done: 'The light is on again. That is the whole of it: pay, carry, keep, spend, and never twice.',
      },
    },
  },
  ko: {
    storyTitle: '토큰 이야기',
    step: '{} / {} 단계',
    skip: '이야기 나가기',
    next: '다음',
    end: '마치기',
    anew: '처음부터',
    choosing: '아무 문제 없는 집을 찾는 중 …',
    nobodyFits:
      '이야기에 쓸 집이 없습니다. 모든 계량기가 정전이거나 조작되었거나 끊겨 있습니다. 회선을 잇거나 전원을 켠 뒤 다시 시도하세요.',
    another: '다른 집으로',
    lookAtMeter: '계량기 보기',
    atMeter: '계량기 {}: 잔액 {}, 탱크 {}',
    atCard: '카드 {}, 가스 계량기 {}',
    lookAtCard: '카드 보기',
    lookAtGas: '가스 계량기 보기',
    tidied: '나갈 때 전선, 회선, 가전제품, 요금, 빠르기를 원래대로 돌려놓습니다.',
    hindrances: {
      'no-power': '이 집은 정전입니다. 전기가 돌아오면 이어집니다. 아니면 다른 집을 고르세요.',
      dismantled: '이 계량기는 덮개가 열려 키가 지워졌습니다. 다른 집을 고르세요.',
      'line-cut': '이 계량기의 회선이 끊겨 아무것도 도착할 수 없습니다. 계량기 화면에서 잇거나 다른 집을 고르세요.',
      off: '이 계량기는 이미 차단되어 있습니다. 다른 집을 고르세요.',
      'switched-off':
        '이 계량기의 릴레이가 다른 까닭으로 열려 있습니다. 계량기 화면에서 까닭을 보거나 다른 집을 고르세요.',
    },
    steps: {
      buy: {
        title: '충전하기',
        text: '누군가 창구에서 이 계량기에 500토큰을 냅니다. 결제와 주문이 한 거래로 장부에 적히므로 어느 한쪽만 남는 일은 없습니다.',
        go: '시간을 늦추고 500 판매',
        waits: '호스트가 판매를 기록하는 중 …',
        done: '판매했습니다. 주문이 장부에 있고, 이제 떠납니다.',
      },
      travel: {
        title: '가는 길 지켜보기',
        text: '호스트와 계량기가 전력선을 통해 서로를 증명한 뒤에야 봉인된 금액이 건너갑니다. 그 사이의 지역 장치는 읽을 수 없는 바이트를 나를 뿐입니다.',
        waits: '계량기의 영수증을 기다리는 중입니다. 회선은 초당 1,200비트로 느립니다.',
        done: '정확히 한 번 저장되었고, 영수증이 장부에 있습니다.',
      },
      tank: {
        title: '탱크가 다시 차는 모습',
        text: '봉인된 저장부 밖에는 열 칸짜리 작은 탱크만 있고, 교환기가 한 토큰씩 씁니다. 탱크가 비면 매번 새로 증명하고 저장부에 100을 더 청합니다.',
        go: '주전자와 난로를 켜고 빠르게',
        waits: '탱크가 줄었다가 다시 차기를 기다리는 중 …',
        done: '탱크가 저장부에서 다시 채워졌습니다.',
      },
      tariff: {
        title: '요금 바꾸기',
        text: '요금제를 공표해 같은 회선과 같은 증명으로 이 계량기에 보냅니다. 계량기가 그 요금으로 직접 토큰을 전기로 바꾸므로 고지서가 아니라 집에서 값이 바뀝니다.',
        go: '이 계량기의 요금제 공표',
        waits: '계량기가 요금표를 받아 적용하기를 기다리는 중 …',
        done: '이제 기본 요금의 {}로 계산합니다.',
      },
      card: {
        title: '선 없는 곳으로 나르기',
        text: '지하의 가스 계량기에는 통신선이 없습니다. 가스 500토큰을 카드에 판매하면, 카드는 집의 전기 계량기에서 같은 네 단계로 충전된 뒤 가스 계량기로 갑니다. 돌아오는 길에 보고를 가져옵니다.',
        go: '카드에 가스를 팔고 보내기',
        waits: '카드가 집에서 충전되어 지하로 갔다가 돌아옵니다. 업무 시간으로 몇 분 걸립니다 …',
        done: '가스 계량기가 금액을 받았고, 그 보고가 장부에 있습니다. 아무도 두 번 쓸 수 없습니다.',
      },
      steal: {
        title: '훔치기',
        text: '1s에서 1L로 이은 전선으로 1,500 W가 계량기를 비켜 갑니다. 공짜 전기처럼 보입니다.',
        go: '전선 잇기',
        waits: '전선을 잇는 중 …',
        done: '전선이 이어졌고, 전기가 계량기를 비켜 갑니다.',
      },
      found: {
        title: '들키기',
        text: '계량기가 전선을 알아채고 차례를 기다리지 않고 지역 장치를 부릅니다. 경보는 회선에서 가장 먼저 호스트까지 갑니다.',
        waits: '호스트가 알게 되기를 기다리는 중 …',
        done: '호스트가 압니다. 배전망과 모든 목록에 조작 감지로 나타납니다.',
      },
      dry: {
        title: '바닥나기',
        text: '전선을 떼고 집의 모든 것을 켠 뒤, 산 것이 도착하지 못하게 회선을 끊습니다. 계량기가 혼자 정합니다. 마지막 토큰과 함께 릴레이가 열립니다.',
        go: '회선을 끊고 다 쓰기',
        waits: '마지막 토큰을 기다리는 중입니다. 밤과 주말에는 끊지 않고 아침 아홉 시까지 빌려 줍니다.',
        done: '누구의 지시도 없이 계량기가 스스로 끊었습니다.',
      },
      reconnect: {
        title: '다시 잇기',
        text: '회선을 잇고, 계량기가 빌려 준 것보다 500토큰을 더 판매합니다. 빌린 것을 먼저 갚고, 남은 값으로 릴레이가 닫힙니다.',
        go: '회선을 잇고 판매',
        waits: '값이 도착해 릴레이가 닫히기를 기다리는 중 …',
        done: '다시 불이 들어왔습니다. 내고, 나르고, 간직하고, 쓰되, 두 번은 없습니다. 이것이 전부입니다.',
      },
    },
  },
};
