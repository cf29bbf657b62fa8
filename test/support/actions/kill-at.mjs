/**
 * Loaded before the main step of an action: kills it, as `kill -9` does, right after its KILL_AT-th effect: something it
 * leaves for the post step, a file or folder, an answer that it gets, a process that it starts. What it sets for other
 * steps does not count. Without KILL_AT it writes their number to the file KILL_COUNT.
 */
import childProcess from 'node:child_process';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import process from 'node:process';

const { KILL_AT, KILL_COUNT } = process.env;
const { GITHUB_ENV, GITHUB_OUTPUT, GITHUB_STATE } = process.env;
const commandFiles = new Set([GITHUB_ENV, GITHUB_OUTPUT, GITHUB_STATE]);
let effects = 0;

function happened() {
  effects += 1;
  if (effects === Number(KILL_AT)) process.kill(process.pid, 'SIGKILL');
}

function watched(owner, name, counts = () => true) {
  const original = owner[name];
  owner[name] = (...given) => {
    const result = original(...given);
    if (!counts(...given)) return result;
    if (typeof result?.then === 'function') return result.finally(happened);
    happened();
    return result;
  };
}

if (process.argv[1].endsWith('main.mjs')) {
  watched(fs, 'appendFileSync', (file) => file === GITHUB_STATE);
  // Appending writes, and what is appended is counted already.
  watched(fs, 'writeFileSync', (file) => !commandFiles.has(file));
  // A file of the login is renamed when it is whole.
  for (const name of ['mkdir', 'rename']) watched(fs.promises, name);
  watched(childProcess, 'spawn');
  watched(globalThis, 'fetch');
  syncBuiltinESMExports();
  if (KILL_COUNT !== undefined) process.once('exit', () => fs.writeFileSync(KILL_COUNT, String(effects)));
}
