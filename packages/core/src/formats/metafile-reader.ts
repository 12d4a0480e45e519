import { DatapinError } from '../errors.ts';
import { type Field, type FieldPath, SchemaProblem } from './metafile-fields.ts';
import { parseYaml } from './yaml-load.ts';

/** How a metafile is read: its name for errors, and the reader of its top level. */
export interface MetafileReading<T> {
  readonly file: string;
  readonly read: (field: Field) => T;
}

/** Parses the text and reads it by a schema; an empty file is an empty mapping. Rejects with `invalid-metafile`, which names file, line and key. */
export async function readMetafile<T>(text: string, { file, read }: MetafileReading<T>): Promise<T> {
  const value = (await parseYaml(text, { file })) ?? new Map();
  try {
    return read({ value, path: [] });
  } catch (error) {
    if (error instanceof SchemaProblem) {
      throw new DatapinError('invalid-metafile', await describe(error, { text, file }), { cause: error });
    }
    throw error;
  }
}

/** Worded as DVC words it. */
async function describe(problem: SchemaProblem, { text, file }: { text: string; file: string }): Promise<string> {
  const place = problem.path.length === 0 ? '' : `, in ${problem.path.join(' -> ')}`;
  return `'${file}' validation failed: ${problem.message}${place}, line ${await lineOf(text, { file, path: problem.path })}.`;
}

async function lineOf(text: string, { file, path }: { file: string; path: FieldPath }): Promise<number> {
  const { offsetOfField } = await import('./yaml-document.ts');
  return text.slice(0, offsetOfField(text, { file, path })).split('\n').length;
}
