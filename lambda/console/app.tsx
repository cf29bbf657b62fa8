import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { createClient } from '../client/client.ts';
import type { JwtSignIn, SignIn } from '../client/sign-in.ts';
import { signInBy } from '../client/sign-in.ts';
import { Console } from './console.tsx';
import { Away } from './gate/away.tsx';
import { CommandLine } from './gate/command-line.tsx';
import { NameForm } from './gate/name-form.tsx';
import { useLive } from './live/use-live.ts';
import { Page } from './parts/page.tsx';
import { namedSession, rememberedName, RETRY_FOR_MS } from './session/named.ts';
import type { Session } from './session/session.ts';

/** What the way in of a deployment needs where people sign in. */
export interface GateProps {
  /** URL of the API. */
  readonly url: string;
  readonly settings: JwtSignIn;
  readonly onSession: (session: Session) => void;
}

/** Where people sign in. */
export type SignInGate = (props: GateProps) => ComponentChildren;

interface AppProps extends Pick<GateProps, 'url'> {
  readonly gate: SignInGate | undefined;
}

/** The page: finds out how callers are verified, lets the user in, and shows the console. */
export function App({ url, gate }: AppProps) {
  const settings = useLive<SignIn>({ load: () => askSignIn(url), everyMs: () => 0, isFinal: () => true });
  if (settings.value === undefined) {
    return (
      <Page url={url}>
        <Away known={settings} />
      </Page>
    );
  }
  return <Entrance url={url} settings={settings.value} gate={gate} />;
}

/** Asks as briefly as everything else: somebody looks at an empty page meanwhile. */
async function askSignIn(url: string): Promise<SignIn> {
  return signInBy(createClient({ url, retryForMs: RETRY_FOR_MS }));
}

function Entrance({ url, settings, gate: Gate }: AppProps & { readonly settings: SignIn }) {
  const { authorization } = settings;
  const [session, setSession] = useState<Session | undefined>(() =>
    authorization === 'none' ? namedSession(url, rememberedName()) : undefined,
  );
  if (session !== undefined) {
    const leave = async () => {
      await session.leave();
      setSession(undefined);
    };
    return <Console key={session.name} session={{ ...session, leave }} />;
  }
  return (
    <Page url={url}>
      {authorization === 'none' && <NameForm url={url} onSession={setSession} />}
      {authorization !== 'none' && (authorization === 'iam' || Gate === undefined) && (
        <CommandLine url={url} why={authorization} />
      )}
      {authorization === 'jwt' && Gate !== undefined && <Gate url={url} settings={settings} onSession={setSession} />}
    </Page>
  );
}
