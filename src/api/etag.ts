import { hash } from 'node:crypto';

/** Names what an answer says: the same bytes, the same tag. RFC 9110 §8.8.3 */
export const etagOf = (body: string | Buffer): string => `"${hash('sha256', body, 'base64url').slice(0, 22)}"`;

/** Whether one of the tags in If-None-Match is this one; weak or strong counts for nothing here. RFC 9110 §13.1.2 */
export const matches = (wanted: string, etag: string): boolean =>
  wanted === '*' || wanted.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
