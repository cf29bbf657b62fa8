import type { Result } from './report.ts';

/** A finished proof. */
export interface Proof {
  readonly environment: string;
  /** Host of the API, which the report does not name. */
  readonly host: string;
  /** Where and what was proved, by name: region, versions. */
  readonly facts: Readonly<Record<string, string>>;
  /** Epoch milliseconds. */
  readonly startMs: number;
  readonly endMs: number;
  readonly results: readonly Result[];
}

const OUTCOMES: readonly Result['outcome'][] = ['ok', 'FAILED', 'skipped', 'by hand'];

/** A proof as Markdown, to paste into an issue. It names neither the account nor the address of the API. */
export function markdownOf({ environment, host, facts, startMs, endMs, results }: Proof): string {
  const done = results.filter(({ outcome }) => outcome !== 'by hand');
  const byHand = results.filter(({ outcome }) => outcome === 'by hand');
  const counts = OUTCOMES.map((one) => `${String(results.filter(({ outcome }) => outcome === one).length)} ${one}`);
  const lines = [
    `# Proof of ${environment} on AWS`,
    '',
    `${new Date(startMs).toISOString().slice(0, 16)}Z, ${String(Math.ceil((endMs - startMs) / 60_000))} min: ${counts.join(', ')}`,
    '',
    ...table(['', ''], Object.entries(facts)),
    '',
    ...table(
      ['probe', 'result', 'expected', 'got'],
      done.map(({ id, outcome, expected, text }) => [
        id,
        outcome === 'FAILED' ? '**FAILED**' : outcome,
        expected,
        text,
      ]),
    ),
    ...(byHand.length === 0 ? [] : ['', '## By hand', '', ...byHand.flatMap(taskOf)]),
  ];
  return `${anonymous(lines.join('\n'), host)}\n`;
}

function taskOf({ id, text, expected }: Result): string[] {
  return [`- [ ] **${id}**: ${plain(text)}`, `  - expected: ${plain(expected)}`, '  - got:'];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.map(plain).join(' | ')} |`);
}

/** One line, without what would end a cell or begin HTML. */
function plain(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|').replaceAll('<', '&lt;');
}

/** Without ids of accounts, and without the host of the API. */
function anonymous(text: string, host: string): string {
  return text.replaceAll(host, 'API').replaceAll(/\b\d{12}\b/g, 'ACCOUNT');
}
