import { stripVTControlCharacters } from 'node:util';

/** Part of what a command has written, safe to show. */
export interface Shown {
  readonly text: string;
  /** Bytes that it has written in all. */
  readonly bytes: number;
  /** Whether `text` leaves something out. */
  readonly isCut: boolean;
}

/** Keeps the beginning and the end of a stream, however long it is. */
export class Excerpt {
  private head = Buffer.alloc(0);
  private tail = Buffer.alloc(0);
  private bytes = 0;
  private readonly half: number;

  /** @param limit - bytes to keep */
  constructor(limit: number) {
    this.half = Math.floor(limit / 2);
  }

  /** Takes the next bytes. */
  add(chunk: Buffer): void {
    this.bytes += chunk.length;
    const room = this.half - this.head.length;
    if (room > 0) this.head = Buffer.concat([this.head, chunk.subarray(0, room)]);
    const rest = chunk.subarray(Math.max(0, room));
    this.tail = Buffer.from(Buffer.concat([this.tail, rest]).subarray(-this.half));
  }

  /** What was kept, printable. A character that shows as its number takes more room, so both ends are cut once more. */
  shown(): Shown {
    const { bytes, half } = this;
    const kept = this.head.length + this.tail.length;
    if (kept === bytes) {
      const text = printable(Buffer.concat([this.head, this.tail]).toString());
      if (text.length <= 2 * half) return { text, bytes, isCut: false };
    }
    const [head, tail] = [printable(this.head.toString()), printable(this.tail.toString())];
    const text = `${head.slice(0, half)}\n[... shortened: ${bytes} bytes in all ...]\n${tail.slice(-half)}`;
    return { text, bytes, isCut: true };
  }
}

/**
 * Characters that nobody sees, or that act on a terminal: control and format characters, which include those that turn the
 * direction of writing and the tags that hide a text from people but not from a model; separators of lines; private ones.
 */
const UNSEEN = /(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\u{e0100}-\u{e01ef}]/gu;

/** A text without colours and the like, in which each character that can't be seen shows as its number. */
export function printable(text: string): string {
  const lines = stripVTControlCharacters(text).replaceAll('\r\n', '\n');
  return lines.replace(UNSEEN, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}
