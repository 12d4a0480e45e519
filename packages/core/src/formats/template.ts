import { type ArgumentStyle, commandArguments } from './command-arguments.ts';
import { pythonText, pythonTypeName } from './python-text.ts';
import { findExpressions, type TemplateExpression } from './template-expression.ts';
import { TemplateProblem } from './template-problem.ts';
import { isYamlList, isYamlMap, type YamlKey, type YamlMap, type YamlValue } from './yaml-value.ts';

/** What `${…}` can refer to. */
export type TemplateContext = ReadonlyMap<string, YamlValue>;

export interface TemplateOptions {
  readonly context: TemplateContext;
  /** The stage's key that is resolved: in `cmd` a mapping may stand inside of a text. */
  readonly key: string;
  readonly parsing: ArgumentStyle;
}

/**
 * Resolves all `${…}` in a value, in keys as well. A text that is nothing but one expression takes its value with its type, otherwise
 * values are printed into the text; `\${` becomes `${`. Throws a {@link TemplateProblem} for names that are not there and values that do not fit.
 */
export function resolveTemplate(value: YamlValue, options: TemplateOptions): YamlValue {
  if (typeof value === 'string') {
    return resolveText(value, options);
  }
  if (isYamlList(value)) {
    return value.map((item) => resolveTemplate(item, options));
  }
  return isYamlMap(value) ? resolveMap(value, options) : value;
}

function resolveMap(map: YamlMap, options: TemplateOptions): YamlMap {
  return new Map(
    [...map].map(([key, value]) => {
      const resolved = resolveTemplate(key, options);
      if (isYamlList(resolved) || isYamlMap(resolved)) {
        throw new TemplateProblem(`Cannot use data of type '${pythonTypeName(resolved)}' as a key`);
      }
      return [resolved satisfies YamlKey, resolveTemplate(value, options)];
    }),
  );
}

function resolveText(text: string, { context, key, parsing }: TemplateOptions): YamlValue {
  const values = findExpressions(text).map((expression) => {
    const value = selectValue(context, expression);
    if (isYamlList(value) || (isYamlMap(value) && key !== 'cmd')) {
      throw new TemplateProblem(`Cannot interpolate data of type '${pythonTypeName(value)}'`);
    }
    return { ...expression, value };
  });
  const [first] = values;
  if (first !== undefined && first.start === 0 && first.end === text.length) {
    return first.value;
  }
  let result = '';
  let position = 0;
  for (const { start, end, value } of values) {
    result += text.slice(position, start) + (isYamlMap(value) ? commandArguments(value, parsing) : templateText(value));
    position = end;
  }
  return (result + text.slice(position)).replaceAll(String.raw`\${`, '${');
}

/** A scalar as a template prints it: as Python does, but `true` and `false`. */
export function templateText(value: YamlValue): string {
  return typeof value === 'boolean' ? String(value) : (pythonText(value) ?? '');
}

/** The value that an expression names. Throws a {@link TemplateProblem} when the context does not have it. */
export function selectValue(context: TemplateContext, { words, text }: TemplateExpression): YamlValue {
  let value: YamlValue | undefined = context;
  for (const word of words) {
    value = child(value, word);
    if (value === undefined) {
      throw new TemplateProblem(`Could not find '${text}'`);
    }
  }
  return value;
}

function child(value: YamlValue, word: string): YamlValue | undefined {
  if (isYamlMap(value)) {
    return value.get(word);
  }
  return isYamlList(value) && /^[+-]?\d+$/.test(word) ? value.at(Number(word)) : undefined;
}
