import { accountRoutes, messageCommandRoutes, type Route } from '@parley/protocol';
import type { CallInput } from '../../kit/rest.js';
import type { Command } from './command.js';

/** A command as a request. */
export function requestOf(
  command: Command,
  conversationId: string,
): { readonly route: Route; readonly input: CallInput } {
  const routes = messageCommandRoutes;
  switch (command.type) {
    case 'send': {
      const { clientMessageId, text } = command;
      const body = { clientMessageId, content: contentOf(text) };
      return { route: routes.sendMessage, input: { params: { conversationId }, body } };
    }
    case 'edit': {
      const params = { conversationId, sequence: command.sequence };
      return { route: routes.editMessage, input: { params, body: { content: contentOf(command.text) } } };
    }
    case 'delete':
    case 'pin':
    case 'unpin': {
      const route = { delete: routes.deleteMessage, pin: routes.pinMessage, unpin: routes.unpinMessage }[command.type];
      return { route, input: { params: { conversationId, sequence: command.sequence } } };
    }
    case 'react':
    case 'unreact': {
      const { sequence, emoji } = command;
      return { route: routes[command.type], input: { params: { conversationId, sequence, emoji } } };
    }
    case 'block':
    case 'unblock': {
      const route = command.type === 'block' ? accountRoutes.blockUser : accountRoutes.unblockUser;
      return { route, input: { params: { userId: command.userId } } };
    }
    default:
      return command satisfies never;
  }
}

const contentOf = (text: string) => ({ type: 'text.v1', text });
