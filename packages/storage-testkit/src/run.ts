export { allLies, type Liar, type Lie, lieAbout, lyingPlugin, lyingStorage } from './lying-storage.ts';
export { type MemoryPlugin, memoryPlugin, type MemoryPluginOptions } from './memory-storage.ts';
export { randomBytes, randomNumbers, readAll, type SourceBehaviour, sourceOf } from './bytes.ts';
export { threeTries } from './three-tries.ts';
export { allGuarantees, allHttpGuarantees, httpGuarantees } from './guarantees/all.ts';
export type { FullStorage, Guarantee, Need, Seam, StorageMethod, Trial } from './suite/guarantee.ts';
export {
  type Conformance,
  defaultLimits,
  type Deviation,
  type Lacks,
  type StorageUnderTest,
  type SuiteLimits,
  type TestRemote,
  type TestServer,
} from './suite/storage-under-test.ts';
export { openRemote, type TrialGround, tryGuarantee } from './suite/try-guarantee.ts';
export { type PlannedGuarantee, planSuite } from './suite/plan-suite.ts';
export { type GuaranteeResult, type RunOptions, runSuite, type Verdict } from './suite/run-suite.ts';
export { printedForms, secretForms, secretIn } from './suite/secret-forms.ts';
export { certificates, otherAuthority, type ServerCertificate, testAuthority } from './faults/certificates.ts';
export type { Fault, FaultProxy, FaultTarget, ProxiedRequest } from './faults/fault.ts';
export { type FaultProxyOptions, startFaultProxy } from './faults/fault-proxy.ts';
export { listed, listedKeys } from './suite/expectations.ts';
export { remoteServer, type RemoteServer, type RemoteServerOptions } from './suite/remote-server.ts';
export { type RemoteReport, type RemoteUnderTest, testAtRemote, type TestAtRemoteOptions } from './suite/test-at-remote.ts';
