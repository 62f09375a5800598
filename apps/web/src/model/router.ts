import { signal } from '@preact/signals';

/**
 * Where the page is. Everything stands behind `#`, so that one file serves every place, and what a link holds (the code
 * of an invitation) is sent to no server.
 *
 * `#/` the list; `#/c/<id>` a conversation; `#/c/<id>/<sequence>` a message in it; `#/join/<code>` an invitation;
 * `#/<page>` a page of its own, see `ui/pages.ts`.
 */
export interface Place {
  /** First part: `c`, `join`, the name of a page, or '' for the list. */
  readonly name: string;
  readonly parts: readonly string[];
}

const read = (): Place => {
  const [name = '', ...parts] = location.hash.replace(/^#\/?/, '').split('/').map(decode);
  return { name, parts };
};

const decode = (part: string): string => {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
};

export const place = signal<Place>(read());
addEventListener('hashchange', () => (place.value = read()));

export const pathTo = (...parts: readonly (string | number)[]): string =>
  `#/${parts.map((part) => encodeURIComponent(part)).join('/')}`;

export function go(...parts: readonly (string | number)[]): void {
  location.hash = pathTo(...parts);
}
