import { Agent, request } from 'node:http';

/** Asks a server over one connection that stays open: what is measured is the server, not connecting to it. */
export class KeepAliveClient {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });

  constructor(
    private readonly url: string,
    private readonly accessToken: string,
  ) {}

  /** The body as text. @throws Error for any answer but 200 */
  get(path: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const asked = request(this.url + path, {
        agent: this.#agent,
        headers: { Authorization: `Bearer ${this.accessToken}` },
      });
      asked.on('error', reject);
      asked.on('response', (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          if (answer.statusCode === 200) resolve(text);
          else reject(new Error(`GET ${path}: ${answer.statusCode} ${text}`));
        });
      });
      asked.end();
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
