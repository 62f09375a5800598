import { useSignal } from '@preact/signals';
import { call } from '../model/chat.js';
import { go } from '../model/router.js';

/** An invitation: joining is a choice, not what opening a link does. */
export function JoinPage({ parts }: { readonly parts: readonly string[] }) {
  const problem = useSignal('');
  const join = async (): Promise<void> => {
    try {
      go('c', await call.join(parts[0] ?? ''));
    } catch (error) {
      problem.value = (error as Error).message;
    }
  };
  return (
    <>
      <p>You were invited to a conversation.</p>
      <p class="problem" role="alert">
        {problem}
      </p>
      <button type="button" class="primary" onClick={() => void join()}>
        Join
      </button>
    </>
  );
}
