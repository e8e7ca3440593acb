import { MINUTES_PER_DAY, meterDigits, type Svpmsn } from '../units/index.ts';
import { amountText, fill, LANGUAGES, type Language, PHONE_WORDS, type PromptName } from '../words/index.ts';
import type { Call, Purchase } from './call-state.ts';
import type { CheapHours, Emergency, OfferedWay, Sentence, Standing } from './types.ts';
import { voucherWay } from './ways.ts';

/** More of an approval number than this is told by its end alone: nobody writes 32 letters down. */
const APPROVAL_LETTERS_MAX = 12;
const APPROVAL_END_LETTERS = 6;
const MINUTES_PER_HOUR = 60;
/** What lasts for less is told in hours. */
const HOURS_TOLD_MAX = 48;

/** The sentences of the catalogue that are one text. */
export type Plain = PromptName;

/** A sentence of the catalogue in the caller's language. */
export const sentence = (
  { language }: Pick<Call, 'language'>,
  name: Plain,
  ...values: readonly string[]
): Sentence => ({
  language,
  text: fill(PHONE_WORDS[language][name], ...values),
  name,
  values,
});

/** Minor units as people are told them: `12.50 EUR`. */
export const amountIn = ({ currency }: Pick<Call, 'currency'>, minorUnits: number | bigint): string =>
  `${amountText(Number(minorUnits), currency.exponent)} ${currency.code}`;

/** The digits of a meter one by one, in threes. */
export const spokenMeter = (meter: Svpmsn): string =>
  spelled(meterDigits(meter)).replaceAll(/(\w \w \w) (?=\w)/g, '$1, ');

/** `AN12` is heard as four letters. */
const spelled = (text: string): string => [...text].join(' ');

/** Each language asks for itself. */
export const languages = (): Sentence[] =>
  LANGUAGES.map((language: Language) => sentence({ language }, 'chooseLanguage'));

/** The main menu; a guest may only buy, and pay with a voucher. */
export function menu(call: Call): Sentence[] {
  const { who } = call;
  const own: Plain[] =
    who?.access === undefined ? ['menuBuy'] : ['menuBalance', 'menuBuy', 'menuCheap', 'menuEmergency'];
  const meter = who === undefined ? [] : [{ ...sentence(call, 'forMeter', spokenMeter(who.meter)), isHint: true }];
  return [
    ...meter,
    ...[...own, ...(voucherWay(call) === undefined ? [] : ['menuVoucher' as const]), 'menuPerson' as const].map(
      (name) => sentence(call, name),
    ),
    { ...sentence(call, 'hint'), isHint: true },
  ];
}

/** By what to pay, key by key. */
export const wayMenu = (call: Call, offered: readonly OfferedWay[]): Sentence[] =>
  offered.map(({ name }, i) => sentence(call, 'way', PHONE_WORDS[call.language].ways[name], String(i + 1)));

/** What is paid, by what, for whom, and what comes of it. */
export function confirmation(call: Call, { paid, way }: Purchase, energy: bigint): Sentence[] {
  const meter = call.who === undefined ? '' : spokenMeter(call.who.meter);
  return [
    sentence(call, 'confirm', amountIn(call, paid), PHONE_WORDS[call.language].ways[way.name], meter),
    sentence(call, 'confirmValue', amountIn(call, energy)),
    sentence(call, 'confirmKeys'),
  ];
}

/** The balance, and how long it is enough. */
export function balanceTold(call: Call, { balance, isOff, lastsMinutes }: Standing): Sentence[] {
  const off = isOff ? [sentence(call, 'supplyOff')] : [];
  if (balance === undefined) return [sentence(call, 'balanceUnknown'), ...off];
  return [sentence(call, 'balance', amountIn(call, balance)), ...off, ...lastsTold(call, balance, lastsMinutes)];
}

function lastsTold(call: Call, balance: number, minutes: number | undefined): Sentence[] {
  if (balance === 0) return [];
  if (minutes === undefined) return [sentence(call, 'daysUnknown')];
  const hours = Math.floor(minutes / MINUTES_PER_HOUR);
  return hours <= HOURS_TOLD_MAX
    ? [sentence(call, 'hoursLeft', String(hours))]
    : [sentence(call, 'daysLeft', String(Math.floor(minutes / MINUTES_PER_DAY)))];
}

/** When a kilowatt-hour costs least. */
export function cheapHoursTold(call: Call, hours: CheapHours | 'same' | 'unknown'): Sentence[] {
  if (hours === 'same') return [sentence(call, 'cheapNone')];
  if (hours === 'unknown') return [sentence(call, 'cheapUnknown')];
  const { when, from, to } = hours;
  if (when === 'now') return [sentence(call, 'cheapNow', to)];
  return [sentence(call, when === 'today' ? 'cheapAt' : 'cheapTomorrow', from, to)];
}

/** What was borrowed of the meter, and what it lends. */
export function emergencyTold(call: Call, { used, limit }: Emergency): Sentence[] {
  const owed = used > 0 ? [sentence(call, 'emergencyUsed', amountIn(call, used))] : [];
  if (limit === undefined || limit === 0) return owed.length > 0 ? owed : [sentence(call, 'emergencyNone')];
  return [...owed, sentence(call, 'emergencyRule', amountIn(call, limit))];
}

/** The approval number, letter by letter. */
export function approvalTold(call: Call, approval: string): Sentence {
  return approval.length <= APPROVAL_LETTERS_MAX
    ? sentence(call, 'approval', spelled(approval))
    : sentence(call, 'approvalEnd', spelled(approval.slice(-APPROVAL_END_LETTERS)));
}
