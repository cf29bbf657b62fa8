import { parsePort } from '../options.ts';
import type { Verb } from '../verb.ts';

/** Verbs that prepare the others. */
export const SETTING_UP_VERBS: readonly Verb[] = [
  {
    name: 'login',
    group: 'setUp',
    summary: 'sign in as the service wants it, and say whom it takes you for',
    details:
      'Where the service wants tokens, you sign in with your browser at its identity provider; the tokens are kept for ' +
      'you alone and renewed silently. Where it wants AWS signatures, your AWS profile is all it takes.',
    options: [
      { flags: '--device', summary: 'sign in on another device, for a computer without a browser' },
      {
        flags: '--port <port>',
        summary: 'port on 127.0.0.1 that the identity provider leads back to, if it knows only a fixed one',
        parse: parsePort,
      },
    ],
    examples: [
      { line: 'vm-pool login', does: 'opens your browser' },
      { line: 'vm-pool login --device', does: 'shows a link and a code for the browser of another device' },
    ],
    load: () => import('../verbs/login.ts'),
  },
  {
    name: 'logout',
    group: 'setUp',
    summary: 'forget the tokens of a sign-in, and have them revoked',
    examples: [{ line: 'vm-pool logout --profile lab', does: 'signs out of the deployment of the profile lab' }],
    load: () => import('../verbs/logout.ts'),
  },
  {
    name: 'completion',
    group: 'setUp',
    summary: 'print the script that completes command lines in your shell',
    words: [{ name: '<shell>', summary: 'your shell', choices: ['bash', 'zsh', 'fish'] }],
    examples: [
      { line: 'source <(vm-pool completion bash)', does: 'completes in this bash; put the line into ~/.bashrc' },
      { line: 'source <(vm-pool completion zsh)', does: 'completes in this zsh; put the line into ~/.zshrc' },
      { line: 'vm-pool completion fish > ~/.config/fish/completions/vm-pool.fish', does: 'completes in every fish' },
    ],
    load: () => import('../verbs/completion.ts'),
  },
];
