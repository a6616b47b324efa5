import {
  type BootFailed,
  Control,
  type Leaving,
  type Log,
  type Message,
  type Ready,
} from './control.js';
import { decodeMarshal } from './marshal.js';

/** What a runtime tells on its control connection. */
export type ControlNews =
  | { readonly type: 'ready'; readonly ready: Ready }
  | { readonly type: 'leaving'; readonly leaving: Leaving }
  | { readonly type: 'boot-failed'; readonly failed: BootFailed }
  | { readonly type: 'log'; readonly log: Log }
  | { readonly type: 'message'; readonly message: Message };

/** A frame of the control connection; undefined where its type is not known here. */
export function controlNews(type: number, payload: Buffer): ControlNews | undefined {
  const value: unknown = decodeMarshal(payload);
  switch (type) {
    case Control.Ready:
      return { type: 'ready', ready: value as Ready };
    case Control.Leaving:
      return { type: 'leaving', leaving: value as Leaving };
    case Control.BootFailed:
      return { type: 'boot-failed', failed: value as BootFailed };
    case Control.Log:
      return { type: 'log', log: value as Log };
    case Control.Message:
      return { type: 'message', message: value as Message };
    default:
      return undefined;
  }
}
