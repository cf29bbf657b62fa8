import { AGENT_VERBS } from './declarations/agents.ts';
import { BORROWING_VERBS } from './declarations/borrowing.ts';
import { OPERATING_VERBS } from './declarations/operating.ts';
import { SETTING_UP_VERBS } from './declarations/setting-up.ts';
import { USING_VERBS } from './declarations/using.ts';
import type { Verb } from './verb.ts';

/** Every verb. Program, help, shell completion and the table in the README are derived from this list. */
export const VERBS: readonly Verb[] = [
  ...BORROWING_VERBS,
  ...USING_VERBS,
  ...AGENT_VERBS,
  ...OPERATING_VERBS,
  ...SETTING_UP_VERBS,
];
