import { getSystemErrorMap } from 'node:util';

/** Name and text of a libuv status: -98 is `EADDRINUSE`, `address already in use`. */
export function getSystemErrorMessage(status: number): { code: string; message: string } {
  const [code, message] = getSystemErrorMap().get(status) ?? ['UNKNOWN', `system error ${status}`];
  return { code, message };
}
