import type { ArgumentStyle } from './command-arguments.ts';
import type { StageDefinition } from './dvc-yaml.ts';
import { pythonText, pythonTypeName } from './python-text.ts';
import { findExpressions } from './template-expression.ts';
import { TemplateProblem } from './template-problem.ts';
import type { Vars } from './template-vars.ts';
import { resolveTemplate, selectValue, templateText } from './template.ts';
import { isYamlList, isYamlMap, type YamlMap, type YamlValue } from './yaml-value.ts';

/** One stage of a definition, with what its templates can refer to. */
export interface StageInstance {
  readonly name: string;
  readonly vars: Vars;
}

export interface ExpandOptions {
  readonly name: string;
  readonly definition: StageDefinition;
  readonly vars: Vars;
  readonly parsing: ArgumentStyle;
}

/**
 * The stages of a definition: itself, or one per item of its `foreach` or `matrix`, named `name@key`. Inside, `${item}` is the item and
 * `${key}` its key or its part of the name. Throws a {@link TemplateProblem}.
 */
export function expandStage({ name, definition, vars, parsing }: ExpandOptions): StageInstance[] {
  if (definition.foreach !== undefined) {
    const { items, hasKeys } = foreachItems(iterate(definition.foreach, vars, parsing));
    return [...items].map(([key, item]) => ({
      name: `${name}@${key}`,
      vars: withItem(
        vars,
        hasKeys
          ? [
              ['item', item],
              ['key', key],
            ]
          : [['item', item]],
      ),
    }));
  }
  if (definition.matrix !== undefined) {
    return [...matrixItems(definition.matrix, vars, parsing)].map(([key, item]) => ({
      name: `${name}@${key}`,
      vars: withItem(vars, [
        ['item', item],
        ['key', key],
      ]),
    }));
  }
  return [{ name, vars }];
}

function withItem(vars: Vars, entries: readonly (readonly [string, YamlValue])[]): Vars {
  return {
    ...vars,
    values: new Map([...vars.values, ...entries]),
    reserved: new Set([...vars.reserved, ...entries.map(([key]) => key)]),
  };
}

/** A value and the text that stands for it in names. */
interface Member {
  readonly value: YamlValue;
  readonly text: string;
}

type Iterated = { readonly members: readonly Member[]; readonly map?: undefined } | { readonly members?: undefined; readonly map: YamlMap };

/** Items as they are written, templates resolved. What comes out of a params file is named as Python prints it (`True`), what stands here as templates do (`true`). */
function iterate(written: YamlValue, vars: Vars, parsing: ArgumentStyle): Iterated {
  if (isYamlList(written)) {
    return { members: written.map((item) => member(item, vars, parsing)) };
  }
  const value = resolveTemplateIn(written, vars, parsing);
  if (isYamlMap(value)) {
    return { map: value };
  }
  if (isYamlList(value)) {
    return { members: value.map((item) => ({ value: item, text: pythonText(item) ?? '' })) };
  }
  throw new TemplateProblem(`expected list/dictionary, got ${pythonTypeName(value)}`);
}

function member(written: YamlValue, vars: Vars, parsing: ArgumentStyle): Member {
  const referred = wholeReference(written, vars);
  if (referred !== undefined) {
    return { value: referred, text: pythonText(referred) ?? '' };
  }
  const value = resolveTemplateIn(written, vars, parsing);
  return { value, text: isYamlList(value) || isYamlMap(value) ? '' : templateText(value) };
}

/** The value that a text names which is nothing but one expression; lists and mappings are welcome here. */
function wholeReference(written: YamlValue, vars: Vars): YamlValue | undefined {
  if (typeof written !== 'string') {
    return undefined;
  }
  const [expression] = findExpressions(written);
  const isWhole = expression !== undefined && expression.start === 0 && expression.end === written.length;
  return isWhole ? selectValue(vars.values, expression) : undefined;
}

function resolveTemplateIn(value: YamlValue, vars: Vars, parsing: ArgumentStyle): YamlValue {
  const referred = wholeReference(value, vars);
  if (referred !== undefined) {
    return referred;
  }
  if (isYamlList(value)) {
    return value.map((item) => resolveTemplateIn(item, vars, parsing));
  }
  if (isYamlMap(value)) {
    return new Map([...value].map(([key, item]) => [key, resolveTemplateIn(item, vars, parsing)]));
  }
  return resolveTemplate(value, { context: vars.values, key: 'foreach', parsing });
}

function foreachItems(iterated: Iterated): { readonly items: ReadonlyMap<string, YamlValue>; readonly hasKeys: boolean } {
  if (iterated.map !== undefined) {
    return { items: new Map([...iterated.map].map(([key, value]) => [templateText(key), value])), hasKeys: true };
  }
  const { members } = iterated;
  const composite = members.some(({ value }) => isComposite(value));
  return { items: new Map(members.map(({ value, text }, index) => [composite ? String(index) : text, value])), hasKeys: false };
}

function matrixItems(matrix: ReadonlyMap<string, YamlValue>, vars: Vars, parsing: ArgumentStyle): ReadonlyMap<string, YamlMap> {
  let combinations: { readonly names: readonly string[]; readonly values: YamlMap }[] = [{ names: [], values: new Map() }];
  for (const [axis, written] of matrix) {
    const { members, map } = iterate(written, vars, parsing);
    if (map !== undefined) {
      throw new TemplateProblem(`expected a list for '${axis}', got dict`);
    }
    combinations = combinations.flatMap(({ names, values }) =>
      members.map(({ value, text }, index) => ({
        names: [...names, isComposite(value) ? `${axis}${index}` : text],
        values: new Map([...values, [axis, value]]),
      })),
    );
  }
  return new Map(combinations.map(({ names, values }) => [names.join('-'), values]));
}

function isComposite(value: YamlValue): boolean {
  return isYamlList(value) || isYamlMap(value);
}
