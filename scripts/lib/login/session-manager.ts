/** Shells on VMs without an open port, by the plugin that AWS makes for its own command line. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Vm } from '../../../lambda/client/routes.ts';
import { LoginFault } from './fault.ts';

const run = promisify(execFile);

const PLUGIN = 'session-manager-plugin';

/** Where its installation is described. */
const INSTALL =
  'https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-install-plugin.html';

/**
 * The variable in which the plugin finds the session: other users of a computer can read the arguments of a process.
 *
 * @see https://github.com/aws/aws-cli/blob/develop/awscli/customizations/sessionmanager.py
 */
const RESPONSE = 'AWS_SSM_START_SESSION_RESPONSE';

/** The last version that takes the session as an argument only. */
const TOO_OLD = [1, 2, 497, 0];

/** A program, and what its environment must hold. */
export interface Started {
  readonly program: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** How the plugin connects to the session that the service has begun. @throws {@link LoginFault} */
export function pluginFor({ id, region = '', session }: Vm): Started {
  if (session === undefined || !/^[a-z]{2}[a-z0-9-]{3,30}$/.test(region)) {
    throw new LoginFault(`the service answers no session for ${id}`);
  }
  const { sessionId: SessionId, streamUrl: StreamUrl, tokenValue: TokenValue } = session;
  return {
    // The empty word is a profile of the AWS CLI: the session needs none.
    program: [PLUGIN, RESPONSE, region, 'StartSession', '', JSON.stringify({ Target: id }), endpointIn(region)],
    env: { [RESPONSE]: JSON.stringify({ SessionId, StreamUrl, TokenValue }) },
  };
}

/** @throws {@link LoginFault} when the plugin is missing, or shows the token to other users of this computer */
export async function assertPlugin(env: NodeJS.ProcessEnv): Promise<void> {
  const version = await versionOf(env);
  if (isNewer(version.split('.').map(Number), TOO_OLD)) return;
  throw new LoginFault(
    `${PLUGIN} ${version} is too old: other users of this computer could read the session's token; install it anew: ${INSTALL}`,
  );
}

async function versionOf(env: NodeJS.ProcessEnv): Promise<string> {
  try {
    const { stdout } = await run(PLUGIN, ['--version'], { env });
    return stdout.trim();
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'is missing' : 'does not start';
    throw new LoginFault(`${PLUGIN} ${why}, which opens a shell by AWS Session Manager; install it: ${INSTALL}`, {
      cause,
    });
  }
}

function isNewer(version: readonly number[], than: readonly number[]): boolean {
  const at = than.findIndex((part, index) => part !== (version[index] ?? 0));
  return at >= 0 && (version[at] ?? 0) > (than[at] ?? 0);
}

/** @see https://docs.aws.amazon.com/general/latest/gr/ssm.html */
function endpointIn(region: string): string {
  return `https://ssm.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
}
