export type {
  ByteRange,
  ByteSource,
  ByteStream,
  CallOptions,
  ObjectInfo,
  ReadOptions,
  Storage,
  StorageTraits,
  WriteOptions,
  WriteStep,
} from './storage.ts';
export { isRetryable, isStorageError, StorageError, type StorageErrorCode, type StorageErrorOptions } from './storage-error.ts';
export { keyPrefixOf, parseRemoteUrl, printRemoteUrl, type RemoteUrl } from './remote-url.ts';
export type { OptionSpec, OptionValue, RemoteSpec, StorageHost, StoragePlugin } from './storage-plugin.ts';
export type { RemoteDraft, SetupDialog, SetupHost, SetupQuestion, StorageSetup } from './storage-setup.ts';
export { redactor } from './redact.ts';
export { networkFailure, type NetworkHints } from './network-failure.ts';
export { parseRetryAfter } from './parse-retry-after.ts';
export { proxySettings, type ProxySettings } from './proxy-settings.ts';
export { sharedAttempt } from './shared-attempt.ts';
export { untilAborted } from './until-aborted.ts';
