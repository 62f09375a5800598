import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { call } from '../model/chat.js';
import { Refusal } from '../model/link.js';
import { formText } from './form-text.js';

/** Log in, or register; what is wrong stands beside the field it is about. */
export function LogIn() {
  const isNew = useSignal(false);
  const isBusy = useSignal(false);
  const problem = useSignal<{ readonly text: string; readonly field: string } | null>(null);
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => first.current?.focus(), []);

  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const field = (name: string): string => formText(form, name);
    isBusy.value = true;
    problem.value = null;
    try {
      const entered = form.get('password');
      const password = typeof entered === 'string' ? entered : '';
      if (isNew.value) await call.register(field('username'), password, field('displayName'), deviceName());
      else await call.logIn(field('username'), password, deviceName());
    } catch (error) {
      problem.value = explain(error);
    } finally {
      isBusy.value = false;
    }
  };

  const wrong = (name: string) =>
    problem.value?.field === name ? ({ 'aria-invalid': true, 'aria-describedby': 'problem' } as const) : {};
  return (
    <main class="log-in">
      <form onSubmit={(event) => void submit(event)} aria-labelledby="log-in-title">
        <h1 id="log-in-title">
          <img src="/icon.svg" alt="" width="40" height="40" /> Parley
        </h1>
        <label>
          User name
          <input
            ref={first}
            name="username"
            autocomplete="username"
            autocapitalize="none"
            spellcheck={false}
            required
            pattern="[A-Za-z0-9._\-]{2,32}"
            title="2 to 32 letters, digits, dots, hyphens and underscores"
            {...wrong('username')}
          />
        </label>
        {isNew.value && (
          <label>
            Name that others see <span class="soft">(optional)</span>
            <input name="displayName" autocomplete="name" maxLength={256} {...wrong('displayName')} />
          </label>
        )}
        <label>
          Password
          <input
            name="password"
            type="password"
            required
            minLength={isNew.value ? 8 : 1}
            autocomplete={isNew.value ? 'new-password' : 'current-password'}
            {...wrong('password')}
          />
        </label>
        {isNew.value && <p class="soft">At least 8 characters.</p>}
        <p id="problem" class="problem" role="alert">
          {problem.value?.text}
        </p>
        <button type="submit" class="primary" disabled={isBusy.value}>
          {isNew.value ? 'Register' : 'Log in'}
        </button>
        <button type="button" class="plain" onClick={() => (isNew.value = !isNew.value)}>
          {isNew.value ? 'I have an account' : 'I am new here'}
        </button>
      </form>
    </main>
  );
}

function explain(error: unknown): { text: string; field: string } {
  if (!(error instanceof Refusal)) return { text: String(error), field: '' };
  if (error.code === 'username_taken') return { text: 'This user name is taken.', field: 'username' };
  if (error.code === 'wrong_credentials') return { text: 'User name or password is wrong.', field: 'password' };
  if (error.code === 'connection_lost' || error.code === 'timeout')
    return { text: 'The server cannot be reached.', field: '' };
  const [first] = error.errors;
  return { text: first?.message ?? error.message, field: first?.pointer.replace(/^.*\//, '') ?? '' };
}

/** What the list of devices calls this browser. */
function deviceName(): string {
  const { userAgent } = navigator;
  const browser = ['Edg', 'OPR', 'Firefox', 'Chrome', 'Safari'].find((each) => userAgent.includes(each)) ?? 'Browser';
  const system =
    ['Android', 'iPhone', 'iPad', 'Windows', 'Mac', 'Linux'].find((each) => userAgent.includes(each)) ?? '';
  const names: Readonly<Record<string, string>> = { Edg: 'Edge', OPR: 'Opera' };
  return `${names[browser] ?? browser}${system === '' ? '' : ` on ${system}`}`;
}
