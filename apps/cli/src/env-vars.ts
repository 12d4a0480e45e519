/** Every environment variable that the program reads itself, and what it is for. Storage plugins read their own service's besides. */
export const envVars = {
  DATAPIN_PLUGIN_DIR: 'Absolute folder that `datapin plugin add` installs to; default: the data folder of the platform.',
  XDG_DATA_HOME: 'Linux: the data folder, if not ~/.local/share.',
  LOCALAPPDATA: 'Windows: the data folder.',
  HOME: 'The home folder, below which the platform keeps data.',
  USERPROFILE: 'Windows: the home folder.',
  PATH: 'Where npm is looked for, for `datapin plugin`.',
  NO_COLOR: 'Any text: no colours.',
  FORCE_COLOR: 'Colours also where the output is not a terminal; 0: none.',
  TERM: 'dumb: no colours, no line that changes.',
  LS_COLORS: 'Colours of `datapin list`.',
} as const;

export type Env = Readonly<Record<string, string | undefined>>;

/** Reads one of {@link envVars}; a name that is not listed there does not compile. Empty counts as not set. */
export function readEnv(env: Env, name: keyof typeof envVars): string | undefined {
  const value = env[name];
  return value === '' ? undefined : value;
}
