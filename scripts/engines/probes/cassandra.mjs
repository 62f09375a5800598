import { exchange } from './exchange.mjs';

const VERSION_4 = 0x04;
const HEADER = 9;
const OPCODE = { error: 0x00, startup: 0x01, ready: 0x02, query: 0x07, result: 0x08 };
export const CONSISTENCY = { one: 1, quorum: 4, all: 5 };

function frame(opcode, body) {
  const header = Buffer.from([VERSION_4, 0, 0, 0, opcode, 0, 0, 0, 0]);
  header.writeInt32BE(body.length, 5);
  return Buffer.concat([header, body]);
}

const shortString = (text) => {
  const bytes = Buffer.from(text);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
};

const startup = frame(
  OPCODE.startup,
  Buffer.concat([Buffer.from([0, 1]), shortString('CQL_VERSION'), shortString('3.0.0')]),
);

function query(cql, consistency) {
  const text = Buffer.from(cql);
  const length = Buffer.alloc(4);
  length.writeInt32BE(text.length);
  return frame(OPCODE.query, Buffer.concat([length, text, Buffer.from([0, consistency, 0])]));
}

/** The frames received so far that are complete. */
function framesIn(bytes) {
  const frames = [];
  for (let at = 0; bytes.length >= at + HEADER;) {
    const end = at + HEADER + bytes.readInt32BE(at + 5);
    if (bytes.length < end) break;
    frames.push({ opcode: bytes[at + 4], body: bytes.subarray(at + HEADER, end) });
    at = end;
  }
  return frames;
}

/**
 * The body of the result of one CQL statement, unparsed.
 * @throws Error with the server's words where it refuses.
 */
export function cqlResult(host, port, cql, consistency = CONSISTENCY.one) {
  let asked = false;
  return exchange(host, port, startup, (bytes, send) => {
    const frames = framesIn(bytes);
    const refused = frames.find(({ opcode }) => opcode === OPCODE.error);
    if (refused !== undefined) throw new Error(refused.body.toString('utf8', 6));
    if (!asked && frames.some(({ opcode }) => opcode === OPCODE.ready)) {
      asked = true;
      send(query(cql, consistency));
    }
    return frames.find(({ opcode }) => opcode === OPCODE.result)?.body;
  });
}
