import { type Atr, type CardSpeed, DEFAULT_SPEED, speedOf } from './atr.ts';
import { type BitRate, DEFAULT_RATE } from './clock.ts';

/**
 * Protocol and parameters selection, ISO 7816-3 §9: right after the ATR of a card in negotiable mode, and begun by the
 * slot only. The request is PPSS `FF`, PPS0 (what follows, and T), PPS1 to PPS3 as PPS0 says, PCK.
 */
export interface PpsRequest {
  readonly protocol: number;
  /** Fn and Dn, coded as TA1. */
  readonly speed?: number;
  /** Use of C6. */
  readonly spu?: number;
}

export const PPS_INITIAL = 0xff;
const SPEED_FOLLOWS = 0x10;
const SPU_FOLLOWS = 0x20;
const THIRD_FOLLOWS = 0x40;
const RESERVED = 0x80;

export interface PpsFailure {
  readonly reason:
    | 'pps-length-wrong'
    | 'pps-initial-wrong'
    | 'pps-check-wrong'
    | 'pps-bit-reserved'
    | 'pps-protocol-not-offered'
    | 'pps-speed-reserved'
    | 'pps-speed-out-of-range'
    /** The answer names another protocol, other values, or something that was not asked for. */
    | 'pps-answer-differs';
}

export function encodePps({ protocol, speed, spu }: PpsRequest): Uint8Array {
  const bytes = [
    PPS_INITIAL,
    protocol | (speed === undefined ? 0 : SPEED_FOLLOWS) | (spu === undefined ? 0 : SPU_FOLLOWS),
  ];
  if (speed !== undefined) bytes.push(speed);
  if (spu !== undefined) bytes.push(spu);
  bytes.push(bytes.reduce((sum, byte) => sum ^ byte, 0));
  return Uint8Array.from(bytes);
}

/** How long a request or an answer is that begins so; `undefined` while PPS0 is not there. */
export function ppsLength(bytes: Uint8Array): number | undefined {
  const announced = bytes[1];
  if (announced === undefined) return undefined;
  return 3 + ((announced >> 4) & 1) + ((announced >> 5) & 1) + ((announced >> 6) & 1);
}

function parse(bytes: Uint8Array): { pps0: number; speed?: number; spu?: number; third?: number } | PpsFailure {
  if (bytes[0] !== PPS_INITIAL) return { reason: 'pps-initial-wrong' };
  if (ppsLength(bytes) !== bytes.length) return { reason: 'pps-length-wrong' };
  if (bytes.reduce((sum, byte) => sum ^ byte, 0) !== 0) return { reason: 'pps-check-wrong' };
  const pps0 = bytes[1] as number;
  let at = 2;
  const next = (bit: number) => ((pps0 & bit) === 0 ? undefined : (bytes[at++] as number));
  const [speed, spu, third] = [next(SPEED_FOLLOWS), next(SPU_FOLLOWS), next(THIRD_FOLLOWS)];
  return {
    pps0,
    ...(speed === undefined ? {} : { speed }),
    ...(spu === undefined ? {} : { spu }),
    ...(third === undefined ? {} : { third }),
  };
}

export interface Agreed {
  readonly protocol: number;
  readonly rate: BitRate;
}

/**
 * The card's side: the answer, and what holds after it. A wrong request gets no answer, so that the slot's waiting
 * time ends it. C6 is not used, which the answer says by leaving PPS2 out; PPS3 is reserved and left out too.
 */
export function answerPps(request: Uint8Array, atr: Atr): { answer: Uint8Array; agreed: Agreed } | PpsFailure {
  const asked = parse(request);
  if ('reason' in asked) return asked;
  if ((asked.pps0 & RESERVED) !== 0) return { reason: 'pps-bit-reserved' };
  const protocol = asked.pps0 & 15;
  if (!atr.protocols.includes(protocol)) return { reason: 'pps-protocol-not-offered' };
  if (asked.speed === undefined) return { answer: encodePps({ protocol }), agreed: { protocol, rate: DEFAULT_RATE } };
  const speed = speedOf(asked.speed);
  if (speed === undefined) return { reason: 'pps-speed-reserved' };
  if (!within(speed, atr.speed)) return { reason: 'pps-speed-out-of-range' };
  return { answer: encodePps({ protocol, speed: asked.speed }), agreed: { protocol, rate: speed.rate } };
}

/** §9.2: Fn from Fd to Fi, Dn from Dd to Di, whichever of each is the larger. */
function within({ rate }: CardSpeed, card: CardSpeed | undefined): boolean {
  const most = card?.rate ?? DEFAULT_RATE;
  const between = (value: number, a: number, b: number) => value >= Math.min(a, b) && value <= Math.max(a, b);
  return between(rate.f, DEFAULT_RATE.f, most.f) && between(rate.d, DEFAULT_RATE.d, most.d);
}

/** The slot's side: what holds after this answer to `request`, or why there is no agreement. §9.3 */
export function agreedBy(request: PpsRequest, answer: Uint8Array): Agreed | PpsFailure {
  const said = parse(answer);
  if ('reason' in said) return said;
  if ((said.pps0 & RESERVED) !== 0) return { reason: 'pps-bit-reserved' };
  if ((said.pps0 & 15) !== request.protocol || said.third !== undefined) return { reason: 'pps-answer-differs' };
  if (said.speed !== undefined && said.speed !== request.speed) return { reason: 'pps-answer-differs' };
  if (said.spu !== undefined && said.spu !== request.spu) return { reason: 'pps-answer-differs' };
  // A card that leaves PPS1 out declines the speed: the default holds.
  const speed = speedOf(said.speed ?? DEFAULT_SPEED);
  return speed === undefined ? { reason: 'pps-speed-reserved' } : { protocol: request.protocol, rate: speed.rate };
}
