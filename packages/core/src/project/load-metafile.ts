import { declareStages } from '../formats/declare-stages.ts';
import { parseDvcFile } from '../formats/dvc-file.ts';
import { parseLockFile } from '../formats/lock-file.ts';
import { stageOfDvcFile, stageOfPipeline } from './build-stage.ts';
import type { FileTree } from './file-tree.ts';
import type { Project } from './project.ts';
import type { Stage } from './stage.ts';

/** The stages of a metafile by its path relative to the project root. Rejects with `invalid-metafile`. */
export type MetafileLoader = (file: string) => Promise<readonly Stage[]>;

/** Reads metafiles of a tree into stages. */
export function createMetafileLoader({ project, files }: { readonly project: Project; readonly files: FileTree }): MetafileLoader {
  const { root, config } = project;
  return async (file) => {
    const text = files.read(file) ?? '';
    if (file.endsWith('.dvc')) return [stageOfDvcFile({ root, file }, await parseDvcFile(text, file))];
    const lockPath = `${file.slice(0, -'.yaml'.length)}.lock`;
    const lockText = files.read(lockPath);
    const lock = lockText === undefined ? undefined : await parseLockFile(lockText, lockPath);
    const declared = await declareStages(text, { file, parsing: config.parsing, readFile: (path) => files.read(path) });
    return declared.map((stage) => stageOfPipeline({ root, file }, stage, lock?.stages.get(stage.name)));
  };
}
