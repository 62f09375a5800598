import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type ParleyConfig } from '@parley/platform';
import { overloaded } from '../streams/rejections.js';
import { Slots } from './slots.js';

interface Parameters {
  /** Binary logarithm of N. */
  readonly ln: number;
  readonly r: number;
  readonly p: number;
}

const saltBytes = 16;
const keyBytes = 32;
/** Checks that may wait; beyond, they are refused as `overloaded`. */
const maxWaiting = 500;

/**
 * Password hashes: scrypt (RFC 7914) as PHC strings, which name their own parameters, so that older ones stay good. The
 * work is done by the thread pool, on no more threads than leave one for everything else.
 */
@Injectable()
export class Passwords {
  readonly #parameters: Parameters;
  readonly #slots = new Slots(Math.max(1, availableParallelism() - 1), maxWaiting);
  /** Checked for people who do not exist: it takes as long as for those who do. */
  readonly #nobody: string;

  constructor(@Inject(CONFIG) config: Pick<ParleyConfig, 'passwordCost'>) {
    this.#parameters = { ln: config.passwordCost, r: 8, p: 1 };
    this.#nobody = encode(this.#parameters, randomBytes(saltBytes), randomBytes(keyBytes));
  }

  /** @throws CommandRejected `overloaded` */
  async hash(password: string): Promise<string> {
    const salt = randomBytes(saltBytes);
    return encode(this.#parameters, salt, await this.#derive(password, salt, keyBytes, this.#parameters));
  }

  /** `hash`: null for somebody who does not exist; that takes as long. @throws CommandRejected `overloaded` */
  async verify(password: string, hash: string | null): Promise<boolean> {
    const { parameters, salt, key } = decode(hash ?? this.#nobody);
    const derived = await this.#derive(password, salt, key.length, parameters);
    return timingSafeEqual(derived, key) && hash !== null;
  }

  /** Made with other parameters than new ones are. */
  isOutdated(hash: string): boolean {
    const { ln, r, p } = decode(hash).parameters;
    return ln !== this.#parameters.ln || r !== this.#parameters.r || p !== this.#parameters.p;
  }

  /** The same letters give the same key, however they were composed (RFC 8265, OpaqueString). */
  #derive(password: string, salt: Buffer, length: number, { ln, r, p }: Parameters): Promise<Buffer> {
    const options = { N: 2 ** ln, r, p, maxmem: 256 * 2 ** ln * r };
    const work = (): Promise<Buffer> =>
      new Promise((resolve, reject) => {
        scrypt(password.normalize('NFC'), salt, length, options, (error, key) => {
          if (error === null) resolve(key);
          else reject(error);
        });
      });
    return this.#slots.run(work) ?? Promise.reject(overloaded());
  }
}

const base64 = (bytes: Buffer): string => bytes.toString('base64').replaceAll('=', '');

const encode = ({ ln, r, p }: Parameters, salt: Buffer, key: Buffer): string =>
  `$scrypt$ln=${ln},r=${r},p=${p}$${base64(salt)}$${base64(key)}`;

function decode(hash: string): { readonly parameters: Parameters; readonly salt: Buffer; readonly key: Buffer } {
  const match = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/.exec(hash);
  if (match === null) throw new Error('not a scrypt hash in PHC format');
  const [, ln, r, p, salt = '', key = ''] = match;
  return {
    parameters: { ln: Number(ln), r: Number(r), p: Number(p) },
    salt: Buffer.from(salt, 'base64'),
    key: Buffer.from(key, 'base64'),
  };
}
