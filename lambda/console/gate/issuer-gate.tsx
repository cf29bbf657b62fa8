import { useEffect, useMemo, useState } from 'preact/hooks';
import type { GateProps } from '../app.tsx';
import { useAction } from '../live/use-action.ts';
import { Card } from '../parts/card.tsx';
import { Fault } from '../parts/fault.tsx';
import type { IssuerSettings } from '../session/oidc.ts';
import { openIssuer } from '../session/oidc.ts';
import { tokenSession } from '../session/token.ts';
import { CommandLine } from './command-line.tsx';

/** Signs in at the issuer, or says why the page can't. */
export function IssuerGate({ url, settings, onSession }: GateProps) {
  const { clientId } = settings;
  if (clientId === undefined) return <CommandLine url={url} why="jwt" />;
  if (!isSecureContext) {
    return (
      <Card title="Sign in" class="narrow">
        <p>Browsers sign in only on pages that come by https, or from this computer. Open this page by https.</p>
      </Card>
    );
  }
  return <SignInCard url={url} settings={{ ...settings, clientId }} onSession={onSession} />;
}

interface CardProps extends Pick<GateProps, 'url' | 'onSession'> {
  readonly settings: IssuerSettings;
}

function SignInCard({ url, settings, onSession }: CardProps) {
  const issuer = useMemo(() => openIssuer(settings, `${url}/`), []);
  const [isLooking, setLooking] = useState(true);
  const look = useAction(async () => {
    const signedIn = await issuer.current();
    if (signedIn === undefined) setLooking(false);
    else onSession(tokenSession(url, issuer, signedIn));
  });
  const signIn = useAction(() => issuer.signIn());
  useEffect(() => void look.run(), []);
  if (isLooking && look.fault === undefined) return <p class="quiet opening">Signing in…</p>;
  return (
    <Card title="Sign in" class="narrow">
      <p>Borrow a virtual machine, log in to it, give it back.</p>
      <Fault fault={signIn.fault ?? look.fault} />
      <div class="buttons start">
        <button type="button" class="solid" disabled={signIn.isBusy} onClick={() => void signIn.run()}>
          Sign in at {new URL(settings.issuer).host}
        </button>
      </div>
    </Card>
  );
}
