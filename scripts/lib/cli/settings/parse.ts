import * as v from 'valibot';
import type { Document } from 'yaml';
import { isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';
import { misuse } from '../command-error.ts';
import type { SettingsFile } from './profile.ts';

const WHOLE = 'must be a whole number of minutes, from 1';

const text = v.pipe(v.string('must be a text'), v.nonEmpty('must not be empty'));

const profile = v.strictObject({
  url: v.pipe(v.string('must be the URL of the API'), v.regex(/^https?:\/\/\S+$/, 'must be an http or https URL')),
  user: v.optional(text),
  operator: v.optional(text),
  pool: v.optional(text),
  minutes: v.optional(v.pipe(v.number(WHOLE), v.integer(WHOLE), v.minValue(1, WHOLE))),
  awsProfile: v.optional(text),
});

const settings = v.strictObject({
  profile: v.optional(text),
  profiles: v.optional(v.record(v.string(), profile, 'must be a list of profiles by their names'), {}),
});

const KEYS = { file: Object.keys(settings.entries), profile: Object.keys(profile.entries) };

/** Reads the text of a settings file. @throws CommandError that names every fault with its line */
export function parseSettingsFile(source: string, file: string): SettingsFile {
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines, prettyErrors: false });
  const [fault] = document.errors;
  if (fault !== undefined) throw misuse(`${file}:${lines.linePos(fault.pos[0]).line}: ${fault.message}`);
  if (document.contents !== null && !isMap(document.contents)) {
    throw misuse(`${file}:1: the file must be a list of settings, such as profile: lab`);
  }
  const { success, issues, output } = v.safeParse(settings, document.toJS() ?? {});
  if (success) return output;
  const faults = issues.map((issue) => {
    const path = (issue.path ?? []).map(({ key }) => key);
    return { line: lineOf(document, path, lines), wording: wordingOf(issue, path) };
  });
  const sorted = faults.sort((one, other) => one.line - other.line);
  throw misuse(sorted.map(({ line, wording }) => `${file}:${line}: ${wording}`).join('\n'));
}

function wordingOf(issue: v.BaseIssue<unknown>, path: readonly unknown[]): string {
  const name = path.join('.');
  if (issue.expected === 'never') {
    return `${name} is unknown; the settings here are ${KEYS[path.length > 1 ? 'profile' : 'file'].join(', ')}`;
  }
  if (issue.type === 'strict_object' && issue.received === 'undefined') return `${name} is missing`;
  if (issue.type === 'strict_object') return `${name} must be a list of settings, such as url: https://...`;
  return `${name} ${issue.message}`;
}

/** The line of the innermost key of the path that stands in the file. */
function lineOf(document: Document, path: readonly unknown[], lines: LineCounter): number {
  let at = 0;
  let node: unknown = document.contents;
  for (const key of path) {
    const pair = isMap(node) ? node.items.find(({ key: own }) => isScalar(own) && own.value === key) : undefined;
    if (pair === undefined) break;
    if (isNode(pair.key)) at = pair.key.range?.[0] ?? at;
    node = pair.value;
  }
  return lines.linePos(at).line;
}
