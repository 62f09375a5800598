import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FakeRequest {
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

export interface FakeAnswer {
  readonly status?: number;
  readonly body: unknown;
}

/** Answers what a test says, as a node of Elasticsearch would; `null`: never answers. */
export class FakeNode {
  readonly requests: FakeRequest[] = [];
  readonly #server: Server;

  private constructor(answer: (request: FakeRequest) => FakeAnswer | null) {
    this.#server = createServer((incoming, outgoing) => {
      void readBody(incoming).then((body) => {
        const url = new URL(incoming.url ?? '/', 'http://fake');
        const request = { method: incoming.method ?? '', path: url.pathname, body };
        this.requests.push(request);
        const answered = answer(request);
        if (answered === null) return;
        outgoing.writeHead(answered.status ?? 200, {
          'content-type': 'application/vnd.elasticsearch+json;compatible-with=8',
          'x-elastic-product': 'Elasticsearch',
        });
        outgoing.end(JSON.stringify(answered.body));
      });
    });
  }

  static async start(answer: (request: FakeRequest) => FakeAnswer | null): Promise<FakeNode> {
    const node = new FakeNode(answer);
    await new Promise<void>((resolve) => node.#server.listen(0, '127.0.0.1', resolve));
    return node;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

async function readBody(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
