/**
 * The protocol between a gateway and a runtime, version 3. Both sides of a Unix stream socket send frames:
 *
 *     u32 LE  payload length in bytes
 *     u32 LE  stream << 8 | type
 *     payload
 *
 * A stream is one request. The gateway chooses its number: the low 10 bits are a slot, free again when the
 * stream is over; the upper 14 bits count the uses of the slot (see journal.ts). Stream 0 is the connection.
 *
 * What many requests share of their environ is sent once, in Environ, under a number that their Request names.
 *
 * A stream, as the gateway sees it:
 *
 *     Request                                      no body follows
 *     RequestWithBody, Data…, End | Abort          a body follows as credit allows
 *
 *     Response                                     the whole answer
 *     Head, Data…, End | Abort                     Abort: the answer is broken off, and must look so
 *     Failed                                       no answer; the reason decides between 500, 404 …
 *     Refused                                      not begun here, and never will be: send it elsewhere
 *
 * Abort from the gateway: the client has gone, or its body is cut. The runtime still ends the stream. HalfClosed: it
 * may have gone.
 *
 * Credit is per stream and direction: a side may send `initialWindow` bytes of Data payload, and then as many
 * as the other side grants with Credit. Head and Response payloads do not count.
 *
 * runtime/venvhost_runtime/frames.py has the same constants; a test compares the two.
 */
export const protocolVersion = 3;
export const headerLength = 8;
/** A longer frame is a broken peer. */
export const maximumPayload = 16 * 1024 * 1024;
/**
 * The head of an answer, in bytes. A longer one, which no client would take either, is the failure of its request
 * alone: a frame that is too long would end the connection, with the answers of others.
 */
export const maximumHead = 256 * 1024;
/**
 * Characters of the secret that the first frame shows: 32 random bytes in hex, made anew for each process. Its
 * supervisor tells it to the process and to gateways, over their own connections, and nobody else ever has it.
 */
export const secretLength = 64;
/** Bytes of Data that may be on the way without Credit. */
export const initialWindow = 256 * 1024;
/** Data frames are cut to this length, so that streams take turns. */
export const maximumData = 64 * 1024;

export const Frame = {
  /**
   * gateway → runtime, first frame: u32 protocol version, u32 gateway number, u32 1 where clients have made the
   * name up, else 0, secret, application group in UTF-8.
   */
  Hello: 1,
  /** runtime → gateway, first frame: u32 protocol version, u32 journal offset in words, u32 slots. */
  Welcome: 2,
  /**
   * gateway → runtime: a marshal tuple (marshal.ts) of the number of an Environ; None, or a dict of entries
   * that come before all others; a dict of entries that come after them; a tuple of the values of `requestKeys`.
   */
  Request: 3,
  RequestWithBody: 4,
  /** Both ways: bytes of a body. */
  Data: 5,
  /** Both ways: the body is complete. */
  End: 6,
  /** Both ways: the body is broken off. */
  Abort: 7,
  /** Both ways: u32, so many more bytes of Data may be sent. */
  Credit: 8,
  /** runtime → gateway: u32 length of the head, head (head.ts), body. Complete. */
  Response: 9,
  /** runtime → gateway: head (head.ts). */
  Head: 10,
  /** runtime → gateway: u8, one of Failure. */
  Failed: 11,
  /** runtime → gateway: the stream was not begun. */
  Refused: 12,
  /** runtime → gateway, stream 0: send nothing new; what was not begun comes back as Refused. */
  GoAway: 13,
  /** gateway → runtime, the number in the place of the stream: a marshal dict. It replaces what the number meant. */
  Environ: 14,
  /**
   * runtime → gateway, stream 0, payload the path of a script: another process is asked for that imports it anew.
   * This one serves on with what it has.
   */
  Outdated: 15,
  /** gateway → runtime: the client has closed its sending side. It may read still, or be gone. */
  HalfClosed: 16,
  /** runtime → gateway, stream 0, payload as in Outdated: the new file cannot be imported, nothing better is to come. */
  Current: 17,
  /** runtime → gateway, stream 0, payload as in Outdated: it could not be imported here; another process may have it. */
  Lacks: 18,
} as const;
export type Frame = (typeof Frame)[keyof typeof Frame];

/** Numbers of Environ that a connection may use, from 0. */
export const environNumbers = 64;

/** Entries of environ that each request has of its own, in the order in which Request has their values. */
export const requestKeys = [
  'REQUEST_METHOD',
  'SERVER_PROTOCOL',
  'REQUEST_URI',
  'QUERY_STRING',
  'PATH_INFO',
  'mod_wsgi.path_info',
  'mod_wsgi.request_id',
  'mod_wsgi.request_start',
  'mod_wsgi.queue_start',
  'SERVER_NAME',
  'SERVER_PORT',
  'SERVER_ADDR',
  'REMOTE_ADDR',
  'REMOTE_PORT',
  'mod_wsgi.listener_host',
  'mod_wsgi.listener_port',
  'mod_wsgi.connection_id',
] as const;

/** Why a request got no answer from the application. */
export const Failure = {
  /** The application raised, or broke WSGI, before its head was sent. 500 */
  Raised: 1,
  /** The script could not be imported. 500 */
  Import: 2,
  /** The script has no such callable object. 500 */
  Callable: 3,
  /** The script has gone. 404 */
  Missing: 4,
  /** The configuration gives no such script to this process group. 500 */
  Foreign: 5,
  /** The client is taken for gone, as nothing but empty blocks came since it closed its sending side. No answer. */
  Gone: 6,
} as const;
export type Failure = (typeof Failure)[keyof typeof Failure];
