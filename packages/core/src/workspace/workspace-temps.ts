import { join } from 'node:path';

import { cleanLeftovers, openTempFiles, type TempFiles } from '../temp-files.ts';

/** Temp files in the work tree; the journal of where they are lies in `.dvc/tmp/datapin`. Dispose it when the command is done. */
export function openWorkspaceTemps(tmpDir: string): TempFiles {
  return openTempFiles(join(tmpDir, 'datapin'));
}

/** Removes what killed commands left in the work tree. To be called with the repository's lock held. */
export function cleanWorkspaceLeftovers(tmpDir: string): void {
  cleanLeftovers(join(tmpDir, 'datapin'));
}
