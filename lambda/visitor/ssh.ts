/** All that needs the SSH library, in one module: it is loaded only for visits that need it. */
export { runCommand } from './command.ts';
export { openSession } from './session.ts';
