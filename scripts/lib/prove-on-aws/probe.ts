import type { Account } from './account.ts';

/** Something that only a real account can show, and what it should show. */
export interface Probe {
  readonly id: string;
  /** The question, and why no emulation answers it. */
  readonly question: string;
  /** Where the expectation comes from: pages of the vendor, or files of this repository. */
  readonly sources: readonly string[];
  /** What the probe does; for a person to do where no program can. */
  readonly how: string;
  readonly expected: string;
  /** Sends many requests at once: runs only when it is asked for. */
  readonly isLoad?: boolean;
  /** Absent for a probe that a person has to make. */
  readonly run?: (account: Account) => Promise<Finding>;
}

/** What a probe found. */
export type Finding =
  { readonly outcome: 'ok' | 'FAILED'; readonly got: string } | { readonly outcome: 'skipped'; readonly why: string };

/** A finding, judged by the probe. */
export function judged(holds: boolean, got: string): Finding {
  return { outcome: holds ? 'ok' : 'FAILED', got };
}

/** The probe does not apply to this deployment. */
export function skipped(why: string): Finding {
  return { outcome: 'skipped', why };
}
