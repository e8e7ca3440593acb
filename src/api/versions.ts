import type { preHandlerAsyncHookHandler } from 'fastify';
import type { HostByName, Thing, ThingType } from '../host/index.ts';
import { callerOn } from './caller.ts';
import { versionIn, versionOf } from './etag.ts';
import { Problem } from './problem.ts';

/** The thing of a route, and the part of its address that names which one. */
export interface ThingOfRoute {
  readonly type: ThingType;
  /** Absent where there is one alone, or each person has one. */
  readonly param?: string;
}

/**
 * Before a thing is shown, it is written down how it is: an answer that is younger is refused as too old, and none that
 * is older is taken. Before one is changed, it is read which one was seen.
 */
export const versioned = ({ type, param }: ThingOfRoute, host: HostByName): preHandlerAsyncHookHandler =>
  async function versionedThing(request) {
    const id = param === undefined ? callerOfThing(type, request) : (request.params as Record<string, string>)[param];
    const thing: Thing = { type, id: id as string };
    if (request.method === 'GET') {
      request.version = versionOf(await host.stateOf(thing));
      return;
    }
    const wanted = wantedVersions(request.headers['if-match']);
    request.seen = {
      thing,
      isStill: (state) => wanted === undefined || wanted.includes(versionOf(state)),
      became: (state) => {
        request.version = versionOf(state);
      },
    };
  };

const callerOfThing = (type: ThingType, request: Parameters<typeof callerOn>[0]): string =>
  type === 'shift' ? callerOn(request).by : '';

/** What If-Match names; nothing where all is well. RFC 9110 §13.1.1 */
function wantedVersions(header: string | undefined): readonly string[] | undefined {
  if (header === undefined || header.trim() === '*') return undefined;
  return header.split(',').map((tag) => {
    const version = versionIn(tag.trim());
    if (version === undefined) throw new Problem('input-wrong', 'If-Match has ETags as they were given, or *.');
    return version;
  });
}
