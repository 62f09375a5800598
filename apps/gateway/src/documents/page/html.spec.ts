import { expect, it } from 'vitest';
import { html, prose } from './html.js';

it('escapes every value, and nothing twice', () => {
  const inner = html`<b>${'<i> & "quotes"'}</b>`;
  expect(html`<p title="${"it's"}">${inner}${[inner]}${3}</p>`.markup).toBe(
    '<p title="it&#39;s"><b>&lt;i&gt; &amp; &quot;quotes&quot;</b><b>&lt;i&gt; &amp; &quot;quotes&quot;</b>3</p>',
  );
});

it('marks code in prose without letting markup through', () => {
  expect(prose('Send `<b>` twice').markup).toBe('Send <code>&lt;b&gt;</code> twice');
});
