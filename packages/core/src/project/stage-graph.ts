import { DatapinError } from '../errors.ts';
import { isRepoImport, type Output, type Stage } from './stage.ts';

/** Outputs by path, and the stages a stage's dependencies come from. */
export interface StageGraph {
  readonly stages: readonly Stage[];
  /** The output that is at this path or contains it. Path relative to the project root. */
  outputAt(path: string): Output | undefined;
  /** The outputs at or below a folder. */
  outputsBelow(folder: string): readonly Output[];
  /** The stages together with every stage they depend on, directly or not; each once, a stage after those it needs. */
  withUpstream(stages: readonly Stage[]): readonly Stage[];
}

/**
 * Checks what DVC checks before it looks an output up (`build_outs_trie`, `build_graph`): no path is pinned twice, no output lies in another,
 * no metafile lies in an output. Throws `target-overlaps`.
 */
export function buildStageGraph(stages: readonly Stage[]): StageGraph {
  const outputs = new Map<string, Output>();
  for (const stage of stages) {
    for (const output of stage.outs) {
      const known = outputs.get(output.path);
      if (known) throw duplicateOutput(known, output);
      outputs.set(output.path, output);
    }
  }
  const outputAt = (path: string): Output | undefined => {
    for (let at = path; ; at = at.slice(0, at.lastIndexOf('/'))) {
      const output = outputs.get(at);
      if (output) return output;
      if (!at.includes('/')) return undefined;
    }
  };
  for (const output of outputs.values()) {
    const parent = output.path.includes('/') ? outputAt(parentOf(output.path)) : undefined;
    if (parent) throw overlappingOutputs(parent, output);
  }
  for (const stage of stages) {
    const output = outputAt(stage.file);
    if (output) {
      throw new DatapinError('target-overlaps', `stage: '${stage.address}' is within an output '${output.path}' of another stage`);
    }
  }
  const outputsBelow = (folder: string): readonly Output[] => {
    const prefix = folder === '' ? '' : `${folder}/`;
    return [...outputs.values()].filter((output) => output.path === folder || output.path.startsWith(prefix));
  };
  return { stages, outputAt, outputsBelow, withUpstream: (chosen) => withUpstream(chosen, { outputAt, outputsBelow }) };
}

function withUpstream(chosen: readonly Stage[], graph: Pick<StageGraph, 'outputAt' | 'outputsBelow'>): readonly Stage[] {
  const done = new Set<Stage>();
  // Depth first without recursion: a pipeline may be longer than the stack is deep.
  const pending: { readonly stage: Stage; expanded: boolean }[] = chosen.map((stage) => ({ stage, expanded: false })).reverse();
  const entered = new Set<Stage>();
  for (let top = pending.at(-1); top; top = pending.at(-1)) {
    if (top.expanded || done.has(top.stage)) {
      done.add(top.stage);
      pending.pop();
      continue;
    }
    top.expanded = true;
    if (entered.has(top.stage)) continue;
    entered.add(top.stage);
    for (const needed of upstreamOf(top.stage, graph)) {
      if (!entered.has(needed)) pending.push({ stage: needed, expanded: false });
    }
  }
  return [...done];
}

function upstreamOf(stage: Stage, graph: Pick<StageGraph, 'outputAt' | 'outputsBelow'>): readonly Stage[] {
  if (isRepoImport(stage)) return [];
  return stage.deps.flatMap((dep) => {
    const owner = graph.outputAt(dep.path);
    return [...(owner ? [owner] : []), ...graph.outputsBelow(dep.path)].map((output) => output.stage);
  });
}

function duplicateOutput(one: Output, other: Output): DatapinError {
  const [first, second] = [one.stage.address, other.stage.address];
  if (first === second) {
    return new DatapinError('target-overlaps', `output '${one.path}' is already specified in stage: '${first}'.`, {
      hint: `Remove one of the two entries from '${one.stage.file}'.`,
    });
  }
  return new DatapinError('target-overlaps', `output '${one.path}' is specified in '${first}' and in '${second}'`, {
    hint: 'Remove one of them to stop tracking the overlapping output.',
  });
}

function overlappingOutputs(parent: Output, child: Output): DatapinError {
  return new DatapinError(
    'target-overlaps',
    `the output paths '${parent.path}' ('${parent.stage.address}') and '${child.path}' ('${child.stage.address}') overlap and are thus in the same tracked directory`,
    { hint: 'Outputs should be in separate tracked directories or tracked individually.' },
  );
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
