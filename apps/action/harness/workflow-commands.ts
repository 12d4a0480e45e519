/** One `::name key=value::text` that an action printed, unescaped as the runner does it. */
export interface WorkflowCommand {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly text: string;
}

/** The commands that a runner knows, and that no other way has replaced. */
const known = new Set(['debug', 'notice', 'warning', 'error', 'group', 'endgroup', 'add-mask', 'echo', 'stop-commands']);
const pattern = /^\s*::([^:\s]+)(?:\s+([^:]*(?:::?[^:]+)*?))?::(.*)$/u;

/** Every line of a step's log that the runner takes for a command. Throws for one that no runner knows. */
export function commandsIn(log: string): readonly WorkflowCommand[] {
  return log.split(/\r?\n/u).flatMap((line) => {
    if (!/^\s*::/u.test(line)) return [];
    const [, name = '', properties = '', text = ''] = pattern.exec(line) ?? [];
    if (!known.has(name)) throw new Error(`the runner does not know this command: ${line}`);
    const pairs = properties === '' ? [] : properties.split(',').map((pair) => pair.split('='));
    return [
      {
        name,
        properties: Object.fromEntries(pairs.map(([key, ...value]) => [key, unescapeProperty(value.join('='))])),
        text: unescape(text),
      },
    ];
  });
}

function unescape(text: string): string {
  return text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%');
}

function unescapeProperty(text: string): string {
  return unescape(text.replaceAll('%3A', ':').replaceAll('%2C', ','));
}

/** What a file for GITHUB_OUTPUT, GITHUB_STATE or GITHUB_ENV holds. Throws for a line that the runner would refuse. */
export function readFileCommands(text: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  const lines = text.split('\n');
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    if (line === '') continue;
    const [, name, delimiter] = /^([^=]+?)<<(.+)$/u.exec(line) ?? [];
    if (name === undefined || delimiter === undefined) {
      const equals = line.indexOf('=');
      if (equals < 1) throw new Error(`the runner refuses this line: ${line}`);
      found[line.slice(0, equals)] = line.slice(equals + 1);
      continue;
    }
    const end = lines.indexOf(delimiter, at + 1);
    if (end === -1) throw new Error(`the delimiter ${delimiter} never comes`);
    found[name] = lines.slice(at + 1, end).join('\n');
    at = end;
  }
  return found;
}
