import type { Metadata } from '@grpc/grpc-js';
import { unauthenticated } from './errors.js';

interface Principal {
  readonly name: string;
  readonly roles: readonly string[];
}

/** `null`: nobody, as no credentials were given. */
export type Caller = Principal | null;

interface Account extends Principal {
  readonly password: string;
}

/** The two users every new node of the product has, with their default passwords. */
const ACCOUNTS: readonly Account[] = [
  { name: 'admin', password: 'changeit', roles: ['$admins'] },
  { name: 'ops', password: 'changeit', roles: ['$ops'] },
];

/** Who calls, by HTTP basic authentication. @throws RpcError unauthenticated, when credentials are given and wrong */
export function authenticate(metadata: Metadata): Caller {
  const [header] = metadata.get('authorization');
  if (header === undefined) return null;
  const [scheme, encoded] = header.toString().split(' ');
  if (scheme?.toLowerCase() !== 'basic' || encoded === undefined) throw unauthenticated();
  const credentials = Buffer.from(encoded, 'base64').toString();
  const separator = credentials.indexOf(':');
  const name = credentials.slice(0, separator);
  const password = credentials.slice(separator + 1);
  const account = ACCOUNTS.find((one) => one.name === name && one.password === password);
  if (account === undefined) throw unauthenticated();
  return account;
}
