/**
 * Makes the visits that it gets, all at once, sends the reports, and must end by itself then: it has nothing left to
 * wait for. An unhandled rejection would end it with another status than 0.
 */
import type { Visit } from '../../../lambda/pool/visit.ts';
import { visit } from '../../../lambda/visitor/visit.ts';
import { serveTask } from '../../support/processes/worker-task.ts';

serveTask((visits: readonly Visit[]) => Promise.all(visits.map(visit)));
