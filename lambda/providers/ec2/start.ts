import type { Ec2 } from '../../aws/ec2.ts';
import { awsErrorOf, briefly, isOfState, isOurs } from './refused.ts';

/** How soon an instance that starts or stops is looked at again, seconds. */
export const LOOK_AGAIN_SEC = 15;

/** What an instance is waited for that starts. */
export const STARTS = 'the instance starts';

/** Why an instance does not start now. */
export interface NotStarted {
  readonly why: string;
  /** Whether waiting does not help, such as where EC2 lacks capacity. */
  readonly isFailed: boolean;
}

/** Starts an instance; one that runs stays as it is. @returns nothing if it starts */
export async function start(ec2: Ec2, id: string): Promise<NotStarted | undefined> {
  try {
    await ec2.start(id);
    return undefined;
  } catch (thrown) {
    const error = awsErrorOf(thrown);
    // It was stopped a moment ago, and still stops.
    if (isOfState(error)) return { why: 'the instance stops before it can start', isFailed: false };
    return { why: `the instance can't be started: ${briefly(error)}`, isFailed: !isOurs(error) };
  }
}
