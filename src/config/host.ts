import type { HostSettings } from './config.js';

/** The settings of a server or virtual host that states nothing. */
export function emptyHost(): HostSettings {
  return {
    serverAliases: [],
    logFormats: new Map(),
    customLogs: [],
    aliases: [],
    scriptAliases: [],
    importScripts: [],
    settings: { environment: [] },
    sections: [],
  };
}
