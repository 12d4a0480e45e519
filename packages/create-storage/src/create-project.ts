import { lstatSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { CreateError } from './create-error.ts';
import { projectFiles } from './project-files.ts';

export interface ProjectRequest {
  /** Absolute path of the folder with the templates. */
  readonly template: string;
  /** Absolute path of the project. Made when it is not there; may hold files of other names. */
  readonly directory: string;
  /** What stands in place of `{{name}}` and so on. */
  readonly values: Readonly<Record<'name' | 'scheme' | 'variable' | 'version' | 'year', string>>;
}

/**
 * Writes a project and gives back its files, relative to its folder. Throws a `CreateError`, with nothing written, when one of them is there
 * already. What was written is taken away again when a later file fails.
 */
export function createProject({ template, directory, values }: ProjectRequest): readonly string[] {
  const files = Object.entries(projectFiles).map(([stored, path]) => {
    const text = readFileSync(join(template, ...stored.split('/')), 'utf8');
    return { path, file: join(directory, ...path.split('/')), text: fillIn(text, values) };
  });
  const present = files.filter(({ file }) => isThere(file)).map(({ path }) => path);
  if (present.length > 0) throw new CreateError(`${directory} has ${present.join(', ')} already; nothing was written`);

  const written: string[] = [];
  try {
    for (const { file, text } of files) {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text, { flag: 'wx' });
      written.push(file);
    }
  } catch (error) {
    for (const file of written) rmSync(file, { force: true });
    throw new CreateError(`cannot write to ${directory}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
  return files.map(({ path }) => path);
}

/** A link is there, wherever it points. */
function isThere(file: string): boolean {
  try {
    lstatSync(file);
    return true;
  } catch {
    // should the reason be another than that it is not there, writing it will tell
    return false;
  }
}

/** Names in double braces without spaces; `${{ … }}` of a workflow has them. */
function fillIn(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\{\{([a-z]+)\}\}/gu, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new TypeError(`the template asks for ${name}`);
    return value;
  });
}
