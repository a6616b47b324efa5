import type { ProcessGroupOptions } from '../config.js';
import type { DaemonOption } from '../daemon-option.js';
import type { OptionSet } from '../options.js';
import { checkedOptions } from './daemon-options-checked.js';
import { honouredOptions } from './daemon-options-honoured.js';

/** Every option of WSGIDaemonProcess, in the order of the manual. */
export const daemonOptionList: readonly DaemonOption[] = [...honouredOptions, ...checkedOptions];

/** The same, as the reader of WSGIDaemonProcess takes them. */
export const daemonOptions: OptionSet<ProcessGroupOptions> = Object.fromEntries(
  daemonOptionList.map((entry) => [entry.name, entry.read]),
);
