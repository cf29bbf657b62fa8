/** What the exit code of `vm-pool` says. Scripts branch on it, so a code never changes its meaning. */
export const EXIT = {
  done: { code: 0, meaning: 'done' },
  failed: { code: 1, meaning: 'the service refused, or the command failed' },
  misused: { code: 2, meaning: 'wrong use: an argument, an option or a setting' },
  noneFree: { code: 3, meaning: 'no VM is free, also after `--wait`' },
  holdsNone: { code: 4, meaning: 'you hold no VM' },
  notAllowed: { code: 5, meaning: 'not signed in, or not allowed' },
  outOfReach: { code: 6, meaning: 'the service is not reachable, or out of order' },
  notReady: { code: 7, meaning: 'your VM is not ready: it is still being started, or it no longer exists' },
  interrupted: { code: 130, meaning: 'interrupted' },
} as const;

/** Name of an exit code. */
export type Exit = keyof typeof EXIT;
