/** Loaded before the process that renews a lease: its time runs a hundred times as fast. */
import process from 'node:process';

const SPEED = 100;

if (process.argv[1].endsWith('keep.mjs')) {
  const { setTimeout: wait } = globalThis;
  const now = Date.now;
  const start = now();
  globalThis.setTimeout = (action, ms, ...rest) => wait(action, ms / SPEED, ...rest);
  Date.now = () => start + (now() - start) * SPEED;
}
