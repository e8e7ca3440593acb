import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Key } from '../../../src/phone/index.ts';

/** How a telephone tells its keys. */
export type Way = 'event' | 'info' | 'tone';

/** What somebody does at the telephone, in its order. */
export type Deed = { readonly type: 'wait'; readonly ms: number } | { readonly type: 'press'; readonly keys: string };

export interface SippCall {
  readonly folder: string;
  readonly port: number;
  readonly way: Way;
  readonly from: string;
  readonly deeds: readonly Deed[];
  /** Of the loopback, from which it calls; 127.0.0.1 where absent. */
  readonly address?: string;
  readonly calls?: { readonly count: number; readonly perSecond: number };
}

const CAPTURES = '/usr/share/sip-tester';
/** Between two keys. */
const KEY_MS = 450;
const NAMES: Readonly<Partial<Record<string, string>>> = { '*': 'star', '#': 'pound' };

/** Calls with sipp, a foreign telephone. @returns its exit code, 0 where every call went as it should, and what it said */
export async function callBySipp(call: SippCall): Promise<{ readonly code: number | null; readonly said: string }> {
  const path = join(call.folder, `${call.way}.xml`);
  writeFileSync(path, scenario(call));
  const { count, perSecond } = call.calls ?? { count: 1, perSecond: 1 };
  const args = ['-sf', path, '-m', String(count), '-r', String(perSecond), '-l', String(count)];
  const at = ['-i', call.address ?? '127.0.0.1'];
  const more = ['-p', '0', '-mp', '20000', '-nostdin', '-timeout', '120', '-timeout_error'];
  const child = spawn('sipp', [...args, ...at, ...more, `127.0.0.1:${call.port}`], { cwd: call.folder });
  let said = '';
  child.stderr.on('data', (text: Buffer) => {
    said += text;
  });
  child.stdout.resume();
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, said };
}

/** A key as it sounds, in a file of the folder. */
export const toneFile = (key: Key): string => `tone-${NAMES[key] ?? key}.ul`;

function scenario({ way, from, deeds, folder }: SippCall): string {
  let cseq = 1;
  const press = (key: string): string => {
    const name = NAMES[key] ?? key;
    if (way === 'event') return `${run(`play_pcap_audio="${CAPTURES}/dtmf_2833_${name}.pcap"`)}${pause(KEY_MS)}`;
    if (way === 'tone') return `${run(`rtp_stream="${join(folder, toneFile(key as Key))},1,0"`)}${pause(KEY_MS)}`;
    const body = `Signal=${key}\nDuration=160\n`;
    return `${send('INFO', ++cseq, from, ['Content-Type: application/dtmf-relay'], body)}<recv response="200"/>`;
  };
  const done = deeds.map((deed) => (deed.type === 'wait' ? pause(deed.ms) : [...deed.keys].map(press).join('\n')));
  const events =
    way === 'event'
      ? ['m=audio [auto_media_port] RTP/AVP 0 101', 'a=rtpmap:101 telephone-event/8000', 'a=fmtp:101 0-15']
      : [];
  // Tones are streamed from a port of its own kind.
  const plain = [`m=audio [${way === 'tone' ? 'rtpstream_audio_port' : 'auto_media_port'}] RTP/AVP 0`];
  const sdp = [
    ...['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0'],
    ...(events.length > 0 ? events : plain),
    'a=rtpmap:0 PCMU/8000',
  ].join('\n');
  return `<?xml version="1.0" encoding="ISO-8859-1" ?><scenario name="${way}">
${send('INVITE', 1, from, ['Content-Type: application/sdp'], sdp)}
<recv response="100" optional="true"/>
<recv response="200"/>
${send('ACK', 1, from, [], '')}
${done.join('\n')}
${send('BYE', ++cseq, from, [], '')}
<recv response="200"/>
</scenario>`;
}

const pause = (ms: number): string => `<pause milliseconds="${ms}"/>`;
const run = (action: string): string => `<nop><action><exec ${action}/></action></nop>`;

function send(method: string, cseq: number, from: string, headers: readonly string[], body: string): string {
  const tag = method === 'INVITE' ? '' : '[peer_tag_param]';
  return `<send${method === 'ACK' ? '' : ' retrans="500"'}><![CDATA[
${method} sip:office@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:${from}@[local_ip]:[local_port]>;tag=[call_number]
To: <sip:office@[remote_ip]:[remote_port]>${tag}
Call-ID: [call_id]
CSeq: ${cseq} ${method}
Contact: <sip:sipp@[local_ip]:[local_port]>
Max-Forwards: 70
${headers.map((header) => `${header}\n`).join('')}Content-Length: [len]

${body}]]></send>`;
}
