import type { Stated } from '../base/span.js';
import type { DirectorySettings, EnvironmentRule as StatedRule } from '../config/config.js';
import { parseCallable, parseGroupName } from './group-name.js';
import type { EnvironmentRule, RequestSettings } from './plan.js';
import { accessRule } from './requirement.js';

/** What holds where nothing is stated: mod_wsgi's and Apache 2.4's defaults, and access denied. */
export const defaultSettings: RequestSettings = {
  processGroup: { kind: 'literal', name: '' },
  applicationGroup: { kind: 'resource' },
  callable: { kind: 'literal', name: 'application' },
  passAuthorization: false,
  chunkedRequest: false,
  scriptReloading: true,
  scriptExtensions: ['.wsgi', '.py'],
  limitRequestBody: 1024 * 1024 * 1024,
  access: { kind: 'denied', unstated: true },
  environment: [],
  directoryIndex: ['index.html'],
  directorySlash: true,
  followSymLinks: 'always',
  acceptPathInfo: 'default',
  canonicalName: false,
  canonicalPhysicalPort: false,
};

type Variables = Readonly<Record<string, string>>;

/** The stated settings of one scope in the words of the plan. PassEnv takes its value from `variables`. */
export function requestSettings(
  stated: DirectorySettings,
  variables: Variables,
): Partial<RequestSettings> {
  const environment = stated.environment.flatMap(({ value }) => environmentRule(value, variables));
  return {
    ...(stated.processGroup && { processGroup: parseGroupName(stated.processGroup.value) }),
    ...(stated.applicationGroup && {
      applicationGroup: parseGroupName(stated.applicationGroup.value),
    }),
    ...(stated.callableObject && { callable: parseCallable(stated.callableObject.value) }),
    ...(stated.passAuthorization && { passAuthorization: stated.passAuthorization.value }),
    ...(stated.chunkedRequest && { chunkedRequest: stated.chunkedRequest.value }),
    ...(stated.scriptReloading && { scriptReloading: stated.scriptReloading.value }),
    ...(stated.scriptExtensions && { scriptExtensions: stated.scriptExtensions.value }),
    ...(stated.limitRequestBody && { limitRequestBody: stated.limitRequestBody.value }),
    ...(stated.require && { access: accessRule(stated.require.value) }),
    ...(environment.length > 0 && { environment }),
    ...(stated.directoryIndex && { directoryIndex: stated.directoryIndex.value }),
    ...(stated.directorySlash && { directorySlash: stated.directorySlash.value }),
    ...(stated.followSymLinks && { followSymLinks: stated.followSymLinks.value }),
    ...(stated.acceptPathInfo && { acceptPathInfo: stated.acceptPathInfo.value }),
    ...(stated.closed && { closed: reasonText(stated.closed) }),
    ...(stated.neverSent && { neverSent: reasonText(stated.neverSent) }),
    ...(stated.canonicalName && { canonicalName: stated.canonicalName.value }),
    ...(stated.canonicalPhysicalPort && {
      canonicalPhysicalPort: stated.canonicalPhysicalPort.value,
    }),
  };
}

/** Such as `SSLRequireSSL in line 7 of /etc/site.conf`. */
function reasonText({ value, at }: Stated<string>): string {
  return `${value} in line ${at.line} of ${at.file}`;
}

/** Later settings win key by key; environment rules add up. */
export function mergeSettings(
  base: RequestSettings,
  ...more: readonly Partial<RequestSettings>[]
): RequestSettings {
  const merged: RequestSettings = Object.assign({}, base, ...more);
  return {
    ...merged,
    environment: [base, ...more].flatMap((scope) => scope.environment ?? []),
  };
}

function environmentRule(rule: StatedRule, variables: Variables): EnvironmentRule[] {
  switch (rule.kind) {
    case 'pass': {
      const value = variables[rule.name];
      return value === undefined ? [] : [{ kind: 'set', name: rule.name, value }];
    }
    case 'set-if':
      return [
        {
          ...rule,
          assignments: rule.assignments.map(({ name, value }) => ({ name, value: value ?? null })),
        },
      ];
    default:
      return [rule];
  }
}
