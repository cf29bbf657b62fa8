import { useState } from 'preact/hooks';
import type { SignIn } from '../client/sign-in.ts';
import { signIn } from '../client/sign-in.ts';
import { Console } from './console.tsx';
import { Away } from './gate/away.tsx';
import { CommandLine } from './gate/command-line.tsx';
import { IssuerGate } from './gate/issuer-gate.tsx';
import { NameForm } from './gate/name-form.tsx';
import { useLive } from './live/use-live.ts';
import { Page } from './parts/page.tsx';
import type { OpenSignIn } from './session/issuer.ts';
import { namedSession, rememberedName } from './session/named.ts';
import type { Session } from './session/session.ts';

/** Says how the page is opened. */
export interface AppProps {
  /** URL of the API. */
  readonly url: string;
  readonly openSignIn: OpenSignIn | undefined;
}

/** The page: finds out how callers are verified, lets the user in, and shows the console. */
export function App({ url, openSignIn }: AppProps) {
  const settings = useLive<SignIn>({ load: () => signIn(url), everyMs: 0, isFinal: () => true });
  if (settings.value === undefined) {
    return (
      <Page url={url}>
        <Away known={settings} />
      </Page>
    );
  }
  return <Entrance url={url} settings={settings.value} openSignIn={openSignIn} />;
}

function Entrance({ url, settings, openSignIn }: AppProps & { readonly settings: SignIn }) {
  const [session, setSession] = useState<Session | undefined>(() =>
    settings.authorization === 'none' ? namedSession(url, rememberedName()) : undefined,
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
      {settings.authorization === 'none' && <NameForm url={url} onSession={setSession} />}
      {settings.authorization === 'iam' && <CommandLine url={url} why="iam" />}
      {settings.authorization === 'jwt' && (
        <IssuerGate url={url} settings={settings} openSignIn={openSignIn} onSession={setSession} />
      )}
    </Page>
  );
}
