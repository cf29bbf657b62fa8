import { install, renewingBlock } from '../../login/renewing-config.ts';
import type { RenewingOptions } from '../sessions/renewing.ts';
import { refresh, renewingOf } from '../sessions/renewing.ts';
import type { Run } from '../verb.ts';

type Options = RenewingOptions & { readonly install?: true; readonly refresh?: true };

/** Prints or installs the lines by which `ssh vm-pool` reaches the VM that is held, or renews its login. */
export const run: Run<Options> = async (context, { options }) => {
  const config = renewingOf(context, options);
  const { output } = context;
  if (options.refresh === true) await refresh(context, config, options);
  else if (options.install !== true) output.print(renewingBlock(config).trimEnd());
  else for (const file of await install(config, context.home)) output.print(`written: ${file}`);
  return undefined;
};
