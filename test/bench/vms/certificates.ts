import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { CertificateAuthorityOptions } from '../../../lambda/access/certificate-authority.ts';
import type { Findings, Measure } from '../figures/measure.ts';
import { compared, inPairs } from '../figures/stats.ts';
import { compiled, runWorker } from '../processes.ts';
import type { Kind, Rate } from './certificates-process.ts';
import { startFakeAws } from './fake-aws.ts';

const ROUNDS = { full: 5, quick: 2 };
const DURATION_MS = { full: 500, quick: 300 };

/** What is measured, against a bare signature of `node:crypto`. */
interface Case {
  readonly id: string;
  readonly what: string;
  readonly kind: Kind;
  readonly authority: CertificateAuthorityOptions;
}

/** Measures how many certificates one process makes a second, and the CPU time of each, against bare signatures. */
export async function measureCertificates(isQuick: boolean): Promise<Findings> {
  const folder = await mkdtemp(path.join(tmpdir(), 'vm-pool-bench-'));
  const aws = await startFakeAws();
  try {
    const inFile = { key: path.join(folder, 'ca.pem') };
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    const inKms = {
      key: aws.variables.CERTIFICATE_AUTHORITY ?? '',
      publicKeys: [aws.variables.CERTIFICATE_AUTHORITY_PUBLIC_KEYS ?? ''],
      aws: { region: 'eu-central-1', endpoint: aws.endpoint, credentials },
    };
    const cases: readonly Case[] = [
      { id: 'file', what: "key in a file, for the caller's key", kind: 'certificate', authority: inFile },
      { id: 'file.pair', what: 'key in a file, with a key pair made', kind: 'key pair', authority: inFile },
      { id: 'kms', what: "fake KMS, for the caller's key", kind: 'certificate', authority: inKms },
    ];
    const measures: Measure[] = [];
    for (const each of cases) measures.push(...(await measuresOf(each, isQuick)));
    return { measures, notes: [noteOf(isQuick)] };
  } finally {
    await aws.stop();
    await rm(folder, { recursive: true });
  }
}

async function measuresOf({ id, what, kind, authority }: Case, isQuick: boolean): Promise<Measure[]> {
  const script = await compiled('vms/certificates-process');
  const durationMs = String(isQuick ? DURATION_MS.quick : DURATION_MS.full);
  const rounds = await inPairs(
    isQuick ? ROUNDS.quick : ROUNDS.full,
    () => runWorker<Rate>(script, [kind, durationMs, JSON.stringify(authority)]),
    () => runWorker<Rate>(script, ['signature', durationMs]),
  );
  const against = (figure: keyof Rate) =>
    compared(rounds.map(({ subject, baseline }) => ({ subject: subject[figure], baseline: baseline[figure] })));
  const about = `certificates, ${what}, against bare signatures`;
  return [
    { id: `certificates.${id}.rate`, what: `${about}: a second`, unit: '1/s', ...against('perSec') },
    { id: `certificates.${id}.cpu`, what: `${about}: CPU time of each`, unit: 'ms', ...against('cpuMs') },
  ];
}

function noteOf(isQuick: boolean): string {
  const [rounds, ms] = isQuick ? [ROUNDS.quick, DURATION_MS.quick] : [ROUNDS.full, DURATION_MS.full];
  return `certificates: ${rounds} x 2 processes a case, ${ms} ms each, 32 at once; the fake KMS signs in a process of its own on this machine, so AWS's own time is missing`;
}
