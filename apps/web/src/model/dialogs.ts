import { signal } from '@preact/signals';

/** Which dialog is open. */
export const dialog = signal<'switcher' | 'new' | null>(null);

export const closeDialog = (): void => void (dialog.value = null);
