import { Card } from '../parts/card.tsx';
import { CopyButton } from '../parts/copy.tsx';

/** Why somebody can't use the page here. */
const WHY = {
  iam: 'This deployment knows people by their AWS credentials. A page can’t sign with them; the command line can.',
  jwt: 'This deployment asks for a token, and names no client with which this page could get one. The command line takes yours.',
};

/** Says how to borrow from the command line, with the address of this API filled in. */
export function CommandLine({ url, why }: { readonly url: string; readonly why: keyof typeof WHY }) {
  const steps = why === 'iam' ? iamSteps(url) : jwtSteps(url);
  return (
    <Card title="Use the command line" class="narrow">
      <p>{WHY[why]}</p>
      <ol class="steps">
        {steps.map(({ what, line }) => (
          <li key={line}>
            <p>{what}</p>
            <div class="code">
              <code>{line}</code>
              <CopyButton text={line} what={`command: ${what}`} />
            </div>
          </li>
        ))}
      </ol>
      <p class="quiet">
        <code>vm-pool --help</code> shows everything else: renew, release, events, and what operators do.
      </p>
    </Card>
  );
}

function iamSteps(url: string) {
  return [
    { what: 'Tell the command line which API to use', line: `export VM_POOL_URL=${url}` },
    { what: 'Check that it finds your AWS credentials', line: 'vm-pool login' },
    { what: 'Borrow a VM', line: 'vm-pool get' },
    { what: 'Log in to it', line: 'vm-pool ssh' },
  ];
}

function jwtSteps(url: string) {
  return [
    { what: 'Tell the command line which API to use', line: `export VM_POOL_URL=${url}` },
    { what: 'Give it your token', line: 'export VM_POOL_TOKEN=…' },
    { what: 'Borrow a VM', line: 'vm-pool get' },
    { what: 'Log in to it', line: 'vm-pool ssh' },
  ];
}
