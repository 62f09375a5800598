import { expect, it } from 'vitest';
import { configurationReference } from './configuration.js';
import { errorsReference } from './errors.js';
import { framesReference } from './frames.js';
import { routesReference } from './routes.js';

/** `npm run reference` writes the pages anew. */
it.each([
  ['errors', errorsReference],
  ['configuration', configurationReference],
  ['rest', routesReference],
  ['socket', framesReference],
])('docs/reference/%s.md says what the code says (npm run reference)', async (name, render) => {
  await expect(await render()).toMatchFileSnapshot(`../../../docs/reference/${name}.md`);
});
