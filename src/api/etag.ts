import { hash } from 'node:crypto';

const digest = (of: string | Buffer): string => hash('sha256', of, 'base64url').slice(0, 22);

/**
 * Names what an answer says: the same bytes, the same tag. RFC 9110 §8.8.3
 * @param version of the thing that it shows, which stands in the tag before the rest, so that a change can be asked for
 *   of that thing as it was, whatever else the answer told
 */
export const etagOf = (body: string | Buffer, version?: string): string =>
  `"${version === undefined ? '' : `${version}.`}${digest(body)}"`;

/** Names the state of a thing. */
export const versionOf = digest;

/** The version in a tag that was given with a thing, or nothing where it is no such tag. */
export const versionIn = (etag: string): string | undefined => /^"([\w-]{22})\.[\w-]{22}"$/.exec(etag)?.[1];

/** Whether one of the tags in If-None-Match is this one; weak or strong counts for nothing here. RFC 9110 §13.1.2 */
export const matches = (wanted: string, etag: string): boolean =>
  wanted === '*' || wanted.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
