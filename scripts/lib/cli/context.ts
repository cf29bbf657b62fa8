import type { Client } from '../../../lambda/client/client.ts';
import { createClient } from '../../../lambda/client/client.ts';
import type { SignIn } from '../../../lambda/client/sign-in.ts';
import { signInBy } from '../../../lambda/client/sign-in.ts';
import { misuse } from './command-error.ts';
import type { GlobalOptions } from './options.ts';
import { Output } from './output/output.ts';
import { left } from './output/times.ts';
import { stateFolder } from './settings/folders.ts';
import type { Settings } from './settings/settings.ts';
import { readSettings } from './settings/settings.ts';
import type { World } from './world.ts';

/** The user id to send: none where the service knows who calls. */
export interface Who {
  readonly userid?: string;
}

/** What a verb works with. Nothing is asked of the service before a verb wants it. */
export interface Context extends World {
  readonly settings: Settings;
  readonly output: Output;
  /** Folder of tokens, keys and certificates. It may not exist yet. */
  readonly stateFolder: string;
  /** The user that was named, for calls that act for a user. */
  readonly who: Who;
  /** How the service wants to know its callers. */
  readonly signIn: () => Promise<SignIn>;
  /** A client that says who calls, in the way that the service wants. */
  readonly client: () => Promise<Client>;
  /** The same for calls that act for a user. @throws CommandError when nobody says which user */
  readonly borrower: () => Promise<{ readonly client: Client; readonly who: Who }>;
  /** The same for the calls of operators. */
  readonly operator: () => Promise<Client>;
}

/** Prepares a verb: reads the settings. */
export async function createContext(options: GlobalOptions, world: World): Promise<Context> {
  const settings = await readSettings(options, world);
  const output = new Output(options, world);
  const who = settings.user === undefined ? {} : { userid: settings.user };
  const signInOnce = once(() => askSignIn(settings, world));
  const client = once(async () => clientFor(await signInOnce(), settings, output, world));
  return {
    ...world,
    settings,
    output,
    stateFolder: stateFolder(world),
    who,
    signIn: signInOnce,
    client,
    borrower: async () => {
      if ((await signInOnce()).authorization === 'none' && settings.user === undefined) throw userMissing(settings);
      return { client: await client(), who };
    },
    operator: once(async () => clientFor(await signInOnce(), settings, output, world, true)),
  };
}

/** The first contact: a mistyped URL should fail soon. */
const FIRST_CONTACT_MS = 5_000;

/** Asks the service how it wants to know its callers. */
async function askSignIn({ url }: Settings, { fetch, timer, signal }: World): Promise<SignIn> {
  const client = createClient({ url, fetch, retryForMs: FIRST_CONTACT_MS }, timer);
  return signInBy(client, { signal });
}

async function clientFor(
  asked: SignIn,
  settings: Settings,
  output: Output,
  world: World,
  isOperator = false,
): Promise<Client> {
  const { url } = settings;
  const { identityOf } = await import('./identity.ts');
  return createClient(
    {
      url,
      fetch: world.fetch,
      authenticate: await identityOf(asked, settings, stateFolder(world), world, isOperator),
      onRetry: (why, waitMs) => {
        output.note(`${why.message}; trying again in ${left(waitMs)}`);
      },
    },
    world.timer,
  );
}

function userMissing({ url }: Settings): Error {
  return misuse(
    `${url} asks nobody who they are, so say who borrows`,
    'once: --user NAME',
    'for good: export VM_POOL_USER=NAME, or user: NAME in a profile of the settings file',
  );
}

/** Makes a value once. After a failure the next call tries again: `vm-pool mcp` runs for days. */
function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  const forget = (error: unknown) => {
    made = undefined;
    throw error;
  };
  return () => (made ??= make().catch(forget));
}
