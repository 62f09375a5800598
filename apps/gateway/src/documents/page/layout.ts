import { createHash } from 'node:crypto';
import { type Html, html } from './html.js';

const style = `
:root { color-scheme: light dark; --line: #8884; --soft: #8881; --link: light-dark(#0b57d0, #8ab4f8); }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 0 auto; padding: 1rem 1.25rem 4rem; }
a { color: var(--link); }
nav ul { columns: 14rem; padding-left: 1.2rem; }
h2 { margin-top: 2.5rem; border-bottom: 1px solid var(--line); }
section { margin: 1rem 0; }
:target { background: var(--soft); outline: 2px solid var(--link); outline-offset: 4px; }
summary { cursor: pointer; padding: .3rem 0; }
details { border-bottom: 1px solid var(--line); }
details > :not(summary) { margin-left: 1.25rem; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1rem; }
th, td { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid var(--line); }
code, pre { font: .9em ui-monospace, monospace; }
pre { background: var(--soft); padding: .75rem; overflow-x: auto; }
.wide { overflow-x: auto; }
`;

/** Nothing is loaded, run, framed or sent: the page is text and one style sheet, which is named by its hash. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** A whole page. */
export const page = (title: string, body: Html): string =>
  `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${html`<title>${title}</title>`.markup}
<style>${style}</style>
</head>
<body>
${body.markup}
</body>
</html>
`;
