import type { Question } from './graph.ts';
import { power } from './power.ts';
import { served } from './served.ts';
import { store } from './store.ts';
import { stuck } from './stuck.ts';
import { used } from './used.ts';

/** What both dashboards answer, the most urgent first. */
export const QUESTIONS: readonly Question[] = [served, stuck, used, power, store];
