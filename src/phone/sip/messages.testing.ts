/** Requests as telephones send them, to be changed in one place or another. */
export interface RequestParts {
  readonly method?: string;
  readonly uri?: string;
  readonly branch?: string;
  readonly toTag?: string;
  readonly fromTag?: string;
  readonly callId?: string;
  readonly cseq?: number;
  readonly more?: readonly string[];
  readonly body?: string;
  readonly type?: string;
  readonly from?: string;
}

export const SDP = [
  ...['v=0', 'o=- 1 1 IN IP4 192.0.2.7', 's=-', 'c=IN IP4 192.0.2.7', 't=0 0', 'm=audio 4000 RTP/AVP 8 0 101'],
  ...['a=rtpmap:101 telephone-event/8000', 'a=fmtp:101 0-15', ''],
].join('\r\n');

export function requestText({
  method = 'INVITE',
  uri = 'sip:office@192.0.2.1',
  branch = 'z9hG4bK1',
  toTag = '',
  fromTag = 'ft',
  callId = 'call-1',
  cseq = 1,
  more = [],
  body = '',
  type = 'application/sdp',
  from = '"Kim" <sip:+821012345678@192.0.2.7>',
}: RequestParts = {}): string {
  return [
    `${method} ${uri} SIP/2.0`,
    `Via: SIP/2.0/UDP 192.0.2.7:5062;branch=${branch}`,
    'Max-Forwards: 70',
    `From: ${from};tag=${fromTag}`,
    `To: <sip:office@192.0.2.1>${toTag === '' ? '' : `;tag=${toTag}`}`,
    `Call-ID: ${callId}`,
    `CSeq: ${cseq} ${method}`,
    'Contact: <sip:kim@192.0.2.7:5062>',
    ...more,
    ...(body === '' ? [] : [`Content-Type: ${type}`]),
    `Content-Length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n');
}

export const requestBytes = (parts: RequestParts = {}): Uint8Array => new TextEncoder().encode(requestText(parts));
