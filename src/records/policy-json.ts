import { SUPPLIES_MAX, type Tokens, tokens, U8_MAX, U16_MAX, U24_MAX, U32_MAX } from '../units/index.ts';
import type { BuzzerPolicy, SupplyLimits, SupplyPolicy } from './policy.ts';

/**
 * The form that people write and read; times of day as `18:00`, currents in amperes with at most one decimal,
 * tokens as decimal strings.
 */
export interface SupplyPolicyJson {
  version: number;
  emergencyCreditTokens: string;
  lowBalanceTokens: string;
  friendlyHours: { from: string; to: string } | null;
  noCutOnWeekends: boolean;
  noCutOnHolidays: boolean;
  reconnection: 'at-once' | 'by-key-press';
  buzzer: BuzzerPolicy;
  loadControlBelowPercent: number;
  supplies: {
    load: { watts: number; delaySeconds: number } | null;
    overCurrent: { amperes: number; delaySeconds: number; recloseCount: number; recloseWaitSeconds: number } | null;
  }[];
}

export function policyToJson(policy: SupplyPolicy): SupplyPolicyJson {
  const { version, noCutOnWeekends, noCutOnHolidays, reconnection, buzzer, loadControlBelowPercent } = policy;
  const hours = policy.friendlyHours;
  return {
    version,
    emergencyCreditTokens: String(policy.emergencyCredit),
    lowBalanceTokens: String(policy.lowBalance),
    friendlyHours: hours && { from: timeText(hours.from), to: timeText(hours.to) },
    noCutOnWeekends,
    noCutOnHolidays,
    reconnection,
    buzzer,
    loadControlBelowPercent,
    supplies: policy.supplies.map(({ load, overCurrent }) => {
      if (overCurrent === null) return { load, overCurrent };
      const { deciAmperes, ...rest } = overCurrent;
      return { load, overCurrent: { amperes: deciAmperes / 10, ...rest } };
    }),
  };
}

/** The policy of a parsed JSON value, or one sentence for each thing that is wrong with it. */
export function policyFromJson(json: unknown): SupplyPolicy | { readonly sentences: readonly string[] } {
  const form = new Form();
  const policy = readPolicy(form, json);
  return form.sentences.length > 0 || policy === undefined ? { sentences: form.sentences } : policy;
}

function readPolicy(form: Form, json: unknown): SupplyPolicy | undefined {
  const fields = form.fields(json, 'The supply policy', [
    'version',
    'emergencyCreditTokens',
    'lowBalanceTokens',
    'friendlyHours',
    'noCutOnWeekends',
    'noCutOnHolidays',
    'reconnection',
    'buzzer',
    'loadControlBelowPercent',
    'supplies',
  ]);
  if (fields === undefined) return undefined;
  return {
    version: form.whole(fields.version, 'version', 1, U32_MAX),
    emergencyCredit: form.tokens(fields.emergencyCreditTokens, 'emergencyCreditTokens'),
    lowBalance: form.tokens(fields.lowBalanceTokens, 'lowBalanceTokens'),
    friendlyHours: readHours(form, fields.friendlyHours),
    noCutOnWeekends: form.flag(fields.noCutOnWeekends, 'noCutOnWeekends'),
    noCutOnHolidays: form.flag(fields.noCutOnHolidays, 'noCutOnHolidays'),
    reconnection: readReconnection(form, fields.reconnection),
    buzzer: readBuzzer(form, fields.buzzer),
    loadControlBelowPercent: form.whole(fields.loadControlBelowPercent, 'loadControlBelowPercent', 0, 1000),
    supplies: readSupplies(form, fields.supplies),
  };
}

function readHours(form: Form, json: unknown): SupplyPolicy['friendlyHours'] {
  if (json === null) return null;
  const fields = form.fields(json, 'friendlyHours', ['from', 'to'], ' or null');
  if (fields === undefined) return null;
  const from = form.time(fields.from, 'friendlyHours.from');
  const to = form.time(fields.to, 'friendlyHours.to');
  if (from === undefined || to === undefined) return null;
  if (from === to) {
    form.say('friendlyHours.from and friendlyHours.to are the same time; for no friendly hours write null.');
  }
  return { from, to };
}

function readReconnection(form: Form, json: unknown): SupplyPolicy['reconnection'] {
  if (json === 'at-once' || json === 'by-key-press') return json;
  form.say(`reconnection must be "at-once" or "by-key-press", not ${show(json)}.`);
  return 'at-once';
}

function readBuzzer(form: Form, json: unknown): BuzzerPolicy {
  const names = ['lowBalance', 'everyMinutes', 'seconds', 'quietInFriendlyHours'] as const;
  const fields = form.fields(json, 'buzzer', names);
  if (fields === undefined) return { lowBalance: false, everyMinutes: 1, seconds: 1, quietInFriendlyHours: false };
  return {
    lowBalance: form.flag(fields.lowBalance, 'buzzer.lowBalance'),
    everyMinutes: form.whole(fields.everyMinutes, 'buzzer.everyMinutes', 1, 1440),
    seconds: form.whole(fields.seconds, 'buzzer.seconds', 1, 60),
    quietInFriendlyHours: form.flag(fields.quietInFriendlyHours, 'buzzer.quietInFriendlyHours'),
  };
}

function readSupplies(form: Form, json: unknown): SupplyLimits[] {
  if (!Array.isArray(json) || json.length < 1 || json.length > SUPPLIES_MAX) {
    form.say(`supplies must be a list of 1 to ${SUPPLIES_MAX} entries, the first for supply 1.`);
    return [];
  }
  return json.map((entry, i) => {
    const at = `supplies[${i}]`;
    const fields = form.fields(entry, at, ['load', 'overCurrent']);
    if (fields === undefined) return { load: null, overCurrent: null };
    return {
      load: readLoad(form, fields.load, `${at}.load`),
      overCurrent: readOverCurrent(form, fields.overCurrent, `${at}.overCurrent`),
    };
  });
}

function readLoad(form: Form, json: unknown, at: string): SupplyLimits['load'] {
  if (json === null) return null;
  const fields = form.fields(json, at, ['watts', 'delaySeconds'], ' or null');
  if (fields === undefined) return null;
  return {
    watts: form.whole(fields.watts, `${at}.watts`, 1, U24_MAX),
    delaySeconds: form.whole(fields.delaySeconds, `${at}.delaySeconds`, 0, U16_MAX),
  };
}

function readOverCurrent(form: Form, json: unknown, at: string): SupplyLimits['overCurrent'] {
  if (json === null) return null;
  const names = ['amperes', 'delaySeconds', 'recloseCount', 'recloseWaitSeconds'] as const;
  const fields = form.fields(json, at, names, ' or null');
  if (fields === undefined) return null;
  return {
    deciAmperes: form.deciAmperes(fields.amperes, `${at}.amperes`),
    delaySeconds: form.whole(fields.delaySeconds, `${at}.delaySeconds`, 0, U16_MAX),
    recloseCount: form.whole(fields.recloseCount, `${at}.recloseCount`, 0, U8_MAX),
    recloseWaitSeconds: form.whole(fields.recloseWaitSeconds, `${at}.recloseWaitSeconds`, 0, U16_MAX),
  };
}

/** Reads fields, and collects a sentence for each that is wrong; what it then returns is never used. */
class Form {
  readonly sentences: string[] = [];

  say(sentence: string): void {
    this.sentences.push(sentence);
  }

  fields<Name extends string>(
    json: unknown,
    at: string,
    names: readonly Name[],
    otherwise = '',
  ): Record<Name, unknown> | undefined {
    if (typeof json !== 'object' || json === null || Array.isArray(json)) {
      this.say(`${at} must be an object with ${names.join(', ')}${otherwise}, not ${show(json)}.`);
      return undefined;
    }
    const known: readonly string[] = names;
    for (const name of Object.keys(json)) {
      if (!known.includes(name)) this.say(`${at} has no field ${show(name)}; its fields are ${names.join(', ')}.`);
    }
    for (const name of names) {
      if (!Object.hasOwn(json, name)) this.say(`${at} lacks the field "${name}".`);
    }
    return names.every((name) => Object.hasOwn(json, name)) ? (json as Record<Name, unknown>) : undefined;
  }

  whole(json: unknown, at: string, min: number, max: number): number {
    if (typeof json === 'number' && Number.isInteger(json) && json >= min && json <= max) return json;
    this.say(`${at} must be a whole number from ${min} to ${max}, not ${show(json)}.`);
    return min;
  }

  flag(json: unknown, at: string): boolean {
    if (typeof json === 'boolean') return json;
    this.say(`${at} must be true or false, not ${show(json)}.`);
    return false;
  }

  tokens(json: unknown, at: string): Tokens {
    if (typeof json === 'string' && /^(0|[1-9]\d{0,9})$/.test(json) && Number(json) <= U32_MAX) {
      return tokens(Number(json));
    }
    this.say(`${at} must be whole tokens as a text from "0" to "${U32_MAX}", not ${show(json)}.`);
    return tokens(0);
  }

  time(json: unknown, at: string): number | undefined {
    const match = typeof json === 'string' ? /^([01]\d|2[0-3]):([0-5]\d)$/.exec(json) : null;
    if (match !== null) return Number(match[1]) * 60 + Number(match[2]);
    this.say(`${at} must be a time from "00:00" to "23:59", not ${show(json)}.`);
    return undefined;
  }

  deciAmperes(json: unknown, at: string): number {
    if (typeof json === 'number' && json > 0 && json <= U16_MAX / 10) {
      const deciAmperes = Math.round(json * 10);
      // One decimal in JSON is not exact in binary: the nearest tenth must give the number back.
      if (deciAmperes / 10 === json) return deciAmperes;
    }
    this.say(`${at} must be amperes from 0.1 to ${U16_MAX / 10} with at most one decimal, not ${show(json)}.`);
    return 1;
  }
}

const timeText = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

/** A wrong value, short enough for a sentence. */
function show(value: unknown): string {
  const text = value === undefined ? 'nothing' : (JSON.stringify(value) ?? String(value));
  return text.length <= 40 ? text : `${text.slice(0, 40)}...`;
}
