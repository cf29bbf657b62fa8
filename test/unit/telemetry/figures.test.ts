import { describe, expect, it } from '@jest/globals';
import type { FigureName } from '../../../lambda/pool/meter.ts';
import { FIGURES } from '../../../lambda/telemetry/figures.ts';
import {
  cloudWatchNames,
  FIGURE_DOCUMENTATION,
  prometheusName,
} from '../../../lambda/telemetry/figures-documentation.ts';

const NAMES = Object.keys(FIGURES) as FigureName[];

const ofStoppedVms = (name: FigureName) => FIGURE_DOCUMENTATION[name].onlyWith === 'stopped VMs';

describe('the figures', () => {
  it('are at most 25 metrics of CloudWatch in an environment with one pool, and 3 more if it stops VMs', () => {
    // A pool counts its checks or its resets.
    const names = NAMES.filter((name) => !ofStoppedVms(name)).flatMap(cloudWatchNames);
    expect(names.filter((name) => !name.startsWith('Reset'))).toHaveLength(25);
    expect(NAMES.filter(ofStoppedVms).flatMap(cloudWatchNames)).toHaveLength(3);
  });

  it('have a name of their own in CloudWatch and in Prometheus', () => {
    const names = NAMES.flatMap(cloudWatchNames);
    expect(new Set(names).size).toBe(names.length);
    const [inPrometheus] = [NAMES.map(prometheusName)];
    expect(new Set(inPrometheus).size).toBe(NAMES.length);
    for (const name of inPrometheus) expect(name).toMatch(/^vm_pool_[a-z]+(_[a-z]+)*$/);
  });

  it.each([
    { name: 'checkDurationSeconds', cloudWatch: 'ResetSecondsWaiting', prometheus: 'vm_pool_check_duration_seconds' },
    { name: 'requestDurationSeconds', cloudWatch: 'RequestSeconds5xx', prometheus: 'vm_pool_request_duration_seconds' },
    { name: 'vms', cloudWatch: 'VmsQuarantined', prometheus: 'vm_pool_vms' },
    { name: 'grants', cloudWatch: 'Grants', prometheus: 'vm_pool_grants_total' },
  ] as const)('follow their rules for names: $name', ({ name, cloudWatch, prometheus }) => {
    expect(cloudWatchNames(name)).toContain(cloudWatch);
    expect(prometheusName(name)).toBe(prometheus);
  });

  it('are each explained in one sentence', () => {
    for (const { meaning } of Object.values(FIGURE_DOCUMENTATION)) expect(meaning).toMatch(/^[A-Z][^\n]*[^.]$/);
  });
});
