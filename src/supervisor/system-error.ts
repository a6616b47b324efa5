import { getSystemErrorMap } from 'node:util';

/** Name and text of a libuv status: -98 is `EADDRINUSE`, `address already in use`. */
export function getSystemErrorMessage(status: number): { code: string; message: string } {
  const [code, message] = getSystemErrorMap().get(status) ?? ['UNKNOWN', `system error ${status}`];
  return { code, message };
}

/** Text of an error that the file system gave: `no such file or directory`. */
export function reasonOf(error: unknown): string {
  const { errno, message } = error as NodeJS.ErrnoException;
  return errno === undefined ? message : getSystemErrorMessage(errno).message;
}
