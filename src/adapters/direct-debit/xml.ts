/** An element with what is in it. Names are without their prefix. */
export interface XmlElement {
  readonly name: string;
  /** Of the namespace that its prefix, or the default one, stands for. */
  readonly namespace: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** Of the element itself, without white space at its ends. */
  readonly text: string;
}

export interface XmlFailure {
  readonly reason:
    | 'too-long'
    /** Not UTF-8, or it says that it is something else. */
    | 'encoding-wrong'
    /** A document type can name files and grow without end: no bank sends one. */
    | 'doctype'
    | 'too-deep'
    | 'malformed';
  readonly sentence: string;
}

/** A bank's file of a day is some MiB. */
export const XML_BYTES_MAX = 32 * 1024 * 1024;
/** What is read here is 12 deep. */
const DEPTH_MAX = 64;
/** Of one element; here one has two. */
const ATTRIBUTES_MAX = 64;

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** Any bytes to the root element of a document, or why they are none. */
export function readXml(bytes: Uint8Array): XmlElement | XmlFailure {
  if (bytes.length > XML_BYTES_MAX) {
    return failure('too-long', `It has more than ${XML_BYTES_MAX} bytes: no bank's file of a day is so long`);
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return failure('encoding-wrong', 'It is not UTF-8');
  }
  const declared = /^<\?xml[^>]*?encoding=["']([^"']*)["']/.exec(text)?.[1];
  if (declared !== undefined && !/^utf-?8$/i.test(declared)) return failure('encoding-wrong', 'It is not in UTF-8');
  return readDocument(text);
}

interface Open {
  readonly name: string;
  readonly qualified: string;
  readonly namespace: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: XmlElement[];
  text: string;
  /** By prefix; '' is the default one. */
  readonly namespaces: ReadonlyMap<string, string>;
}

const NAME = '(?:[A-Za-z_][\\w.-]*:)?[A-Za-z_][\\w.-]*';
/** No group in them repeats: what repeats, repeats in a loop, so that a long file is no deep recursion. */
const TOKEN = new RegExp(
  [
    '<!--[\\s\\S]*?-->',
    '<\\?[\\s\\S]*?\\?>',
    '<!\\[CDATA\\[(?<cdata>[\\s\\S]*?)\\]\\]>',
    '(?<doctype><!DOCTYPE)',
    `</(?<end>${NAME})\\s*>`,
    `<(?<start>${NAME})`,
    '(?<text>[^<]+)',
  ].join('|'),
  'y',
);
const ATTRIBUTE = new RegExp(`\\s+(${NAME})\\s*=\\s*(?:"([^"<]*)"|'([^'<]*)')`, 'y');
const TAG_END = /\s*(\/?)>/y;

function readDocument(text: string): XmlElement | XmlFailure {
  const open: Open[] = [];
  let root: XmlElement | undefined;
  const malformed = (at: number) =>
    failure('malformed', `Line ${text.slice(0, at).split('\n').length} is not well formed`);
  for (let at = 0; at < text.length; ) {
    const begun = at;
    const groups = matchAt(TOKEN, text, at)?.groups;
    if (groups === undefined) return malformed(begun);
    at = TOKEN.lastIndex;
    const parent = open.at(-1);
    if (groups.doctype !== undefined) return failure('doctype', 'It has a document type, which no bank sends');
    const own = groups.cdata ?? (groups.text === undefined ? undefined : unescaped(groups.text));
    if (groups.text !== undefined && own === undefined) return malformed(begun);
    let ends = groups.end;
    if (own !== undefined) {
      if (parent !== undefined) parent.text += own;
      else if (own.trim() !== '') return malformed(begun);
    } else if (groups.start !== undefined) {
      const tag = readTag(text, at, groups.start, parent);
      if (tag === undefined || root !== undefined) return malformed(begun);
      if (open.push(tag.element) > DEPTH_MAX)
        return failure('too-deep', `Its elements lie more than ${DEPTH_MAX} deep`);
      at = tag.at;
      if (tag.isEmpty) ends = groups.start;
    }
    if (ends === undefined) continue;
    const last = open.pop();
    if (last?.qualified !== ends) return malformed(begun);
    const { name, namespace, attributes, children } = last;
    const element = { name, namespace, attributes, children, text: last.text.trim() };
    const outer = open.at(-1);
    if (outer === undefined) root = element;
    else outer.children.push(element);
  }
  return root ?? failure('malformed', 'It ends before its document does');
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** What follows the name of an element, to the end of its tag. */
function readTag(
  text: string,
  from: number,
  qualified: string,
  parent: Open | undefined,
): { readonly element: Open; readonly at: number; readonly isEmpty: boolean } | undefined {
  let at = from;
  let attributes: Map<string, string> | undefined;
  let namespaces: Map<string, string> | undefined;
  for (let match = matchAt(ATTRIBUTE, text, at); match !== null; match = matchAt(ATTRIBUTE, text, at)) {
    at = ATTRIBUTE.lastIndex;
    const [, name = '', double, single] = match;
    const value = unescaped(double ?? single ?? '');
    attributes ??= new Map();
    if (value === undefined || attributes.has(name) || attributes.size >= ATTRIBUTES_MAX) return undefined;
    attributes.set(name, value);
    const declares = name === 'xmlns' ? '' : name.startsWith('xmlns:') ? name.slice('xmlns:'.length) : undefined;
    if (declares !== undefined) {
      namespaces ??= new Map(parent?.namespaces);
      namespaces.set(declares, value);
    }
  }
  const end = matchAt(TAG_END, text, at);
  if (end === null) return undefined;
  const known = namespaces ?? parent?.namespaces ?? NOTHING;
  const [name = '', prefix = ''] = qualified.split(':').reverse();
  const namespace = known.get(prefix);
  if (namespace === undefined && prefix !== '') return undefined;
  const element: Open = {
    name,
    qualified,
    namespace: namespace ?? '',
    attributes: attributes ?? NOTHING,
    children: [],
    text: '',
    namespaces: known,
  };
  return { element, at: TAG_END.lastIndex, isEmpty: end[1] === '/' };
}

const NOTHING: ReadonlyMap<string, string> = new Map();

/** `undefined` for a reference to nothing. */
function unescaped(text: string): string | undefined {
  if (!text.includes('&')) return text;
  if (/&(?!(?:lt|gt|amp|quot|apos|#\d{1,7}|#x[0-9A-Fa-f]{1,6});)/.test(text)) return undefined;
  let wrong = false;
  const plain = text.replace(/&(?:#(\d+)|#x([^;]+)|(\w+));/g, (_, decimal, hex, name) => {
    if (name !== undefined) return ENTITIES[name] as string;
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
    if (code > 0 && code <= 0x10_ffff) return String.fromCodePoint(code);
    wrong = true;
    return '';
  });
  return wrong ? undefined : plain;
}

const failure = (reason: XmlFailure['reason'], what: string): XmlFailure => ({ reason, sentence: `${what}.` });

/** What a document is written from: a name, and a text or what is in it. */
export type XmlPart = readonly [
  name: string,
  content: string | readonly XmlPart[],
  attributes?: Readonly<Record<string, string>>,
];

/** Without white space between elements. */
export function writeXml(part: XmlPart): string {
  const [name, content, attributes = {}] = part;
  const inside = typeof content === 'string' ? escaped(content) : content.map(writeXml).join('');
  const attributesText = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(value)}"`);
  return `<${name}${attributesText.join('')}>${inside}</${name}>`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '<': '&lt;',
  '>': '&gt;',
  '&': '&amp;',
  '"': '&quot;',
  "'": '&apos;',
};
const escaped = (text: string): string => text.replace(/[<>&"']/g, (character) => ESCAPES[character] as string);
