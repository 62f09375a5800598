import { closeCodes, type ErrorCode, errors } from '@parley/protocol';
import { html, prose } from './html.js';
import { page } from './layout.js';

/** Every error and close code with what to do about it. `type` of a problem leads to its section. */
export function errorsPage(): string {
  const codes = Object.keys(errors) as ErrorCode[];
  const sections = codes.map((code) => {
    const { number, status, retryable, title, cause, cure } = errors[code];
    return html`<section id="${code}">
      <h3><code>${code}</code>: ${title}</h3>
      <p>
        HTTP ${status}, number ${number} on sockets.
        ${retryable ? 'The same request may succeed later.' : 'Repeating the same request does not help.'}
      </p>
      <p><strong>Cause.</strong> ${prose(cause)}</p>
      <p><strong>Cure.</strong> ${prose(cure)}</p>
    </section> `;
  });
  const closes = Object.entries(closeCodes).map(
    ([reason, { code, reconnect, meaning }]) =>
      html`<tr id="close-${code}">
        <td>${code}</td>
        <td><code>${reason}</code></td>
        <td>${reconnect ? 'reconnect' : 'stop'}</td>
        <td>${prose(meaning)}</td>
      </tr> `,
  );
  return page(
    'Parley: errors',
    html`<h1>Errors: cause and cure</h1>
      <p><a href="/docs">Routes and frames</a></p>
      <nav aria-label="Error codes">
        <ul>
          ${codes.map(
            (code) =>
              html`<li>
                <a href="#${code}"><code>${code}</code></a>
              </li>`,
          )}
        </ul>
      </nav>
      ${sections}
      <h2 id="close-codes">Close codes of sockets</h2>
      <p>4000 to 4499: reconnect; 4500 to 4999: stop.</p>
      <div class="wide">
        <table>
          <thead>
            <tr>
              <th scope="col">Code</th>
              <th scope="col">Reason</th>
              <th scope="col">What to do</th>
              <th scope="col">Meaning</th>
            </tr>
          </thead>
          <tbody>
            ${closes}
          </tbody>
        </table>
      </div>`,
  );
}
