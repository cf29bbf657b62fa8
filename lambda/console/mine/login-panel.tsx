import { useRef } from 'preact/hooks';
import type { Held } from '../api.ts';
import { serviceNow } from '../live/service-clock.ts';
import { useNow } from '../live/use-now.ts';
import { CopyButton, DownloadButton } from '../parts/copy.tsx';
import type { Session } from '../session/session.ts';
import { spoken } from '../time.ts';
import type { ShownLogin } from './login.ts';
import { commandLine, loginFiles, shownLogin, sshLine } from './login.ts';

/** The `ssh` line, and the files that it needs. */
export function LoginPanel({ session, grant }: { readonly session: Session; readonly grant: Held }) {
  const now = useNow(10_000, serviceNow);
  const last = useRef<ShownLogin | undefined>(undefined);
  const shown = shownLogin(last.current, { leaseId: grant.lease.id, vm: grant.vm }, now);
  last.current = shown;
  const { vm } = shown;
  const files = loginFiles(vm);
  const byCommandLine = commandLine(session.client.url, session.who.userid);
  const line = vm.login === 'session-manager' ? byCommandLine : sshLine(vm);
  return (
    <div class="login">
      <h3>Log in</h3>
      <div class="code">
        <code>{line}</code>
        <CopyButton text={line} what="ssh line" />
      </div>
      {files.length > 0 && (
        <ul class="files" aria-label="Files that ssh needs">
          {files.map(({ what, name, text }) => (
            <li key={what}>
              <span class="file">
                <span>{what}</span> <code>{name}</code>
              </span>
              <span class="buttons">
                <CopyButton text={text} what={what.toLowerCase()} />
                <DownloadButton text={text} name={name} what={what.toLowerCase()} />
              </span>
            </li>
          ))}
        </ul>
      )}
      {vm.login === 'session-manager' ? (
        <p class="quiet">
          This VM has no open port. The command line of vm-pool opens a shell on it by AWS Session Manager, and needs
          its plugin.
        </p>
      ) : (
        <Hints vm={vm} now={now} byCommandLine={byCommandLine} />
      )}
    </div>
  );
}

interface HintsProps extends Pick<ShownLogin, 'vm'> {
  readonly now: number;
  readonly byCommandLine: string;
}

function Hints({ vm, now, byCommandLine }: HintsProps) {
  const { id, privateKey, certificateExpiresAt, keyAcceptedUntil } = vm;
  return (
    <ul class="hints">
      {privateKey !== undefined && (
        <li>
          Save the files in one folder, and let nobody else read the key: <code>chmod 600 {id}</code>
        </li>
      )}
      {privateKey === undefined && <li>Your own key opens this VM.</li>}
      {certificateExpiresAt !== undefined && (
        <li>
          The certificate lets you in for {spoken(Date.parse(certificateExpiresAt) - now)} more; then this page shows a
          new one. Sessions that are open stay open.
        </li>
      )}
      {keyAcceptedUntil !== undefined && (
        <li>
          The VM takes your key for {spoken(Date.parse(keyAcceptedUntil) - now)} more; while this page is open, it has
          the VM take the key again. Sessions that are open stay open.
        </li>
      )}
      <li>
        Or let the command line do all of it: <code>{byCommandLine}</code>
      </li>
    </ul>
  );
}
