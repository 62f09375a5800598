import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readOtlp, type TracedSpan } from './otlp-spans.js';

/** More are forgotten: some hundred bytes each. */
const mostSpans = 2_000_000;

/** Takes traces by OTLP over HTTP, as JSON, and keeps them in memory. */
export class OtlpReceiver {
  readonly spans: TracedSpan[] = [];
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      void this.#take(request).then((status) =>
        response.writeHead(status, { 'Content-Type': 'application/json' }).end('{}'),
      );
    });
  }

  static async start(): Promise<OtlpReceiver> {
    const receiver = new OtlpReceiver();
    receiver.#server.listen(0, '127.0.0.1');
    await once(receiver.#server, 'listening');
    return receiver;
  }

  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  /** Answers the status. */
  async #take(request: IncomingMessage): Promise<number> {
    if (request.method !== 'POST' || request.url !== '/v1/traces') return 404;
    try {
      let text = '';
      for await (const part of request.setEncoding('utf8')) text += part as string;
      if (this.spans.length < mostSpans) this.spans.push(...readOtlp(text));
      return 200;
    } catch {
      return 400;
    }
  }
}
