/**
 * Writes the tables of inputs and outputs in the Action's README from its action.yml. A test fails when they differ.
 * Usage: node scripts/action-docs.mjs
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './dependencies.mjs';

const folder = join(root, 'apps', 'action');

/**
 * @typedef {object} Entry
 * @property {string} name
 * @property {string} description
 * @property {string} [preset]
 * @property {string} [heading] The comment above it, which begins a group.
 */

/**
 * One section of action.yml, which is written by hand in one shape: names with two blanks, properties with four, texts quoted.
 * @param {string} text
 * @param {'inputs' | 'outputs'} section
 * @returns {readonly Entry[]}
 */
export function readSection(text, section) {
  const body = new RegExp(`^${section}:\\n((?:[ #].*\\n|\\n(?=[ ]))*)`, 'mu').exec(text)?.[1] ?? '';
  /** @type {Entry[]} */
  const entries = [];
  let heading = '';
  for (const line of body.split('\n')) {
    const [, comment, name, property, single, double] =
      /^ {2}(?:# (.*)|([\w-]+):)$|^ {4}(description|default): (?:'(.*)'|"(.*)")$/u.exec(line) ?? [];
    const last = entries.at(-1);
    if (comment !== undefined) heading = comment;
    else if (name !== undefined) {
      entries.push({ name, description: '', ...(heading === '' ? {} : { heading }) });
      heading = '';
    } else if (property !== undefined && last !== undefined) {
      last[property === 'default' ? 'preset' : 'description'] = single?.replaceAll("''", "'") ?? double ?? '';
    } else if (line.trim() !== '') throw new Error(`action.yml: this line is of no shape that is known: ${line}`);
  }
  return entries;
}

/** @param {string} text */
function cell(text) {
  return text.replaceAll('|', String.raw`\|`).replaceAll(/(?<![\w`])([\w-]+\/\*\*|\*[\w.]+|[\w-]+\/\*\.\w+)/gu, '`$1`');
}

/**
 * @param {string} readme
 * @param {string} action The text of action.yml.
 * @returns {string} The README with both tables.
 */
export function withTables(readme, action) {
  const inputs = readSection(action, 'inputs').map(
    ({ name, description, preset = '', heading }) =>
      `${heading === undefined ? '' : `| **${heading}** | | |\n`}| \`${name}\` | ${preset === '' ? '' : `\`${preset}\``} | ${cell(description)} |`,
  );
  const outputs = readSection(action, 'outputs').map(({ name, description }) => `| \`${name}\` | ${cell(description)} |`);
  const tables = {
    inputs: ['| input | default | |', '| --- | --- | --- |', ...inputs],
    outputs: ['| output | |', '| --- | --- |', ...outputs],
  };
  let text = readme;
  for (const [name, lines] of Object.entries(tables)) {
    const place = new RegExp(`<!-- ${name} -->\\n[^]*?<!-- /${name} -->`, 'u');
    if (!place.test(text)) throw new Error(`the README has no place for the table of ${name}`);
    text = text.replace(place, () => `<!-- ${name} -->\n${lines.join('\n')}\n<!-- /${name} -->`);
  }
  return text;
}

if (import.meta.main) {
  const file = join(folder, 'README.md');
  writeFileSync(file, withTables(readFileSync(file, 'utf8'), readFileSync(join(folder, 'action.yml'), 'utf8')));
}
