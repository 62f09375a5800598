import { expect, it } from 'vitest';
import { Passwords } from './passwords.js';

const base64 = (bytes: Buffer): string => bytes.toString('base64').replaceAll('=', '');
const passwords = new Passwords({ passwordCost: 10 });

it('knows the right password and no other', async () => {
  const hash = await passwords.hash('correct horse');
  expect(hash).toMatch(/^\$scrypt\$ln=10,r=8,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  expect(await passwords.verify('correct horse', hash)).toBe(true);
  expect(await passwords.verify('correct horsf', hash)).toBe(false);
  expect(await passwords.verify('', hash)).toBe(false);
});

it('makes another hash each time', async () => {
  expect(await passwords.hash('correct horse')).not.toBe(await passwords.hash('correct horse'));
});

it('knows nobody by any password', async () => {
  expect(await passwords.verify('correct horse', null)).toBe(false);
});

it('takes the same letters however they are composed', async () => {
  expect(await passwords.verify('pa\u0308ssword', await passwords.hash('p\u00e4ssword'))).toBe(true);
});

it('keeps taking older parameters, and says that they are older', async () => {
  const stronger = new Passwords({ passwordCost: 11 });
  const old = await passwords.hash('correct horse');
  expect(await stronger.verify('correct horse', old)).toBe(true);
  expect(stronger.isOutdated(old)).toBe(true);
  expect(passwords.isOutdated(old)).toBe(false);
});

it('derives what RFC 7914 says', async () => {
  // Section 12: scrypt (P="pleaseletmein", S="SodiumChloride", N=16384, r=8, p=1, dkLen=64)
  const key =
    '7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887';
  const hash = `$scrypt$ln=14,r=8,p=1$${base64(Buffer.from('SodiumChloride'))}$${base64(Buffer.from(key, 'hex'))}`;
  expect(await passwords.verify('pleaseletmein', hash)).toBe(true);
});
