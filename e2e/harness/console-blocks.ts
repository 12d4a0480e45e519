import { readFileSync } from 'node:fs';

/** A command that a page tells its reader to type, and the lines that the page says it prints. `…` in them stands for anything. */
export interface ShownCommand {
  readonly command: string;
  readonly output: readonly string[];
}

/** Whether a line of what was printed is the one that the page shows. */
export function isPrinted(line: string, printed: string): boolean {
  const parts = line.split('…');
  return printed.split('\n').some((candidate) => {
    let from = 0;
    return parts.every((part) => {
      const at = candidate.indexOf(part, from);
      from = at + part.length;
      return at !== -1;
    });
  });
}

/** The commands in the `console` blocks below a heading of a Markdown page, in order. Throws when there are none. */
export function shownCommands(page: string, heading: string): readonly ShownCommand[] {
  const text = readFileSync(page, 'utf8');
  const section = text.split(/^## /mu).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  const commands: { command: string; output: string[] }[] = [];
  for (const { groups } of section.matchAll(/^```console\n(?<lines>.*?)^```$/gmsu)) {
    for (const line of groups?.['lines']?.split('\n') ?? []) {
      if (line.startsWith('$ ')) commands.push({ command: line.slice(2), output: [] });
      else if (line !== '') commands.at(-1)?.output.push(line);
    }
  }
  if (commands.length === 0) throw new Error(`${page} shows no commands below "${heading}"`);
  return commands;
}

/** The blocks of a page that are whole files: the path in bold, an empty line, the block. */
export function shownFiles(page: string): ReadonlyMap<string, string> {
  const blocks = readFileSync(page, 'utf8').matchAll(/^\*\*`(?<path>[^`]+)`\*\*\n\n```\w+\n(?<text>.*?)^```$/gmsu);
  return new Map([...blocks].map(({ groups }) => [groups?.['path'] ?? '', groups?.['text'] ?? '']));
}
