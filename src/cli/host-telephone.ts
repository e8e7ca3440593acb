import { join } from 'node:path';
import { CallbackServer } from '../adapters/callback-server.ts';
import { MessageFolder } from '../adapters/message-folder.ts';
import { MessageHttp } from '../adapters/message-http.ts';
import { MESSAGE_PATH, TelephoneWeb, VOICE_PATH } from '../adapters/telephone-web.ts';
import type { TalkPort } from '../api/index.ts';
import type { MessageCarrier, MessageServices } from '../host/index.ts';
import { HostedVoice, UssdGateway } from '../phone/index.ts';
import { CannotGoOn } from './failure.ts';
import type { HostConfiguration, ReadConfiguration } from './host-configuration.ts';
import { later, type Telephone } from './phone-desk.ts';
import { openSipTelephone } from './sip-telephone.ts';
import { WrongUse } from './usage.ts';
import { cannotWrite } from './write-whole.ts';

type TelephoneConfiguration = NonNullable<HostConfiguration['telephone']>;

interface Around {
  readonly telephone: Telephone;
  readonly messages: MessageServices;
  /** Where what was spoken is kept, below it. */
  readonly folder: string;
  /** Takes a sentence for the log. */
  readonly hear: (level: 'info' | 'warn', sentence: string) => void;
}

const SIP_PORT = 5_060;
const SPEECH_FOLDER = 'speech';
/** As short a key as this is guessed. */
const KEY_CHARACTERS_MIN = 16;

export interface HostTelephone {
  /** Where people speak with those who call, where a telephone carries speech. */
  readonly talks?: TalkPort;
  close(): Promise<void>;
}

/** The telephone of a host, as its configuration names it. @throws WrongUse, CannotGoOn */
export async function openHostTelephone(
  read: ReadConfiguration | undefined,
  { telephone: { desk }, messages, folder, hear }: Around,
): Promise<HostTelephone> {
  const telephone = read?.configuration.telephone;
  if (read === undefined || telephone === undefined) return { close: () => desk.close() };
  const warn = (sentence: string) => hear('warn', sentence);
  const { callbackPort, ussdKeyFile, voice, sip } = telephone;
  const told = toldOf(telephone.messages);
  const ussd = new UssdGateway(desk, { later, warn });
  const hosted =
    voice && new HostedVoice(desk, { url: `${originOf(voice.url)}${VOICE_PATH}`, person: voice.person }, later);
  const web = new TelephoneWeb({
    warn,
    ...(hosted !== undefined &&
      voice !== undefined && {
        voice: {
          url: originOf(voice.url),
          token: read.secret(voice.tokenFile),
          take: (form) => hosted.take(form),
          ended: (callSid) => hosted.ended(callSid),
        },
      }),
    ...(told !== undefined && {
      messages: { url: told.url, token: read.secret(told.tokenFile), news: (news) => messages.takeNews(news) },
    }),
    ...(ussdKeyFile !== undefined && {
      ussd: { key: keyIn(ussdKeyFile, read.secret(ussdKeyFile)), take: (form) => ussd.take(form) },
    }),
  });
  const ends: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const end of ends.splice(0)) await end();
    await desk.close();
  };
  try {
    if (callbackPort !== undefined) ends.push(await listening(web, callbackPort));
    if (sip !== undefined) {
      const { soundPorts, peers, registrar } = sip;
      const answering = await openSipTelephone(desk, {
        ...{ address: sip.address, port: sip.port ?? SIP_PORT, folder: join(folder, SPEECH_FOLDER), warn },
        ...(soundPorts && { soundPorts }),
        ...(peers && { peers }),
        inform: (sentence) => hear('info', sentence),
        ...(registrar && {
          registrar: {
            at: { address: registrar.address, port: registrar.port ?? SIP_PORT },
            ...{ domain: registrar.domain, user: registrar.user, password: read.secret(registrar.passwordFile) },
          },
        }),
      });
      ends.push(() => answering.close());
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { ...(sip !== undefined && { talks: desk.switchboard }), close };
}

/**
 * Who takes messages to households, as the configuration names it; nobody where it names none.
 * @throws WrongUse, CannotGoOn
 */
export function messageCarrierOf(
  read: ReadConfiguration | undefined,
  hear: Around['hear'],
): MessageCarrier | undefined {
  const named = read?.configuration.telephone?.messages;
  if (read === undefined || named === undefined) return undefined;
  if (named.type === 'folder') {
    const path = read.place(named.path);
    try {
      return new MessageFolder(path);
    } catch (error) {
      throw cannotWrite(path, error);
    }
  }
  const { account, tokenFile, from, url } = named;
  const told = toldOf(named);
  return new MessageHttp({
    ...{ account, from, token: read.secret(tokenFile), warn: (sentence) => hear('warn', sentence) },
    ...(url !== undefined && { url: originOf(url) }),
    ...(told !== undefined && { statusUrl: `${told.url}${MESSAGE_PATH}` }),
  });
}

/** Where states of messages are told, and how they are signed. */
function toldOf(named: TelephoneConfiguration['messages']) {
  if (named?.type !== 'twilio' || named.callbackUrl === undefined) return undefined;
  return { url: originOf(named.callbackUrl), tokenFile: named.tokenFile };
}

/** @returns what ends it */
async function listening(web: TelephoneWeb, port: number): Promise<() => Promise<void>> {
  const callbacks = new CallbackServer((path, body, headers) => web.take(path, body, headers));
  try {
    await callbacks.listen(port, '127.0.0.1');
  } catch {
    throw new CannotGoOn(`Port ${port} for callbacks of the telephone is taken: name another as callbackPort.`);
  }
  return () => callbacks.close();
}

/** Without a stroke at its end. */
const originOf = (url: string): string => url.replace(/\/+$/, '');

function keyIn(path: string, key: string): string {
  if (new RegExp(`^[\\w-]{${KEY_CHARACTERS_MIN},128}$`).test(key)) return key;
  throw new WrongUse(
    `The key of USSD callbacks in ${path} is none: give ${KEY_CHARACTERS_MIN} to 128 letters, digits, hyphens or underscores.`,
  );
}
