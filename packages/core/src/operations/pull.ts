import type { OperationContext } from '../events.ts';
import type { Project } from '../project/project.ts';
import type { CheckoutResult } from './checkout.ts';
import type { FetchResult, TransferRequest } from './fetch.ts';

export interface PullRequest extends TransferRequest {
  readonly force: boolean;
  readonly allowMissing: boolean;
}

export interface PullResult {
  readonly fetch: FetchResult;
  readonly checkout: CheckoutResult;
  /** All selected files that are in place now, and their sizes. */
  readonly files: number;
  readonly bytes: number;
  /** Whether every selected pin is in place. */
  readonly complete: boolean;
  /** SHA-256 over the sorted `path\0hash` lines of all selected pins: the same data, the same text. */
  readonly dataHash: string;
}

/** Fetch, then checkout; files are placed while later ones still download. What could be brought is placed even when something is missing. */
export declare function pull(project: Project, request: PullRequest, context: OperationContext): Promise<PullResult>;
