import { DELETED_REVISION } from '../store/record.js';

/** Who may do what with a stream: names of users and roles. A missing list leaves the default in force. */
export interface StreamAcl {
  readonly read?: readonly string[];
  readonly write?: readonly string[];
  readonly delete?: readonly string[];
  readonly metaRead?: readonly string[];
  readonly metaWrite?: readonly string[];
}

/** The part of a stream's metadata that the node itself honours. */
export interface StreamMetadata {
  readonly maxCount?: number;
  readonly maxAgeMs?: number;
  /** `DELETED_REVISION` marks a soft-deleted stream. */
  readonly truncateBefore?: number;
  readonly acl?: StreamAcl;
}

export const NO_METADATA: StreamMetadata = {};

/** Of a metadata stream only the newest event is ever read. */
export const METADATA_OF_METASTREAMS: StreamMetadata = { maxCount: 1 };

/** 2^63 - 1 in JSON, as soft deletion writes it; JavaScript reads it as 2^63. */
const SOFT_DELETED = 2 ** 63;

/** What soft deletion leaves as the whole metadata: whatever else was set is gone. */
export const SOFT_DELETION = Buffer.from('{"$tb":9223372036854775807}');

export const METADATA_TYPE = '$metadata';

export function isMetastream(stream: string): boolean {
  return stream.startsWith('$$');
}

export function metastreamOf(stream: string): string {
  return `$$${stream}`;
}

export function originalStreamOf(metastream: string): string {
  return metastream.slice(2);
}

export function isSoftDeleted(metadata: StreamMetadata): boolean {
  return metadata.truncateBefore === DELETED_REVISION;
}

/** What is malformed anywhere counts for nothing as a whole; a number out of its range counts as not given. */
export function parseStreamMetadata(isJson: boolean, data: Buffer): StreamMetadata {
  if (!isJson || data.length === 0) return NO_METADATA;
  try {
    const json = asObject(JSON.parse(data.toString()));
    const maxCount = integer(json['$maxCount']);
    const maxAge = integer(json['$maxAge']);
    const truncateBefore = integer(json['$tb']);
    boolean(json['$tmp']);
    integer(json['$cacheControl']);
    const acl = json['$acl'] === undefined ? undefined : parseAcl(asObject(json['$acl']));
    return {
      ...(maxCount !== undefined && maxCount > 0 && { maxCount }),
      ...(maxAge !== undefined && maxAge > 0 && { maxAgeMs: maxAge * 1000 }),
      ...(truncateBefore !== undefined && truncateBefore >= 0 && { truncateBefore: revision(truncateBefore) }),
      ...(acl !== undefined && { acl }),
    };
  } catch {
    return NO_METADATA;
  }
}

/** The same metadata with another `$tb`, or null when it is no JSON object. */
export function withTruncateBefore(data: Buffer, truncateBefore: number): Buffer | null {
  try {
    return Buffer.from(JSON.stringify({ ...asObject(JSON.parse(data.toString())), $tb: truncateBefore }));
  } catch {
    return null;
  }
}

function revision(truncateBefore: number): number {
  return truncateBefore === SOFT_DELETED ? DELETED_REVISION : truncateBefore;
}

function asObject(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError('no JSON object');
  return value as Record<string, unknown>;
}

function integer(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value) || Math.abs(value) > SOFT_DELETED) {
    throw new TypeError('no integer of 64 bits');
  }
  return value;
}

function boolean(value: unknown): void {
  if (value !== undefined && typeof value !== 'boolean') throw new TypeError('no boolean');
}

function parseAcl(json: Record<string, unknown>): StreamAcl {
  const roles = (key: string): readonly string[] | undefined => {
    const value = json[key];
    if (value === undefined) return undefined;
    if (typeof value === 'string') return [value];
    if (!Array.isArray(value) || !value.every((role) => typeof role === 'string')) throw new TypeError('no roles');
    return value;
  };
  const acl = {
    read: roles('$r'),
    write: roles('$w'),
    delete: roles('$d'),
    metaRead: roles('$mr'),
    metaWrite: roles('$mw'),
  };
  return Object.fromEntries(Object.entries(acl).filter(([, value]) => value !== undefined));
}
