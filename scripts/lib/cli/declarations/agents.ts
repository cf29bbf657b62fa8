import { InvalidArgumentError } from 'commander';
import { DEFAULT_LIMITS, RANGES } from '../../mcp/limits.ts';
import type { Verb } from '../verb.ts';
import type { OptionDeclaration } from '../words.ts';

/** Verbs for programs that think. */
export const AGENT_VERBS: readonly Verb[] = [
  {
    name: 'mcp',
    group: 'use',
    summary: 'let an agent borrow and use VMs: an MCP server on standard input and output',
    details:
      'The agent gets tools to borrow one VM at a time, run commands on it, renew it and give it back. When the agent goes, ' +
      'in whatever way, its VM goes back: at once, or within 10 minutes if this command is killed. A VM that you have ' +
      'borrowed yourself is used only if you ask for it, and stays yours. The agent never sees a key.',
    options: [
      limit('maxMinutes', 'minutes', 'longest loan, renewals included'),
      limit('maxWaitSeconds', 'seconds', 'longest wait for a free VM'),
      limit('maxCommandSeconds', 'seconds', 'longest run of one command'),
      limit('maxOutput', 'bytes', 'most that is shown of each output of a command'),
      {
        flags: '-p, --pool <pool...>',
        summary: 'borrow from these pools only, the first by default',
        completes: 'pools',
      },
    ],
    examples: [
      { line: 'claude mcp add vm-pool -- vm-pool mcp --pool gpu', does: 'lets Claude Code borrow from one pool' },
      { line: 'vm-pool mcp --max-minutes 30', does: 'what the configuration of another client runs' },
    ],
    load: () => import('../verbs/mcp.ts'),
  },
];

function limit(name: keyof typeof RANGES, unit: string, summary: string): OptionDeclaration {
  const { least, most } = RANGES[name];
  const flag = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return {
    flags: `--${flag} <${unit}>`,
    summary: `${summary}; ${DEFAULT_LIMITS[name]} unless given`,
    parse: (text) => wholeNumber(text, least, most),
  };
}

function wholeNumber(text: string, least: number, most: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  if (value >= least && value <= most) return value;
  throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}.`);
}
