/**
 * Finds what `JSON.parse` does not say: where a text breaks the grammar of JSON (RFC 8259), and which names come twice
 * in one object. `JSON.parse` keeps the last of them without a word.
 */
import { printable } from './fault.ts';

/** `line 3, column 7: expected a value`. Empty where the text is JSON and names everything once. */
export function faultsOfJson(text: string): string[] {
  const scan = new Scan();
  TOKEN.lastIndex = 0;
  let at = 0;
  for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) {
    const [whole, token = ''] = match;
    const fault = scan.take(token);
    if (fault !== undefined) scan.faults.push(`${placeOf(text, at + whole.length - token.length)}: ${fault}`);
    if (scan.isLost) return scan.faults;
    at = TOKEN.lastIndex;
  }
  const rest = at + (/^[ \t\r\n]*/.exec(text.slice(at))?.[0].length ?? 0);
  if (rest < text.length || scan.expected !== 'end') {
    scan.faults.push(`${placeOf(text, rest)}: expected ${WORDS[scan.expected]}`);
  }
  return scan.faults;
}

/** White space and one token: a string, another scalar, or a mark. */
const TOKEN =
  /[ \t\r\n]*("(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|[{}[\],:])/y;

const WORDS = {
  value: 'a value',
  item: 'a value or ]',
  name: 'a name in double quotes',
  member: 'a name in double quotes or }',
  colon: 'a colon',
  next: 'a comma or the end of the list or object',
  end: 'nothing more',
} as const;

/** Names that an object of JavaScript does not keep as they are. */
const RESERVED = new Set(['__proto__', 'constructor', 'prototype']);

/** A walk through the tokens of a text. It keeps its own stack, so that no depth of nesting breaks it. */
class Scan {
  readonly faults: string[] = [];
  expected: keyof typeof WORDS = 'value';
  isLost = false;
  /** What is open: an object with its names so far, or a list. */
  private readonly open: (Set<string> | 'list')[] = [];

  /** @returns what is wrong with the token */
  take(token: string): string | undefined {
    const { expected } = this;
    if (token.startsWith('"') && (expected === 'name' || expected === 'member')) return this.takeName(token);
    if (this.takeMark(token) || this.takeValue(token)) return undefined;
    this.isLost = true;
    return `expected ${WORDS[expected]}`;
  }

  private takeName(token: string): string | undefined {
    const name = JSON.parse(token) as string;
    const names = this.open.at(-1) as Set<string>;
    this.expected = 'colon';
    if (RESERVED.has(name)) return `the name ${name} can't be used here`;
    if (names.has(name)) return `the name ${printable(token, 80)} comes twice in one object`;
    names.add(name);
    return undefined;
  }

  private takeMark(token: string): boolean {
    const isList = this.open.at(-1) === 'list';
    switch (`${this.expected} ${token}`) {
      case 'colon :':
        this.expected = 'value';
        return true;
      case 'next ,':
        this.expected = isList ? 'value' : 'name';
        return true;
      case 'next ]':
      case 'item ]':
        return isList && this.close();
      case 'next }':
      case 'member }':
        return !isList && this.close();
      default:
        return false;
    }
  }

  private takeValue(token: string): boolean {
    if (/^[}\],:]/.test(token) || (this.expected !== 'value' && this.expected !== 'item')) return false;
    if (token === '{') this.begin(new Set(), 'member');
    else if (token === '[') this.begin('list', 'item');
    else this.expected = this.open.length === 0 ? 'end' : 'next';
    return true;
  }

  private begin(what: Set<string> | 'list', expected: 'member' | 'item'): void {
    this.open.push(what);
    this.expected = expected;
  }

  private close(): true {
    this.open.pop();
    this.expected = this.open.length === 0 ? 'end' : 'next';
    return true;
  }
}

function placeOf(text: string, at: number): string {
  const before = text.slice(0, at).split('\n');
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}
