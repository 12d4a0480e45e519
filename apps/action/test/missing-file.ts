import type { FailureRules } from '../src/failures.ts';
import type { MissingFile } from '../src/outcome.ts';

/** A file that could not be brought; not on the remote unless said otherwise. */
export function missingFile(given: Partial<MissingFile>): MissingFile {
  const path = given.path ?? 'data/a.csv';
  return {
    path,
    hash: '900150983cd24fb0d6963f7d28e17f72',
    remote: 'origin',
    reason: 'missing',
    code: 'object-missing',
    message: `'${path}' (object 900150983cd24fb0d6963f7d28e17f72) is not on remote 'origin' (s3://bucket)`,
    metafile: { file: 'data/a.csv.dvc', line: 2 },
    project: { root: '/workspace', prefix: '', isInWorkspace: true, placedAt: '' },
    ...given,
  };
}

/** The rules of a usual pull. */
export const rules: FailureRules = {
  failOnMissing: true,
  failOnNoCredentials: true,
  isFromFork: false,
  mode: 'pull',
  commit: '0123456789abcdef0123456789abcdef01234567',
};
