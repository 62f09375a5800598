import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { call, connection, outgoing } from '../model/chat.js';

/** How the connection stands, in words; nothing while all is well. */
export function Banner() {
  const now = useSignal(Date.now());
  const { phase } = connection.value;
  useEffect(() => {
    if (phase !== 'waiting') return undefined;
    now.value = Date.now();
    const timer = setInterval(() => (now.value = Date.now()), 500);
    return () => clearInterval(timer);
  }, [phase]);
  useEffect(() => {
    const back = (): void => void call.reconnect();
    addEventListener('online', back);
    return () => removeEventListener('online', back);
  }, []);
  const text = words(now.value);
  const waiting = outgoing.value.filter(({ status }) => status === 'pending').length;
  return (
    <div class={`banner ${phase}`} role="status" data-phase={phase} hidden={text === ''}>
      <span>
        {text}
        {waiting > 0 && ` ${waiting} ${waiting === 1 ? 'message waits' : 'messages wait'} to be sent.`}
      </span>
      {(phase === 'waiting' || phase === 'stopped') && (
        <button type="button" onClick={() => void call.reconnect()}>
          {phase === 'stopped' && stopCode() === 'session_replaced' ? 'Use it here' : 'Try now'}
        </button>
      )}
    </div>
  );
}

const stopCode = (): string => (connection.value.phase === 'stopped' ? connection.value.error.code : '');

function words(now: number): string {
  const state = connection.value;
  switch (state.phase) {
    case 'idle':
    case 'live':
      return '';
    case 'connecting':
      return state.attempt === 0 ? 'Connecting …' : 'Trying to connect again …';
    case 'syncing':
      return 'Connected; catching up …';
    case 'waiting': {
      const seconds = Math.max(0, Math.ceil((state.retryAt - now) / 1000));
      return `Not connected. Next attempt in ${seconds} s.`;
    }
    case 'stopped':
      return state.error.code === 'session_replaced'
        ? 'Parley is open in another window of this browser.'
        : `Disconnected: ${state.error.message}.`;
    default:
      return state satisfies never;
  }
}
