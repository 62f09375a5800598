import { useSignal } from '@preact/signals';
import type { DeviceView } from '@parley/client';
import { useEffect } from 'preact/hooks';
import { call, person, userId } from '../model/chat.js';
import { forgetDrafts } from '../model/draft.js';
import { go } from '../model/router.js';
import { formText } from './form-text.js';
import { fullTime } from './times.js';

const logOut = (): void => {
  forgetDrafts();
  go('');
  call.logOut().catch(() => {});
};

/** One's name, one's devices, and logging out here or elsewhere. */
export function SettingsPage() {
  const devices = useSignal<readonly DeviceView[]>([]);
  const problem = useSignal('');
  const me = person(userId.value ?? '');
  const attempt = (work: Promise<unknown>): void => {
    problem.value = '';
    work
      .then(async () => (devices.value = await call.devices()))
      .catch((error: unknown) => (problem.value = (error as Error).message));
  };
  useEffect(() => attempt(Promise.resolve()), []);

  const rename = (event: SubmitEvent): void => {
    event.preventDefault();
    const name = formText(new FormData(event.currentTarget as HTMLFormElement), 'name');
    if (name !== '') attempt(call.rename(name));
  };
  return (
    <>
      <p class="problem" role="alert">
        {problem}
      </p>
      <form onSubmit={rename}>
        <label>
          Name that others see
          <input name="name" required maxLength={256} key={me?.displayName} defaultValue={me?.displayName ?? ''} />
        </label>
        <button type="submit">Save</button>
      </form>
      <p class="soft">Your user name is @{me?.username ?? '…'}.</p>
      <h2>Your devices</h2>
      <ul class="members">
        {devices.value.map(({ deviceId, name, lastUsedAt, current }) => (
          <li key={deviceId}>
            <span>
              {name === '' ? 'Device without a name' : name}{' '}
              <span class="soft">{current ? 'this one' : `last used ${fullTime(lastUsedAt)}`}</span>
            </span>
            {!current && (
              <button type="button" class="danger" onClick={() => attempt(call.logOutDevice(deviceId))}>
                Log out<span class="unseen"> {name}</span>
              </button>
            )}
          </li>
        ))}
      </ul>
      <button type="button" class="danger" onClick={logOut}>
        Log out here
      </button>
    </>
  );
}
