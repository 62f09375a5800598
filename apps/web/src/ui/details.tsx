import { useSignal } from '@preact/signals';
import type { ConversationItem, MemberView, MessageView, PersonView } from '@parley/client';
import { useEffect } from 'preact/hooks';
import { call, nameOf, titleOf, userId } from '../model/chat.js';
import type { ConversationModel } from '../model/conversation-view.js';
import { go, pathTo } from '../model/router.js';
import { Dialog } from './dialog.js';
import { formText } from './form-text.js';
import { PeoplePicker } from './people-picker.js';
import { plainText } from './text.js';

interface DetailsProps {
  readonly item: ConversationItem;
  readonly model: ConversationModel;
  readonly onClose: () => void;
}

/** Everything about a conversation but its messages: name, members, roles, invitations, pins, one's own settings. */
export function Details({ item, model, onClose }: DetailsProps) {
  const { id, conversation, role, settings } = item;
  const members = useSignal<readonly MemberView[]>([]);
  const problem = useSignal('');
  const invite = useSignal('');
  const chosen = useSignal<readonly PersonView[]>([]);
  const isGroup = conversation?.kind !== 'direct';
  const mayChange = isGroup && (role === 'owner' || role === 'admin');

  const load = async (): Promise<void> => void (members.value = await call.members(id));
  /** Does it, shows what came of it, and says what was refused. */
  const attempt = (work: () => Promise<unknown>): void => {
    problem.value = '';
    work()
      .then(load)
      .catch((error: unknown) => (problem.value = (error as Error).message));
  };
  useEffect(() => attempt(async () => {}), []);

  const rename = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const [title, description] = [formText(form, 'title'), formText(form, 'description')];
    attempt(() => call.changeConversation(id, title === '' ? { description } : { title, description }));
  };
  const setting = (change: { muted?: boolean; archived?: boolean }): void =>
    attempt(() => call.changeSettings(id, change));

  return (
    <Dialog title={titleOf(item)} onClose={onClose}>
      <p class="problem" role="alert">
        {problem}
      </p>
      <JumpToDay model={model} onClose={onClose} />
      <Pins item={item} onClose={onClose} />
      <section>
        <h3>For you</h3>
        <label class="check">
          <input
            type="checkbox"
            checked={settings?.muted === true}
            onChange={({ currentTarget }) => setting({ muted: currentTarget.checked })}
          />
          Muted
        </label>
        <label class="check">
          <input
            type="checkbox"
            checked={settings?.archived === true}
            onChange={({ currentTarget }) => setting({ archived: currentTarget.checked })}
          />
          Archived
        </label>
        <button
          type="button"
          onClick={() => {
            attempt(() => call.markUnread(id, true));
            onClose();
            go('');
          }}
        >
          Mark as unread
        </button>
        {isGroup && (
          <button
            type="button"
            class="danger"
            onClick={() =>
              attempt(async () => {
                await call.leave(id);
                onClose();
                go('');
              })
            }
          >
            Leave
          </button>
        )}
      </section>
      <Description text={isGroup && !mayChange ? conversation?.description : null} />
      {mayChange && (
        <form onSubmit={rename}>
          <label>
            Name
            <input name="title" maxLength={256} defaultValue={conversation?.title ?? ''} />
          </label>
          <label>
            Description
            <textarea name="description" maxLength={2048} rows={2} defaultValue={conversation?.description ?? ''} />
          </label>
          <button type="submit">Save</button>
        </form>
      )}
      {isGroup && (
        <section>
          <h3>Members</h3>
          <ul class="members">
            {members.value.map((member) => (
              <MemberRow key={member.userId} member={member} ownRole={role} attempt={attempt} />
            ))}
          </ul>
        </section>
      )}
      {mayChange && (
        <section>
          <h3>More people</h3>
          <PeoplePicker chosen={chosen} except={members.value.map((each) => each.userId)} />
          <button
            type="button"
            disabled={chosen.value.length === 0}
            onClick={() =>
              attempt(async () => {
                await call.addMembers(
                  id,
                  chosen.value.map((each) => each.id),
                );
                chosen.value = [];
              })
            }
          >
            Add them
          </button>
          <button
            type="button"
            onClick={() =>
              attempt(async () => {
                const { code } = await call.createInvite(id);
                invite.value = `${location.origin}/${pathTo('join', code)}`;
              })
            }
          >
            Make an invite link
          </button>
          {invite.value !== '' && (
            <label>
              Whoever has this link can join
              <input readOnly value={invite.value} onFocus={({ currentTarget }) => currentTarget.select()} />
            </label>
          )}
        </section>
      )}
    </Dialog>
  );
}

interface MemberRowProps {
  readonly member: MemberView;
  readonly ownRole: ConversationItem['role'];
  readonly attempt: (work: () => Promise<unknown>) => void;
}

function MemberRow({ member, ownRole, attempt }: MemberRowProps) {
  const { conversationId, userId: id, role } = member;
  const isOther = id !== userId.value && role !== 'owner';
  const mayRemove = isOther && (ownRole === 'owner' || (ownRole === 'admin' && role === 'member'));
  const next = role === 'admin' ? 'member' : 'admin';
  return (
    <li>
      <span>
        {nameOf(id)} <span class="soft">{role}</span>
      </span>
      {isOther && ownRole === 'owner' && (
        <>
          <button type="button" onClick={() => attempt(() => call.changeRole(conversationId, id, next))}>
            Make {next === 'admin' ? 'admin' : 'member'}
            <span class="unseen">: {nameOf(id)}</span>
          </button>
          <button type="button" onClick={() => attempt(() => call.transferOwnership(conversationId, id))}>
            Make owner<span class="unseen">: {nameOf(id)}</span>
          </button>
        </>
      )}
      {mayRemove && (
        <button type="button" class="danger" onClick={() => attempt(() => call.removeMember(conversationId, id))}>
          Remove<span class="unseen"> {nameOf(id)}</span>
        </button>
      )}
    </li>
  );
}

function Pins({ item, onClose }: { readonly item: ConversationItem; readonly onClose: () => void }) {
  const { id, conversation } = item;
  const found = useSignal<readonly MessageView[]>([]);
  useEffect(() => {
    const wanted = (conversation?.pins ?? []).toReversed().slice(0, 20);
    const load = async (): Promise<void> => {
      const answers = await Promise.allSettled(wanted.map((sequence) => call.message(id, sequence)));
      found.value = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
    };
    void load();
  }, []);
  if (found.value.length === 0) return null;
  return (
    <section>
      <h3>Pinned</h3>
      <ul class="choices">
        {found.value.map((message) => (
          <li key={message.id}>
            <button
              type="button"
              onClick={() => {
                onClose();
                go('c', id, message.sequence);
              }}
            >
              <strong>{nameOf(message.senderId)}</strong> {plainText(message)}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Nothing when there is none. */
const Description = ({ text }: { readonly text: string | null | undefined }) =>
  (text ?? '') === '' ? null : <p>{text}</p>;

interface JumpToDayProps {
  readonly model: ConversationModel;
  readonly onClose: () => void;
}

const JumpToDay = ({ model, onClose }: JumpToDayProps) => (
  <form
    onSubmit={(event) => {
      event.preventDefault();
      const day = formText(new FormData(event.currentTarget), 'day');
      if (day === '') return;
      onClose();
      void model.jumpToTime(new Date(`${day}T00:00`).toISOString()).catch(() => {});
    }}
  >
    <label>
      Jump to a day
      <span class="line">
        <input type="date" name="day" required max={new Date().toISOString().slice(0, 10)} />
        <button type="submit">Go</button>
      </span>
    </label>
  </form>
);
