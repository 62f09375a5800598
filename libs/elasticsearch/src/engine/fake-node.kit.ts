import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

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
      void this.#answer(incoming, outgoing, answer);
    });
  }

  async #answer(
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    answer: (request: FakeRequest) => FakeAnswer | null,
  ): Promise<void> {
    const { pathname: path } = new URL(incoming.url ?? '/', 'http://fake');
    const request = { method: incoming.method ?? '', path, body: await text(incoming) };
    this.requests.push(request);
    const answered = answer(request);
    if (answered === null) return;
    outgoing.writeHead(answered.status ?? 200, {
      'content-type': 'application/vnd.elasticsearch+json;compatible-with=8',
      'x-elastic-product': 'Elasticsearch',
    });
    outgoing.end(JSON.stringify(answered.body));
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
