import type { Step } from './ports.ts';
import { waiting } from './waiting.ts';

/** How soon EC2 is asked again, seconds. It makes its checks once a minute. */
const LOOK_AGAIN_SEC = 20;

/** Whether EC2's own checks of an instance have passed. */
export const passStatusChecks: Step = async ({ status: { vm }, pool, signal }, { ec2 }) => {
  const found = await ec2.statusChecks(vm.id, signal);
  if (found === 'ok') return undefined;
  if (found === 'impaired') return { passed: false, reason: "EC2's status checks of the instance fail (impaired)" };
  return waiting("EC2's status checks of the instance have not passed yet", LOOK_AGAIN_SEC, pool);
};
