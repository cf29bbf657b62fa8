import { expect, it } from '@jest/globals';
import * as v from 'valibot';
import { USER_ID, USER_ID_RULE } from '../../../lambda/console/session/named.ts';
import { userid } from '../../../lambda/http/fields.ts';

/** As browsers read the attribute `pattern`. */
const pattern = new RegExp(`^(?:${USER_ID})$`, 'v');

const WITH_EACH_CHARACTER = Array.from({ length: 0x180 }, (_, code) => `a${String.fromCharCode(code)}b`);
const OF_EACH_LENGTH = [0, 1, 127, 128, 129].map((length) => 'a'.repeat(length));

it('the page takes exactly the user ids that the API takes, and says the rule in its words', () => {
  const texts = [...WITH_EACH_CHARACTER, ...OF_EACH_LENGTH];
  expect(texts.filter((text) => pattern.test(text))).toEqual(texts.filter((text) => v.is(userid, text)));
  expect(v.safeParse(userid, '').issues?.[0].message).toContain(USER_ID_RULE);
});
