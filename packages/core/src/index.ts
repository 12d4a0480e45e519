export { DatapinError, type DatapinErrorOptions, type ErrorCode } from './errors.ts';
export { closest } from './closest.ts';
export type { DatapinEvent, LockWaitEvent, OperationContext, ProgressEvent, RetryEvent, WarningEvent, WorkKind } from './events.ts';
export type { Config, ConfigEntry, ConfigFileKind, ConfigLevel, LinkType, RemoteConfig } from './config/config.ts';
export type { Project, ProjectOptions, StorageSource } from './project/project.ts';
export { openProject } from './project/open-project.ts';
export { add, type AddRequest, type AddResult } from './operations/add.ts';
export { checkIgnore, type IgnoreVerdict } from './operations/check-ignore.ts';
export { checkout, type CheckoutRequest, type CheckoutResult } from './operations/checkout.ts';
export type { FileCounts, WorkspaceChanges } from './checkout/changes.ts';
export { commit, type CommitRequest, type CommitResult } from './operations/commit.ts';
export type { ConfigFileLevel } from './config/config-files.ts';
export { getConfig, listConfig, type ListedSetting, setConfig, unsetConfig } from './operations/configuration.ts';
export type { ConfigScope, ConfigWriteResult } from './operations/config-session.ts';
export {
  addRemote,
  type AddRemoteRequest,
  defaultRemote,
  type ListedRemote,
  listRemotes,
  modifyRemote,
  removeRemote,
  renameRemote,
  setDefaultRemote,
} from './operations/remotes.ts';
export { dataStatus, type DataChanges, type DataStatusRequest, type DataStatusResult } from './operations/data-status.ts';
export { diff, type DiffRequest, type DiffResult } from './operations/diff.ts';
export { type EnvironmentFinding, inspectEnvironment } from './operations/environment.ts';
export { checkRemote, type CheckResult } from './operations/check-remote.ts';
export { type BringRequest, fetch, type FetchRequest, type FetchResult, type Narrowing, type TransferRequest } from './operations/fetch.ts';
export { init, type InitRequest, type InitResult } from './operations/init.ts';
export { list, type ListEntry, type ListRequest } from './operations/list.ts';
export { type FetchedRepository, fetchRepository, type KnownCommit, knownCommit } from './operations/fetch-repository.ts';
export { planPull, type PullPlan } from './operations/plan-pull.ts';
export { pull, type PullRequest, type PullResult } from './operations/pull.ts';
export { push, type PushRequest, type PushResult } from './operations/push.ts';
export {
  cloudStatus,
  type CloudStatusRequest,
  type CloudStatusResult,
  type EntryStatus,
  type StageChange,
  status,
  type StatusRequest,
  type StatusResult,
} from './operations/status.ts';
export { setUpRemote, type SetUpRemoteRequest, type SetUpRemoteResult } from './operations/set-up-remote.ts';
export { createContentHash, hashBytes } from './hashing/content-hash.ts';
export { isDirectoryId, type HashAlgorithm, isObjectValue, objectKey, type ObjectId } from './hashing/object-id.ts';
export type { Output, Stage } from './project/stage.ts';
export type { SelectedOutput } from './project/target.ts';
export type { MissingObject } from './transfer/missing-object.ts';
export type { NearbyObject, NearbyObjects } from './transfer/nearby-objects.ts';
export type { PinnedContent, PinnedFile } from './transfer/pinned-content.ts';
export { parseOption } from './transfer/parse-options.ts';
export { objectName, type WantedObject } from './transfer/wanted-object.ts';
export type { RevisionScope } from './transfer/select-for-transfer.ts';
