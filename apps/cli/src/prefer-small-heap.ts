import { setFlagsFromString } from 'node:v8';

/**
 * Tells V8 to collect rather than to grow. A transfer makes much garbage and keeps little: with V8's own choice of size, pushing 20,000 small
 * files to S3 peaks above 200 MB of which 20 are in use; with this it stays near half, for some percent of CPU.
 */
export function preferSmallHeap(): void {
  setFlagsFromString('--optimize-for-size');
}
