import { expect } from '@jest/globals';
import type { EmulatedAws } from '../support/emulated-aws/server.ts';
import type { RunningEnvironment } from './environment.ts';

interface Schedule {
  readonly ScheduleExpression: string;
  readonly State: string;
  readonly Target: { readonly Arn: string; readonly Input: string };
}

/** Invokes the target of an environment's schedule with its input, as EventBridge Scheduler does every minute. */
export async function runSchedule(aws: EmulatedAws, { deployed }: RunningEnvironment): Promise<void> {
  const { functionName, functionArn } = deployed.settings;
  const answer = await aws.ask('scheduler', `/schedules/tick?groupName=${functionName}`);
  const { ScheduleExpression, State, Target } = JSON.parse(answer) as Schedule;
  expect([ScheduleExpression, State, Target.Arn]).toEqual(['rate(1 minute)', 'ENABLED', functionArn]);
  expect(Target.Arn).toMatch(/:live$/);
  const { functionError } = await deployed.lambda.invoke(JSON.parse(Target.Input));
  expect(functionError).toBeUndefined();
}
