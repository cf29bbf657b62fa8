import { cpus, loadavg } from 'node:os';

/** Place and time of a run. */
export interface Machine {
  readonly at: string;
  readonly cpu: string;
  readonly cores: number;
  readonly node: string;
  /** Load average of the minute before the run */
  readonly load: number;
}

/** This machine, now. */
export function machineFacts(): Machine {
  const cores = cpus();
  return {
    at: new Date().toISOString(),
    cpu: cores[0]?.model.trim() ?? 'unknown',
    cores: cores.length,
    node: process.versions.node,
    load: Math.round((loadavg()[0] ?? 0) * 10) / 10,
  };
}

/** The facts in one line. */
export function machineText({ at, cpu, cores, node, load }: Machine): string {
  return `${at}, ${cores} x ${cpu}, Node ${node}, load ${load} at the start`;
}
