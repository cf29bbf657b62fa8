import * as v from 'valibot';
import type { Visit } from '../pool/visit.ts';

/** Longest visit that is made, milliseconds: longer than any check, so that only a wrong event asks for more. */
const LONGEST_VISIT_MS = 60_000;

/** OpenSSH's own limits are higher. Longest command line, and longest key or certificate, characters. */
const LONGEST_COMMAND = 1_000;
const LONGEST_KEY = 16_384;

const MOST_HOST_KEYS = 20;

const id = v.pipe(v.string(), v.regex(/^[A-Za-z0-9._-]{1,128}$/));
const publicKeyLine = v.pipe(v.string(), v.maxLength(LONGEST_KEY), v.regex(/^[a-z0-9@.-]+ [A-Za-z0-9+/]+={0,2}$/));

const login = v.strictObject({
  username: v.pipe(v.string(), v.regex(/^[A-Za-z0-9._-]{1,64}$/)),
  privateKey: v.pipe(v.string(), v.maxLength(LONGEST_KEY), v.startsWith('-----BEGIN ')),
  certificate: publicKeyLine,
  // One line of printable ASCII: sshd logs it.
  command: v.pipe(v.string(), v.maxLength(LONGEST_COMMAND), v.regex(/^[\x20-\x7e]+$/)),
});

const anyVisit = {
  vm: v.strictObject({
    id,
    ip: v.pipe(v.string(), v.regex(/^[A-Za-z0-9.:-]{1,253}$/)),
    port: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535)),
  }),
  limitMs: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(LONGEST_VISIT_MS)),
};
const oneHostKey = v.pipe(v.array(publicKeyLine), v.minLength(1), v.maxLength(MOST_HOST_KEYS));

const visitEvent = v.variant('kind', [
  v.strictObject({
    ...anyVisit,
    kind: v.literal('banner'),
    hostKeys: v.pipe(v.array(publicKeyLine), v.maxLength(MOST_HOST_KEYS)),
  }),
  v.strictObject({ ...anyVisit, kind: v.literal('host-key'), hostKeys: oneHostKey }),
  v.strictObject({ ...anyVisit, kind: v.literal('command'), hostKeys: oneHostKey, login }),
]);

/**
 * Checks the event of the visitor function.
 * @throws TypeError that names the place of each fault; it never quotes a value, which may be a key
 */
export function visitOf(event: unknown): Visit {
  const given = v.safeParse(visitEvent, event);
  if (given.success) return given.output;
  const places = given.issues.map((issue) => v.getDotPath(issue) ?? 'the whole');
  throw new TypeError(`the event is not a visit; wrong are ${[...new Set(places)].join(', ')}`);
}
