import { isMetastream, originalStreamOf } from './stream-metadata.js';
import type { StreamAcl } from './stream-metadata.js';
import type { StreamReader } from './stream-reader.js';

export type StreamAction = 'read' | 'write' | 'delete';

export const ALL_STREAM = '$all';

const EVERYBODY = '$all';
const ADMINS = '$admins';

/**
 * Whether somebody may do something with a stream. Administrators may do everything that can be done at all. Others
 * need a role or their name in the stream's access list; where that says nothing, ordinary streams are open to every
 * user and system streams to administrators.
 */
export function mayAccess(
  streams: StreamReader,
  caller: { readonly name: string; readonly roles: readonly string[] },
  action: StreamAction,
  stream: string,
): boolean {
  if (stream === ALL_STREAM && action !== 'read') return false;
  const meta = isMetastream(stream);
  if (meta && action === 'delete') return false;
  if (caller.roles.includes(ADMINS)) return true;
  const original = meta ? originalStreamOf(stream) : stream;
  const acl = streams.metadata(original).acl;
  const defaults = [original.startsWith('$') ? ADMINS : EVERYBODY];
  const roles = (acl === undefined ? undefined : acl[accessKey(action, meta)]) ?? defaults;
  return roles.some((role) => role === EVERYBODY || role === caller.name || caller.roles.includes(role));
}

function accessKey(action: StreamAction, meta: boolean): keyof StreamAcl {
  if (action === 'delete') return 'delete';
  if (action === 'read') return meta ? 'metaRead' : 'read';
  return meta ? 'metaWrite' : 'write';
}
