import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { call, nameOf, userId } from '../model/chat.js';
import { Dialog } from './dialog.js';

interface Receipt {
  readonly userId: string;
  readonly delivered: boolean;
  readonly read: boolean;
}

/** Who has read a message, and whom it has reached. */
export function Readers(props: {
  readonly conversationId: string;
  readonly sequence: number;
  readonly onClose: () => void;
}) {
  const { conversationId, sequence, onClose } = props;
  const receipts = useSignal<readonly Receipt[]>([]);
  const problem = useSignal('');
  useEffect(() => {
    call.readers(conversationId, sequence).then(
      ({ data }) => (receipts.value = data.filter((each) => each.userId !== userId.value)),
      (error: unknown) => (problem.value = (error as Error).message),
    );
  }, []);
  const groups = [
    ['Read', receipts.value.filter(({ read }) => read)],
    ['Delivered', receipts.value.filter(({ read, delivered }) => delivered && !read)],
    ['Not yet', receipts.value.filter(({ delivered }) => !delivered)],
  ] as const;
  return (
    <Dialog title="Who has it" onClose={onClose}>
      <p class="problem" role="alert">
        {problem}
      </p>
      {groups.map(
        ([title, people]) =>
          people.length > 0 && (
            <section key={title}>
              <h3>{title}</h3>
              <ul class="names">
                {people.map((each) => (
                  <li key={each.userId}>{nameOf(each.userId)}</li>
                ))}
              </ul>
            </section>
          ),
      )}
    </Dialog>
  );
}
