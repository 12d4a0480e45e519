import { DatapinError } from '../errors.ts';
import type { ArgumentStyle } from './command-arguments.ts';
import { type PipelineFile, parsePipelineFile, type StageDefinition } from './dvc-yaml.ts';
import { expandStage, type StageInstance } from './expand-stage.ts';
import type { DeclaredStage } from './metafile.ts';
import { readDeclaredStage } from './read-declared-stage.ts';
import { TemplateProblem } from './template-problem.ts';
import { addDefaultParams, addVars, joinPath, noVars, type ReadRepositoryFile, type Vars } from './template-vars.ts';
import { resolveTemplate, templateText } from './template.ts';

export interface DeclareOptions {
  /** The `dvc.yaml`, relative to the project root. */
  readonly file: string;
  readonly parsing: ArgumentStyle;
  /** For the params files that templates draw on: from the work tree or from a commit. */
  readonly readFile: ReadRepositoryFile;
}

/**
 * All stages that a `dvc.yaml` declares, in order, with templates resolved: one per item of a `foreach` or `matrix`. Pure but for `readFile`.
 * Rejects with `invalid-metafile`, which names the file and the stage.
 */
export async function declareStages(text: string, options: DeclareOptions): Promise<DeclaredStage[]> {
  const pipeline = await parsePipelineFile(text, options.file);
  const vars = await loadPipelineVars(pipeline, options);
  const stages = new Map<string, DeclaredStage>();
  for (const [name, definition] of pipeline.stages) {
    const place = definition.foreach === undefined ? 'matrix' : 'foreach';
    const instances = naming(`'stages.${name}.${place}'`, options.file, () =>
      expandStage({ name, definition, vars, parsing: options.parsing }),
    );
    for (const instance of instances) {
      stages.set(instance.name, await resolveStage(instance, { ...options, definition }));
    }
  }
  return [...stages.values()];
}

async function loadPipelineVars(pipeline: PipelineFile, { file, readFile }: DeclareOptions): Promise<Vars> {
  const place = { directory: joinPath(file, '..'), name: 'vars', readFile };
  return namingAsync("'vars'", file, async () => addVars(await addDefaultParams(noVars, place), pipeline.vars, place));
}

interface ResolveOptions extends DeclareOptions {
  readonly definition: StageDefinition;
}

async function resolveStage(
  { name, vars }: StageInstance,
  { definition, file, parsing, readFile }: ResolveOptions,
): Promise<DeclaredStage> {
  const { template } = definition;
  const written = template.get('wdir');
  const wdir = naming(`'stages.${name}.wdir'`, file, () =>
    written === undefined ? '' : templateText(resolveTemplate(written, { context: vars.values, key: 'wdir', parsing })),
  );
  const place = { directory: joinPath(joinPath(file, '..'), wdir), name: `${name}.vars`, readFile };
  const { values } = await namingAsync(`'stages.${name}.vars'`, file, () => addVars(vars, definition.vars, place));
  const resolved = new Map(
    [...template]
      .filter(([key]) => key !== 'vars' && key !== 'matrix')
      .map(([key, value]) => {
        const where = `stages.${name}.${key}`;
        return [key, naming(`'${where}'`, file, () => resolveTemplate(value, { context: values, key: key, parsing }))];
      }),
  );
  return naming(`'stages.${name}'`, file, () => readDeclaredStage(name, resolved));
}

/** Gives a {@link TemplateProblem} its place, in DVC's words. */
function naming<T>(what: string, file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw located(error, what, file);
  }
}

async function namingAsync<T>(what: string, file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw located(error, what, file);
  }
}

function located(error: unknown, what: string, file: string): unknown {
  if (!(error instanceof TemplateProblem)) {
    return error;
  }
  return new DatapinError('invalid-metafile', `failed to parse ${what} in '${file}': ${error.message}`, { cause: error });
}
