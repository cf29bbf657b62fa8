import { expect, it } from '@jest/globals';
import { REAPER } from '../../../lambda/pool/event.ts';
import { USER_ID } from '../../support/pool/names.ts';

it('the reaper has a name that no user can have, whatever they sign in with', () => {
  expect(REAPER).not.toMatch(USER_ID);
});
