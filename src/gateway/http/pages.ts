/** Fixed texts: no path, no traceback, nothing of the request. */
const texts = new Map<number, readonly [reason: string, text: string]>([
  [200, ['OK', '']],
  [206, ['Partial Content', '']],
  [301, ['Moved Permanently', 'The document has moved.']],
  [304, ['Not Modified', '']],
  [400, ['Bad Request', 'The server could not understand the request.']],
  [403, ['Forbidden', 'You have no permission to see this resource.']],
  [404, ['Not Found', 'There is nothing at this address.']],
  [405, ['Method Not Allowed', 'This method is not available here.']],
  [408, ['Request Timeout', 'The request did not arrive in time.']],
  [411, ['Length Required', 'The request needs a Content-Length.']],
  [412, ['Precondition Failed', 'The resource is not as the request supposed.']],
  [413, ['Content Too Large', 'The request is larger than the server accepts.']],
  [414, ['URI Too Long', 'The address is longer than the server accepts.']],
  [416, ['Range Not Satisfiable', 'The resource has no such part.']],
  [417, ['Expectation Failed', 'The server knows no such expectation.']],
  [431, ['Request Header Fields Too Large', 'The headers are larger than the server accepts.']],
  [500, ['Internal Server Error', 'The application failed. Its error log tells why.']],
  [501, ['Not Implemented', 'The server does not support this.']],
  [502, ['Bad Gateway', 'The application ended before it answered.']],
  [503, ['Service Unavailable', 'The application has no free place now. Please try again.']],
  [504, ['Gateway Timeout', 'The application did not answer in time.']],
  [505, ['HTTP Version Not Supported', 'The server speaks HTTP/1.0 and HTTP/1.1.']],
]);

const bodies = new Map<number, string>();

export function reasonOf(status: number): string {
  return texts.get(status)?.[0] ?? 'Error';
}

/** Small ASCII HTML. */
export function pageOf(status: number): string {
  const known = bodies.get(status);
  if (known !== undefined) return known;
  const [reason, text] = texts.get(status) ?? ['Error', 'The request failed.'];
  const page = `<!doctype html>\n<html lang="en"><head><title>${status} ${reason}</title></head>\n<body><h1>${reason}</h1><p>${text}</p></body></html>\n`;
  bodies.set(status, page);
  return page;
}

/** A whole response with a page, for connections that are closed after it. */
export function rawPage(status: number, options: { date: string; head: boolean }): string {
  const page = pageOf(status);
  const retry = status === 503 ? 'Retry-After: 1\r\n' : '';
  const allow = status === 405 ? 'Allow: GET, HEAD, POST, PUT, DELETE, OPTIONS, PATCH\r\n' : '';
  return `HTTP/1.1 ${status} ${reasonOf(status)}\r\nDate: ${options.date}\r\nServer: venvhost\r\n${retry}${allow}Content-Type: text/html; charset=utf-8\r\nContent-Length: ${page.length}\r\nConnection: close\r\n\r\n${options.head ? '' : page}`;
}
