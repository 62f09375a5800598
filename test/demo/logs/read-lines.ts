const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const windows1252 = new TextDecoder('windows-1252');

/** A line without its end. */
export interface Line {
  readonly text: string;
  readonly isUtf8: boolean;
}

/**
 * Splits at line feeds (a carriage return before one belongs to the line's end). Each line is read on its own as
 * UTF-8, and as Windows-1252 when it is not: channels mix the two, and a fault in one line must not harm another.
 */
export function readLines(bytes: Uint8Array): Line[] {
  const lines: Line[] = [];
  for (let start = 0; start < bytes.length;) {
    const feed = bytes.indexOf(0x0a, start);
    const end = feed === -1 ? bytes.length : feed;
    const withoutReturn = end > start && bytes[end - 1] === 0x0d ? end - 1 : end;
    lines.push(decode(bytes.subarray(start, withoutReturn)));
    start = end + 1;
  }
  return lines;
}

function decode(bytes: Uint8Array): Line {
  try {
    return { text: utf8.decode(bytes), isUtf8: true };
  } catch {
    return { text: windows1252.decode(bytes), isUtf8: false };
  }
}
