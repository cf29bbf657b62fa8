import { useState } from 'preact/hooks';
import { Card } from '../parts/card.tsx';
import { TextField } from '../parts/text-field.tsx';
import { namedSession, rememberNames, USER_ID, USER_ID_RULE } from '../session/named.ts';
import type { Session } from '../session/session.ts';

/** Asks for a user id, where nobody asks who borrows. */
export function NameForm(props: { readonly url: string; readonly onSession: (session: Session | undefined) => void }) {
  const [userid, setUserid] = useState('');
  const [operator, setOperator] = useState('');
  const submit = (event: Event) => {
    event.preventDefault();
    const names = { userid: userid.trim(), ...(operator.trim() !== '' && { operator: operator.trim() }) };
    rememberNames(names);
    props.onSession(namedSession(props.url, names));
  };
  return (
    <Card title="Who are you?" class="narrow">
      <p class="quiet">This deployment lends VMs to anybody, in any name. Choose a user id that others recognise.</p>
      <form class="stack" onSubmit={submit}>
        <TextField
          label="User id"
          value={userid}
          onText={setUserid}
          input={{ required: true, autofocus: true, autocomplete: 'username', pattern: USER_ID, title: USER_ID_RULE }}
        />
        <details>
          <summary>I am an operator</summary>
          <TextField
            label="Operator’s name, one of ADMIN_USERS of a server on this computer"
            value={operator}
            onText={setOperator}
          />
          <p class="quiet small-text">On AWS, operators use the command line: they sign with AWS credentials.</p>
        </details>
        <div class="buttons start">
          <button type="submit" class="solid">
            Continue
          </button>
        </div>
      </form>
    </Card>
  );
}
