import { exchange } from './exchange.mjs';

const METADATA = 3;
const VERSION = 1;

/** Metadata v1 for no topic at all: only the brokers and the controller. */
function metadataRequest() {
  const client = Buffer.from('engines');
  const body = Buffer.alloc(4 + 2 + 2 + 4 + 2 + client.length + 4);
  let at = body.writeInt32BE(body.length - 4, 0);
  at = body.writeInt16BE(METADATA, at);
  at = body.writeInt16BE(VERSION, at);
  at = body.writeInt32BE(1, at);
  at = body.writeInt16BE(client.length, at);
  at += client.copy(body, at);
  body.writeInt32BE(0, at);
  return body;
}

function brokersIn(bytes) {
  if (bytes.length < 4 || bytes.length < 4 + bytes.readInt32BE(0)) return undefined;
  let at = 8;
  const string = () => {
    const length = bytes.readInt16BE(at);
    at += 2;
    if (length < 0) return '';
    at += length;
    return bytes.toString('utf8', at - length, at);
  };
  const int = () => {
    at += 4;
    return bytes.readInt32BE(at - 4);
  };
  const brokers = Array.from({ length: int() }, () => {
    const id = int();
    const host = string();
    const port = int();
    string();
    return { id, host, port };
  });
  return { brokers, controller: int() };
}

/** The brokers this broker tells clients of, and the controller's id (-1 while there is none). */
export function kafkaMetadata(host, port) {
  return exchange(host, port, metadataRequest(), brokersIn);
}
