import type { OperationContext } from '../events.ts';
import type { Project } from '../project/project.ts';
import type { MissingObject } from '../transfer/missing-object.ts';
import type { TransferRequest } from './fetch.ts';

export type PushRequest = TransferRequest;

export interface PushResult {
  /** Objects uploaded, directory objects included. */
  readonly pushed: number;
  readonly bytes: number;
  /** Neither in the cache nor on the remote (DVC warns and goes on). */
  readonly missing: readonly MissingObject[];
  /** Could not be uploaded. */
  readonly failed: readonly MissingObject[];
}

/** Uploads what the remote lacks: files first, each directory object once all of its files are there. */
export declare function push(project: Project, request: PushRequest, context: OperationContext): Promise<PushResult>;
