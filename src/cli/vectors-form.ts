import { U16_MAX, U32_MAX } from '../units/index.ts';

/** As it stands in the file: a value of another kind is a wrong one. */
export type VectorValue = string | number | boolean | null;

export interface VectorInput {
  readonly svpmsn: string;
  readonly H: string;
  readonly R1: string;
  readonly R2: string;
  readonly R3: string;
  readonly Nh: string;
  readonly Nm: string;
  readonly order: string;
  readonly utility: number;
  readonly amount: number;
  readonly TC: number;
  readonly balance: number;
  readonly creditedBefore: number;
  readonly clock: number;
}

type VectorSuite = { readonly n: number; readonly KH: string };

/** What a check computes from; every other value of the file is only compared. */
export interface VectorFile {
  readonly input: VectorInput;
  readonly '3des': VectorSuite;
  readonly '3des-xo': VectorSuite;
  readonly aes128: VectorSuite;
  readonly aes256: VectorSuite;
}

type ValueForm =
  | { readonly is: 'hex'; readonly bytes: number }
  | { readonly is: 'whole'; readonly min: number; readonly max: number }
  | { readonly is: 'text' };

type Form =
  | ValueForm
  | { readonly is: 'list'; readonly of: Form; readonly length: number }
  | { readonly is: 'object'; readonly fields: Readonly<Record<string, Form>> };

const hex = (bytes: number): Form => ({ is: 'hex', bytes });
const whole = (max: number, min = 0): Form => ({ is: 'whole', min, max });
const object = (fields: Readonly<Record<string, Form>>): Form => ({ is: 'object', fields });
const TEXT: Form = { is: 'text' };

const fields = (names: string, form: Form): Record<string, Form> =>
  Object.fromEntries(names.split(' ').map((name) => [name, form]));

const frames = (...bytes: readonly number[]): Record<string, Form> => ({
  ...Object.fromEntries(bytes.map((size, i) => [`frame${i + 1}`, hex(size)])),
  frameBytes: whole(U16_MAX),
});

const aes = (keyBytes: number): Form =>
  object({
    n: whole(0xff),
    ...fields('KH KT Ka Kd Ku', hex(keyBytes)),
    status: hex(12),
    command: hex(18),
    receipt: hex(35),
    ...frames(23, 43, 33, 50),
  });

const FORM: Form = object({
  note: TEXT,
  input: object({
    svpmsn: hex(3),
    H: hex(1),
    ...fields('R1 Nh Nm', hex(16)),
    ...fields('R2 R3 TXID', hex(8)),
    order: TEXT,
    utility: whole(U16_MAX),
    TC: whole(U32_MAX, 1),
    ...fields('amount balance clock', whole(U32_MAX)),
    // Both totals stay safe integers, whatever the amount.
    creditedBefore: whole(Number.MAX_SAFE_INTEGER - U32_MAX),
    creditedAfter: whole(Number.MAX_SAFE_INTEGER),
  }),
  '3des': object({
    n: whole(0xff),
    ...fields('KH KT Ks', hex(16)),
    ...fields('S1 EnAmnt S2 M', hex(8)),
    ...frames(31, 23, 23, 15),
  }),
  '3des-xo': object({
    n: whole(0xff),
    ...fields('KH KT Ks Ks2 K1 K23 Ke En', hex(16)),
    ...fields('S1 S2 S3', hex(8)),
    Mx: hex(32),
    ...frames(31, 23, 31, 47),
  }),
  aes128: aes(16),
  aes256: aes(32),
  attacksOn3des: object({
    A1_forgedLastMessage: object({
      replayedR1: hex(16),
      ...fields('chosenR2 meterAnswersS1', hex(8)),
      hostReadsBalance: whole(U32_MAX),
    }),
    A2_mintedValue: object({
      note: TEXT,
      ...fields('EnAmnt_is_S1_of EnAmnt R3ofSecondSession forgedS2', hex(8)),
      askedR2: { is: 'list', of: hex(8), length: 3 },
      credited: whole(U32_MAX),
    }),
    A3_equalHalves: object(fields('R1 Ks', hex(16))),
    A3b_complementaryHalvesOnXo: object(fields('R1 Ks2', hex(16))),
    A4_extension: object({ ...fields('a tagOfA b tagOfB tag', hex(8)), message: hex(16) }),
    A5_padding: object(fields('tagOf10 tagOf1000', hex(8))),
  }),
  knownAnswers: object(fields('rfc4493_empty rfc4493_16', hex(16))),
});

/** A value of the file that is not what it must be. */
export interface VectorMismatch {
  /** `aes128.frame2`, `attacksOn3des.A2_mintedValue.askedR2.1` */
  readonly path: string;
  /** What should stand there: the value, or in words what kind of value. */
  readonly expected: VectorValue;
  readonly found: VectorValue;
}

/** A file that has the fields of exchange vectors. */
export interface ReadVectors {
  readonly file: VectorFile;
  /** By path, but the notes, which say nothing that could be wrong. */
  readonly values: ReadonlyMap<string, VectorValue>;
  /** Inputs that nothing can be computed from; without any the file is what its type says. */
  readonly unfit: readonly VectorMismatch[];
}

/** The text as a file of exchange vectors, or one sentence that says where it has not their fields. */
export function vectorFile(text: string): ReadVectors | { readonly sentence: string } {
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch {
    return { sentence: 'The file is not JSON: give a file of the form of the published exchange vectors.' };
  }
  const sentence = misfit(FORM, file, '');
  if (sentence !== undefined) return { sentence };
  const values = valuesOf(file);
  const unfit = [...values].flatMap(([path, found]): VectorMismatch[] => {
    const form = isComputedFrom(path) ? formAt(path) : undefined;
    return form === undefined || fits(form, found) ? [] : [{ path, expected: kindOf(form), found }];
  });
  return { file: file as VectorFile, values, unfit };
}

/** The inputs, and of each suite its master key and that key's name; all else is made from these. */
export const isComputedFrom = (path: string): boolean =>
  (path.startsWith('input.') && !/\.(H|TXID|creditedAfter)$/.test(path)) || /^[^.]+\.(n|KH)$/.test(path);

/** Every value of a file by its path, but the notes, which say nothing that could be wrong. */
export function valuesOf(file: unknown): Map<string, VectorValue> {
  const values = new Map<string, VectorValue>();
  const visit = (value: unknown, path: string): void => {
    if (typeof value === 'object' && value !== null) {
      for (const [name, inner] of Object.entries(value)) visit(inner, path === '' ? name : `${path}.${name}`);
    } else if (!/(^|\.)note$/.test(path)) values.set(path, value as VectorValue);
  };
  visit(file, '');
  return values;
}

function formAt(path: string): ValueForm | undefined {
  let form: Form | undefined = FORM;
  for (const name of path.split('.')) form = form?.is === 'object' ? form.fields[name] : undefined;
  return form === undefined || form.is === 'object' || form.is === 'list' ? undefined : form;
}

function fits(form: ValueForm, value: VectorValue): boolean {
  switch (form.is) {
    case 'hex':
      return typeof value === 'string' && value.length === 2 * form.bytes && /^[0-9a-f]*$/.test(value);
    case 'whole':
      return Number.isInteger(value) && Number(value) >= form.min && Number(value) <= form.max;
    case 'text':
      return typeof value === 'string';
  }
}

function kindOf(form: ValueForm): string {
  switch (form.is) {
    case 'hex':
      return `${form.bytes === 1 ? '1 byte' : `${form.bytes} bytes`} in lower-case hex`;
    case 'whole':
      return `a whole number from ${form.min} to ${form.max}`;
    case 'text':
      return 'a text in quotes';
  }
}

/** Where the fields are not those of exchange vectors. What stands in a field is not asked here. */
function misfit(form: Form, value: unknown, path: string): string | undefined {
  const name = path === '' ? 'The file' : path;
  const isObject = typeof value === 'object' && value !== null;
  switch (form.is) {
    case 'list':
      if (!Array.isArray(value) || value.length !== form.length) return `${name} must be a list of ${form.length}.`;
      return firstMisfit(value.map((item, i) => [form.of, item, `${path}.${i}`]));
    case 'object': {
      if (!isObject || Array.isArray(value)) {
        return `${name} must be an object with the fields ${Object.keys(form.fields).join(', ')}.`;
      }
      const inside = (field: string): string => (path === '' ? field : `${path}.${field}`);
      const missing = Object.keys(form.fields).find((field) => !Object.hasOwn(value, field));
      if (missing !== undefined) return `${inside(missing)} is missing: exchange vectors have it.`;
      const extra = Object.keys(value).find((field) => !Object.hasOwn(form.fields, field));
      if (extra !== undefined) return `${inside(extra)} is no field of exchange vectors: take it out.`;
      return firstMisfit(
        Object.entries(form.fields).map(([field, of]) => [
          of,
          (value as Record<string, unknown>)[field],
          inside(field),
        ]),
      );
    }
    default:
      return isObject ? `${name} must be one value, ${kindOf(form)}.` : undefined;
  }
}

function firstMisfit(items: readonly (readonly [Form, unknown, string])[]): string | undefined {
  for (const [form, value, path] of items) {
    const sentence = misfit(form, value, path);
    if (sentence !== undefined) return sentence;
  }
  return undefined;
}
