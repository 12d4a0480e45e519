import { basename } from 'node:path';

import { closest } from '../closest.ts';
import type { ConfigProblem } from '../formats/config-schema.ts';
import { type ConfigText, type NamedSectionKind, namedSectionKinds } from '../formats/config-syntax.ts';
import type { ConfigFile } from './config-files.ts';

export interface ConfigHintRequest {
  /** The file that holds what is wrong. */
  readonly file: ConfigFile & { readonly text: ConfigText };
  /** Whether it stands there already; otherwise it was just asked for, and nothing was written. */
  readonly stored: boolean;
}

/** What to type about a {@link ConfigProblem}: the name that was probably meant, and the command that takes away what is stored. */
export function configHint(problem: ConfigProblem, { file, stored }: ConfigHintRequest): string | undefined {
  const kind = namedSectionKinds.find((candidate) => candidate === problem.path[0]);
  const [section = '', option] = kind === undefined ? problem.path : problem.path.slice(1);
  const place: Place = { kind, section, option };
  if (kind === 'remote' && option === undefined) {
    return file.text.named.remote.get(section)?.has('url') === false ? withoutUrl(section, file) : undefined;
  }
  const sentences = [meant(problem, place), stored ? removal(place, file) : undefined].filter((text) => text !== undefined);
  return sentences.length === 0 ? undefined : sentences.join(' ');
}

interface Place {
  readonly kind: NamedSectionKind | undefined;
  readonly section: string;
  /** Absent where the section as a whole is meant. */
  readonly option: string | undefined;
}

function meant({ path, known = [] }: ConfigProblem, { kind, section, option }: Place): string | undefined {
  const name = closest(path.at(-1) ?? '', known);
  if (name === undefined) {
    return undefined;
  }
  return `Did you mean ${[...(kind === undefined ? [] : [kind]), ...(option === undefined ? [] : [section]), name].join('.')}?`;
}

/** Names that need no quotes, and that `datapin config` can take apart again. */
const plainName = /^[\w-]+$/u;

function removal({ kind, section, option }: Place, file: ConfigFile & { readonly text: ConfigText }): string {
  const byHand = `Take it out of '${shownPath(file)}'.`;
  if (kind === 'machine' || ![section, option ?? ''].every((name) => name === '' || plainName.test(name))) {
    return byHand;
  }
  const options = option === undefined ? [...(file.text.sections.get(section)?.keys() ?? [])] : [option];
  const [first = ''] = options;
  if (options.length !== 1 || !plainName.test(first)) {
    return byHand;
  }
  return `\`datapin config${levelFlag(file)} -u ${[...(kind === undefined ? [] : [kind]), section, first].join('.')}\` takes it away.`;
}

function withoutUrl(name: string, file: ConfigFile): string {
  const fix = plainName.test(name)
    ? ` \`datapin remote modify${levelFlag(file)} ${name} url <url>\` gives it one, \`datapin remote remove${levelFlag(file)} ${name}\` forgets it.`
    : '';
  return `remote '${name}' has options in ${shownPath(file)} but no url.${fix}`;
}

/** As `.dvc/config`, where that is enough. */
function shownPath({ level, path }: ConfigFile): string {
  return level === 'project' || level === 'local' ? `.dvc/${basename(path)}` : path;
}

/** Without one, changes go to the project's file. */
function levelFlag({ level }: ConfigFile): string {
  return level === 'project' ? '' : ` --${level}`;
}
