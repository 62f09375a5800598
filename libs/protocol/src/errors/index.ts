import { accessErrors } from './access-errors.js';
import { identityErrors } from './identity-errors.js';
import { limitsErrors } from './limits-errors.js';
import { requestErrors } from './request-errors.js';
import { rulesErrors } from './rules-errors.js';
import { serviceErrors } from './service-errors.js';

export type { ErrorDefinition } from './error-definition.js';

/** All errors by their stable code. Codes are never renamed or reused. */
export const errors = {
  ...requestErrors,
  ...identityErrors,
  ...accessErrors,
  ...rulesErrors,
  ...limitsErrors,
  ...serviceErrors,
} as const;

export type ErrorCode = keyof typeof errors;
