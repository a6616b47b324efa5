/** What `venvhost explain` says beside the title of a code. Sentences, each ending in a full stop. */
export interface Explanation {
  readonly cause: string;
  /** What happens to the server, to one process group or to requests. */
  readonly happens: string;
  readonly remedy: string;
  /** Lines of a configuration or commands. */
  readonly example?: string;
}

/** The same words for the many errors that stop the start. */
export const refuses = 'The server does not start; a running one keeps its configuration.';
/** For errors that are the matter of one process group. */
export const breaksGroup =
  'Its process group is marked as broken and answers 503; all other groups run.';
export const nothing = 'Nothing; it is told so that nobody is surprised.';
