import assert from 'node:assert/strict';
import { test } from 'node:test';
import { numberOf } from './dialog.ts';
import { headerOf, listOf, parseSip, parseSipAddress, printSip, type SipRequest } from './message.ts';
import { requestText, SDP } from './messages.testing.ts';

const read = (text: string) => parseSip(new TextEncoder().encode(text));
const request = (text: string): SipRequest => {
  const message = read(text);
  assert.ok(!('reason' in message) && message.type === 'request', JSON.stringify(message));
  return message;
};
const reason = (text: string) => (read(text) as { reason?: string }).reason;

test('a request is read with its fields, its body as long as it says, and what it was printed from', () => {
  const message = request(`${requestText({ body: SDP })}and more`);
  assert.deepEqual(
    [message.method, message.uri, message.body, headerOf(message, 'call-id')],
    ['INVITE', 'sip:office@192.0.2.1', SDP, 'call-1'],
  );
  const printed = printSip(
    'SIP/2.0 200 OK',
    [
      ['Via', 'v'],
      ['From', 'f'],
      ['To', 't'],
      ['Call-ID', 'c'],
      ['CSeq', '1 BYE'],
    ],
    'é',
  );
  const response = parseSip(printed);
  assert.ok(!('reason' in response) && response.type === 'response');
  assert.deepEqual([response.status, response.body, headerOf(response, 'content-length')], [200, 'é', '2']);
});

test('a name in UTF-8 goes back byte by byte, and so does one that is none', () => {
  const from = Buffer.concat([
    Buffer.from('"김" <sip:kim@192.0.2.7>;tag="'),
    Buffer.of(0xe0, 0x41, 0xff),
    Buffer.from('"'),
  ]);
  const [before, after] = requestText({}).split(/(?<=From: ).*(?=\r\n)/) as [string, string];
  const message = parseSip(Buffer.concat([Buffer.from(before), from, Buffer.from(after)]));
  assert.ok(!('reason' in message));
  const printed = printSip('SIP/2.0 200 OK', [['From', headerOf(message, 'from') ?? '']]);
  assert.ok(Buffer.from(printed).includes(Buffer.concat([Buffer.from('From: '), from, Buffer.from('\r\n')])));
});

test('folded lines, compact names, odd blanks, unknown fields and escapes are read as they are meant', () => {
  const text = [
    'INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0',
    't: sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n',
    'f   : "Kim \\\\\\"x\\", <y>"       <sip:%2B82101234567%38@example.com>',
    '  ;',
    '  tag = 98asjd8',
    'MaX-fOrWaRdS: 0068',
    'i: wsinv.ndaksdj@192.0.2.1',
    'cseq: 0009',
    '  INVITE',
    'v  : SIP  /   2.0',
    ' /UDP',
    '    192.0.2.2;branch=390skdjuw',
    'NewFangledHeader:   newfangled value',
    ' continued newfangled value',
    'l: 0',
    'Via: SIP/2.0/TCP a;branch=x, SIP/2.0/UDP b;branch="y,z"',
    '',
    '',
  ].join('\r\n');
  const message = request(text);
  assert.equal(headerOf(message, 'newfangledheader'), 'newfangled value continued newfangled value');
  assert.equal(headerOf(message, 'cseq'), '0009 INVITE');
  assert.equal(listOf(message.headers.get('via')).length, 3);
  assert.equal(parseSipAddress(headerOf(message, 'from') ?? '')?.parameters.get('tag'), '98asjd8');
  assert.equal(numberOf(message), '821012345678');
});

test('a keep-alive is nothing, a line end in front and bare line feeds are no harm', () => {
  for (const text of ['', '\r\n\r\n', '\n', '   ']) assert.equal(reason(text), 'empty');
  assert.equal(request(`\r\n\r\n${requestText()}`).method, 'INVITE');
  assert.equal(request(requestText().replaceAll('\r\n', '\n')).method, 'INVITE');
});

test('what is no message is refused with its reason, and can be answered where enough of it was read', () => {
  const good = requestText({ body: SDP });
  const cases: readonly (readonly [string, string])[] = [
    [good.replace('SIP/2.0', 'SIP/7.0'), 'version-wrong'],
    [good.replace('INVITE sip', 'INVITE  sip'), 'first-line-wrong'],
    [good.replace('192.0.2.1 SIP', '192.0.2.1; x=1 SIP'), 'first-line-wrong'],
    ['SIP/2.0 4294967301 better not break the receiver\r\n\r\n', 'first-line-wrong'],
    ['SIP/2.0 099 x\r\n\r\n', 'first-line-wrong'],
    [good.replace('Via:', 'Vix:'), 'field-missing'],
    [good.replace(/Call-ID: .*\r\n/, ''), 'field-missing'],
    [good.replace('CSeq: 1 INVITE', 'CSeq: 36893488147419103232 INVITE'), 'header-wrong'],
    [good.replace('CSeq: 1 INVITE', 'CSeq: 1 BYE'), 'header-wrong'],
    [good.replace('CSeq: 1 INVITE', 'CSeq: INVITE'), 'header-wrong'],
    [good.replace(/Content-Length: \d+/, 'Content-Length: 9999'), 'body-short'],
    [good.replace(/Content-Length: \d+/, 'Content-Length: -999'), 'header-wrong'],
    [good.replace('Max-Forwards: 70', 'Max-Forwards: 70\r\nMax-Forwards: 5'), 'header-wrong'],
    [good.replace('Max-Forwards', 'Max Forwards'), 'header-wrong'],
    [good.replace('Max-Forwards: 70', Array.from({ length: 99 }, (_, i) => `X-${i}: y`).join('\r\n')), 'header-wrong'],
    [`${good}${' '.repeat(9_000)}`, 'too-long'],
  ];
  for (const [text, wanted] of cases) assert.equal(reason(text), wanted, text.slice(0, 60));
  const answerable = read(good.replace(/Content-Length: \d+/, 'Content-Length: 9999'));
  assert.equal('request' in answerable && answerable.request?.method, 'INVITE');
  assert.ok(!('request' in read(good.replace('Via:', 'Vix:'))));
});

test('the calling number is what is digits with a country, however it is written, and nothing else', () => {
  const from = (value: string, more: readonly string[] = []) => numberOf(request(requestText({ from: value, more })));
  assert.equal(from('<sip:+82-10-1234-5678@x>'), '821012345678');
  assert.equal(from('<tel:+82(10)12345678>'), '821012345678');
  assert.equal(from('sip:00821012345678@x'), '821012345678');
  assert.equal(from('<sip:821012345678;isub=1@x>'), '821012345678');
  for (const none of ['<sip:anonymous@x>', '<sip:x>', 'sip:0101234@x', '<sip:1@x>', '<sip:99999999999999999@x>']) {
    assert.equal(from(none), undefined, none);
  }
  assert.equal(from('<sip:anonymous@x>', ['P-Asserted-Identity: "K" <sip:+821012345678@trunk>']), '821012345678');
});
