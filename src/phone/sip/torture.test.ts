import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PEER, SipRig } from './agent.testing.ts';
import type { SipMessage } from './message.ts';
import { requestBytes } from './messages.testing.ts';

/** What is said of sound in most of these messages. */
const SDP = [
  ...['v=0', 'o=mhandley 29739 7272939 IN IP4 192.0.2.3', 's=-', 'c=IN IP4 192.0.2.4', 't=0 0'],
  ...['m=audio 49217 RTP/AVP 0 12', 'm=video 3227 RTP/AVP 31', 'a=rtpmap:31 LPC', ''],
].join('\r\n');

interface Parts {
  readonly uri?: string;
  readonly version?: string;
  /** In place of what stands there otherwise; nothing to leave it out. */
  readonly fields?: Readonly<Record<string, string | undefined>>;
  readonly more?: readonly string[];
  readonly body?: string;
}

/** A whole request, of which a case changes what it is about. */
function message(
  method: string,
  { uri = 'sip:user@example.com', version = 'SIP/2.0', fields = {}, more = [], body = '' }: Parts = {},
): string {
  const usual: Record<string, string | undefined> = {
    Via: 'SIP/2.0/UDP host1.example.com:5060;branch=z9hG4bK-39234-23523',
    To: 'sip:user@example.com',
    From: 'sip:caller@example.net;tag=93942939o2',
    'Max-Forwards': '70',
    'Call-ID': 'torture.0ha0isndaksdj@10.0.1.1',
    CSeq: `8 ${method}`,
    Contact: '<sip:caller@host5.example.net>',
    ...(body !== '' && { 'Content-Type': 'application/sdp' }),
    'Content-Length': String(Buffer.byteLength(body)),
    ...fields,
  };
  const lines = Object.entries(usual).flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`]));
  return [`${method} ${uri} ${version}`, ...more, ...lines, '', body].join('\r\n');
}

const invite = (parts: Parts = {}): string => message('INVITE', { body: SDP, ...parts });
const response = (line: string): string => message('INVITE').replace(/^.*\r\n/, `${line}\r\n`);
const long = (text: string, times: number): string => text.repeat(times);

/**
 * What each comes to; nothing where it is not answered at all: of a first line that is none nobody knows what it asked.
 * Separators that are too many in Via and Contact hurt nobody.
 */
const CASES: readonly (readonly [section: string, text: string, status: number | undefined])[] = [
  [
    '3.1.1.1 a short tortuous INVITE, in a dialog that there is not',
    [
      ...['INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0', 'TO :'],
      ...[
        ' sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n',
        'from   : "J Rosenberg \\\\\\""       <sip:jdrosen@example.com>',
      ],
      ...['  ;', '  tag = 98asjd8', 'MaX-fOrWaRdS: 0068', 'Call-ID: wsinv.ndaksdj@192.0.2.1'],
      ...[`Content-Length   : ${SDP.length}`, 'cseq: 0009', '  INVITE', 'Via  : SIP  /   2.0', ' /UDP'],
      ...[
        '    192.0.2.2;branch=390skdjuw',
        's :',
        'NewFangledHeader:   newfangled value',
        ' continued newfangled value',
      ],
      ...['UnknownHeaderWithUnusualValue: ;;,,;;,;', 'Content-Type: application/sdp', 'Route:'],
      ...[
        ' <sip:services.example.com;lr;unknownwith=value;unknown-no-value>',
        'v:  SIP  / 2.0  / TCP     spindle.example.com   ;',
      ],
      ...['  branch  =   z9hG4bK9ikj8  ,', ' SIP  /    2.0   / UDP  192.168.255.111   ; branch=', ' z9hG4bK30239'],
      ...[
        'm:"Quoted string \\"\\"" <sip:jdrosen@example.com> ; newparam =',
        '      newvalue ;',
        '  secondparam ; q = 0.33',
        '',
        SDP,
      ],
    ].join('\r\n'),
    481,
  ],
  [
    '3.1.1.2 a wide range of valid characters',
    message("!interesting-Method0123456789_*+`.%indeed'~", {
      uri: "sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com",
      fields: { "extensionHeader-!.%*+_`'~": '\ufeff大停電' },
    }),
    405,
  ],
  ['3.1.1.3 valid use of % in a URI', invite({ uri: 'sip:sips%3Auser%40example.com@example.net' }), 200],
  [
    '3.1.1.4 escaped nulls in URIs',
    message('REGISTER', {
      fields: {
        To: 'sip:null-%00-null@example.com',
        From: 'sip:null-%00-null@example.com;tag=1',
        Contact: '<sip:%00@host5.example.com>, <sip:%00%00@host5.example.com>',
      },
    }),
    405,
  ],
  [
    '3.1.1.5 % where it is no escape',
    message('RE%47IST%45R', {
      fields: { To: '"%Z%45" <sip:resource@example.com>', From: '"%Z%45" <sip:resource@example.com>;tag=f232jadfj23' },
    }),
    405,
  ],
  [
    '3.1.1.6 no blank between a display name and <',
    message('OPTIONS', { fields: { From: 'caller<sip:caller@example.com>;tag=323' } }),
    200,
  ],
  [
    '3.1.1.7 long values in fields',
    invite({
      uri: `sip:user@example.com`,
      fields: {
        To: `"I have a user name of ${long('extreme', 10)} proportion"<sip:user@example.com:6000;unknownparam1=very${long('long', 20)}value;longparam${long('name', 25)}=shortvalue>`,
        From: `sip:${long('amazinglylongcallername', 5)}@example.net;tag=12${long('982', 50)}424;unknownheaderparam${long('name', 20)}=unknownheaderparam${long('value', 15)}`,
        'Call-ID': `longreq.one${long('really', 20)}longcallid`,
        Via: Array.from({ length: 34 }, (_, i) => `SIP/2.0/TCP sip${33 - i}.example.com`)
          .join(', ')
          .replace('TCP sip33', 'UDP sip33'),
      },
    }),
    200,
  ],
  [
    '3.1.1.8 a second request behind the first in one datagram',
    `${message('REGISTER', { fields: { 'Call-ID': 'dblreq.0ha' } })}${invite()}`,
    405,
  ],
  [
    '3.1.1.9 a semicolon in the user part',
    message('OPTIONS', { uri: 'sip:user;par=u%40example.net@example.com' }),
    200,
  ],
  [
    '3.1.1.10 several transports in Via, known and not',
    message('OPTIONS', {
      fields: {
        Via: 'SIP/2.0/UDP t1.example.com;branch=z9hG4bKkdjuw, SIP/2.0/SCTP t2.example.com;branch=z9hG4bKklasjdhf, SIP/2.0/TLS t3.example.com;branch=z9hG4bK2980unddj, SIP/2.0/UNKNOWN t4.example.com;branch=z9hG4bKasd0f3en',
      },
    }),
    200,
  ],
  [
    '3.1.1.11 a MIME message of several parts',
    message('MESSAGE', {
      fields: { 'Content-Type': 'multipart/mixed;boundary=7a9cbec02ceef655' },
      body: '--7a9cbec02ceef655\r\nContent-Type: text/plain\r\n\r\nHello\r\n--7a9cbec02ceef655--',
    }),
    405,
  ],
  ['3.1.1.12 a reason in UTF-8', response('SIP/2.0 200 = 2**3 * 5**2 но сто девяносто девять - простое'), undefined],
  ['3.1.1.13 no reason at all', response('SIP/2.0 100 '), undefined],
  [
    '3.1.2.1 separators that are too many',
    invite({ fields: { Via: 'SIP/2.0/UDP 192.0.2.15;;,;,,', Contact: '"Joe" <sip:joe@example.org>;;;;' } }),
    200,
  ],
  ['3.1.2.2 a length that is longer than the message', invite({ fields: { 'Content-Length': '9999' } }), 400],
  ['3.1.2.3 a length below zero', invite({ fields: { 'Content-Length': '-999' } }), 400],
  [
    '3.1.2.4 numbers that are too large in a request',
    message('REGISTER', {
      fields: { CSeq: '36893488147419103232 REGISTER', 'Max-Forwards': '300', Expires: `1${'0'.repeat(40)}` },
    }),
    undefined,
  ],
  [
    '3.1.2.5 numbers that are too large in a response',
    response('SIP/2.0 503 Service Unavailable').replace('CSeq: 8', 'CSeq: 9292394834772304023312'),
    undefined,
  ],
  ['3.1.2.6 a quotation that does not end', invite({ fields: { To: '"Mr. J. User <sip:j.user@example.com>' } }), 400],
  [
    '3.1.2.6 the same of whoever calls',
    invite({ fields: { From: '"Mr. J. User <sip:j.user@example.com>;tag=98asjd8' } }),
    400,
  ],
  ['3.1.2.7 a request URI in angle brackets', invite({ uri: '<sip:user@example.com>' }), 416],
  ['3.1.2.8 a blank in the request URI', invite({ uri: 'sip:user@example.com; lr' }), undefined],
  ['3.1.2.9 several blanks in the first line', invite({ uri: ' sip:user@example.com ' }), undefined],
  ['3.1.2.10 blanks behind the first line', message('OPTIONS', { version: 'SIP/2.0  ' }), undefined],
  ['3.1.2.11 fields in the request URI', invite({ uri: 'sip:user@example.com?Route=%3Csip:example.com%3E' }), 200],
  ['3.1.2.12 a zone that is none in Date', invite({ fields: { Date: 'Fri, 01 Jan 2010 16:00:00 EST' } }), 200],
  [
    '3.1.2.13 a Contact with parameters of nobody knows what',
    message('REGISTER', { fields: { Contact: 'sip:user@example.com?Route=%3Csip:sip.example.com%3E' } }),
    405,
  ],
  [
    '3.1.2.14 blanks within the brackets of an address',
    message('OPTIONS', { fields: { To: '"Watson, Thomas" < sip:t.watson@example.org >' } }),
    200,
  ],
  [
    '3.1.2.15 a comma in a name without quotation marks',
    message('OPTIONS', { fields: { From: 'Bell, Alexander <sip:a.g.bell@example.com>;tag=43' } }),
    200,
  ],
  ['3.1.2.16 another version of the protocol', message('OPTIONS', { version: 'SIP/7.0' }), 505],
  ['3.1.2.17 a CSeq of another method', message('OPTIONS', { fields: { CSeq: '8 INVITE' } }), 400],
  ['3.1.2.18 the same of a method that nobody knows', message('NEWMETHOD', { fields: { CSeq: '8 INVITE' } }), 400],
  ['3.1.2.19 a status that is too large', response('SIP/2.0 4294967301 better not break the receiver'), undefined],
  [
    '3.2.1 a branch with nothing behind the cookie',
    message('OPTIONS', { fields: { Via: 'SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK' } }),
    200,
  ],
  [
    '3.3.1 fields that are missing',
    invite({ fields: { 'Call-ID': undefined, From: undefined, To: undefined } }),
    undefined,
  ],
  ['3.3.2 a scheme that nobody knows', message('OPTIONS', { uri: 'nobodyKnowsThisScheme:totallyopaquecontent' }), 416],
  [
    '3.3.3 a scheme that is known, and not of telephones',
    message('OPTIONS', { uri: 'soap.beep://192.0.2.103:3002' }),
    416,
  ],
  [
    '3.3.4 such schemes in fields',
    message('REGISTER', {
      fields: { To: 'isbn:2983792873', From: '<http://www.example.com>;tag=3234233', Contact: '<name:John_Smith>' },
    }),
    405,
  ],
  [
    '3.3.5 an extension that is required and not known',
    message('OPTIONS', { more: ['Require: nothingSupportsThis, nothingSupportsThisEither'] }),
    420,
  ],
  [
    '3.3.6 a body of a type that nobody knows',
    invite({
      fields: { 'Content-Type': 'application/unknownformat' },
      body: '<audio>\r\n <pcmu port="443"/>\r\n</audio>\r\n',
    }),
    415,
  ],
  [
    '3.3.7 a way to prove oneself that nobody knows',
    message('REGISTER', { fields: { Authorization: 'NoOneKnowsThisScheme opaque-data=here' } }),
    405,
  ],
  [
    '3.3.8 fields that may stand once, twice',
    invite({
      more: [
        'Call-ID: multi01.98asdh@192.0.2.1',
        'CSeq: 59 INVITE',
        'From: sip:caller@example.com;tag=3413415874',
        'To: sip:user2@example.com',
        'Max-Forwards: 5',
      ],
    }),
    400,
  ],
  [
    '3.3.9 several lengths',
    message('OPTIONS', {
      more: ['Content-Length: 13'],
      fields: { 'Content-Length': '5' },
      body: "There's no way to know how many octets are supposed to be here.",
    }),
    400,
  ],
  [
    '3.3.10 a response to a broadcast address',
    response('SIP/2.0 200 OK').replace('host1.example.com', '192.0.2.255'),
    undefined,
  ],
  ['3.3.11 no more hops', message('OPTIONS', { fields: { 'Max-Forwards': '0' } }), 200],
  [
    '3.3.12 and 13 parameters of a Contact, of it and of its URI',
    message('REGISTER', {
      fields: { Contact: 'sip:+19725552222@gw1.example.net;unknownparam, <sip:+1@gw1.example.net;unknownparam>' },
    }),
    405,
  ],
  [
    '3.3.14 an escaped field in a Contact',
    message('REGISTER', { fields: { Contact: '<sip:user@example.com?Route=%3Csip:sip.example.com%3E>' } }),
    405,
  ],
  ['3.3.15 an Accept of a type that nobody knows', invite({ fields: { Accept: 'text/nobodyKnowsThis' } }), 200],
  [
    '3.4.1 an INVITE of RFC 2543',
    invite({ fields: { Via: 'SIP/2.0/UDP iftgw.example.com', 'Max-Forwards': undefined } }),
    200,
  ],
];

const statusOf = (told: SipMessage | undefined) => (told?.type === 'response' ? told.status : undefined);

// RFC 4475
test('each message of the torture tests is answered as a telephone may answer it, and the next call is served', async () => {
  const found: string[] = [];
  for (const [section, text, status] of CASES) {
    const rig = await SipRig.open();
    const answer = statusOf(await rig.receive(new TextEncoder().encode(text)));
    if (answer !== status) found.push(`${section}: ${answer} in place of ${status}`);
    const calls = status === 200 && text.startsWith('INVITE') ? 1 : 0;
    if (rig.agent.calls.length !== calls) found.push(`${section}: ${rig.agent.calls.length} calls`);
    assert.equal(rig.phone.rig.till.bank.accounts.size, 0, section);
    const next = await rig.receive(requestBytes({ method: 'OPTIONS', branch: 'z9hG4bKnext', callId: 'next' }), PEER);
    assert.equal(statusOf(next), 200, section);
  }
  assert.deepEqual(found, []);
});
