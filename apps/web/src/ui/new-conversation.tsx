import { useSignal } from '@preact/signals';
import type { PersonView } from '@parley/client';
import { call } from '../model/chat.js';
import { go } from '../model/router.js';
import { closeDialog } from '../model/dialogs.js';
import { Dialog } from './dialog.js';
import { PeoplePicker } from './people-picker.js';

const kinds = [
  ['direct', 'One person'],
  ['group', 'Group'],
  ['channel', 'Channel: few write, many read'],
] as const;

/** Starts a conversation of any kind and goes there. */
export function NewConversation() {
  const kind = useSignal<'direct' | 'group' | 'channel'>('direct');
  const title = useSignal('');
  const chosen = useSignal<readonly PersonView[]>([]);
  const problem = useSignal('');
  const isBusy = useSignal(false);

  const start = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const ids = chosen.value.map(({ id }) => id);
    const [first] = ids;
    if (kind.value === 'direct' && first === undefined) {
      problem.value = 'Choose a person.';
      return;
    }
    if (kind.value !== 'direct' && title.value.trim() === '') {
      problem.value = 'Give it a name.';
      return;
    }
    isBusy.value = true;
    try {
      const id =
        kind.value === 'direct'
          ? await call.startDirect(first ?? '')
          : await call.startGroup(kind.value, title.value.trim(), ids);
      closeDialog();
      go('c', id);
    } catch (error) {
      problem.value = (error as Error).message;
    } finally {
      isBusy.value = false;
    }
  };

  return (
    <Dialog title="New conversation" onClose={closeDialog}>
      <form onSubmit={(event) => void start(event)} noValidate>
        <fieldset class="kinds">
          <legend>Kind</legend>
          {kinds.map(([value, label]) => (
            <label key={value}>
              <input
                type="radio"
                name="kind"
                value={value}
                checked={kind.value === value}
                onChange={() => {
                  kind.value = value;
                  chosen.value = value === 'direct' ? chosen.value.slice(0, 1) : chosen.value;
                }}
              />
              {label}
            </label>
          ))}
        </fieldset>
        {kind.value !== 'direct' && (
          <label>
            Name
            <input
              type="text"
              maxLength={256}
              value={title.value}
              onInput={(event) => (title.value = event.currentTarget.value)}
            />
          </label>
        )}
        <PeoplePicker chosen={chosen} single={kind.value === 'direct'} />
        <p class="problem" role="alert">
          {problem}
        </p>
        <button type="submit" class="primary" disabled={isBusy.value}>
          Start
        </button>
      </form>
    </Dialog>
  );
}
