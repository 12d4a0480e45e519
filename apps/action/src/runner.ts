import { appendFileSync } from 'node:fs';

// The package's front door loads an HTTP client that only OpenID Connect needs; these two files are all that speaks to the runner.
import { issueCommand } from '../node_modules/@actions/core/lib/command.js';
import { issueFileCommand, prepareKeyValueMessage } from '../node_modules/@actions/core/lib/file-command.js';

/** Something the runner shows at the top of the run, at a line of a file where there is one. */
export interface Annotation {
  readonly level: 'error' | 'warning' | 'notice';
  /** `datapin: object-missing`: the stable code is part of it. */
  readonly title: string;
  readonly message: string;
  /** Relative to the workspace. */
  readonly file?: string | undefined;
  readonly line?: number | undefined;
}

/** What a step can tell the runner. Texts must have gone through `printable` where they hold names that are not ours. */
export interface Runner {
  info(line: string): void;
  debug(line: string): void;
  /** Lines until `endGroup` are folded away in the log. */
  group(title: string): void;
  endGroup(): void;
  annotate(annotation: Annotation): void;
  /** Has a text replaced by `***` in all logs from now on. */
  mask(secret: string): void;
  setOutput(name: string, value: string): void;
  /** Hands a value to the step's post part. */
  saveState(name: string, value: string): void;
  /** Adds HTML to the job's summary, where the runner has one. */
  summary(html: string): void;
}

/** The runner of this process, by its commands on standard output and the files that its environment names. */
export function processRunner(env: Readonly<Record<string, string | undefined>>): Runner {
  const toFile = (command: string, name: string, value: string): void => {
    // Runners from before these files took the same by command; none of them is in use.
    if (env[`GITHUB_${command}`]) issueFileCommand(command, prepareKeyValueMessage(name, value));
  };
  return {
    info(line) {
      // The runner obeys lines that begin with `::`, also behind blanks.
      process.stdout.write(`${line.replaceAll(/^(\s*)::/gmu, String.raw`$1\x3a:`)}\n`);
    },
    debug: (line) => issueCommand('debug', {}, line),
    group: (title) => issueCommand('group', {}, title),
    endGroup: () => issueCommand('endgroup', {}, ''),
    annotate: ({ level, title, message, file, line }) => issueCommand(level, { title, file, line }, message),
    mask(secret) {
      issueCommand('add-mask', {}, secret);
      // Of a text with several lines the runner only finds the single lines again.
      for (const line of secret.split(/\r?\n/u)) if (line.trim().length > 3 && line !== secret) issueCommand('add-mask', {}, line);
    },
    setOutput: (name, value) => toFile('OUTPUT', name, value),
    saveState: (name, value) => toFile('STATE', name, value),
    summary(html) {
      const path = env['GITHUB_STEP_SUMMARY'];
      if (path) appendFileSync(path, html);
    },
  };
}

/** Ends the process once everything that was printed has arrived. Sockets that are kept alive would keep the step for minutes. */
export function leave(code: number): void {
  process.stdout.write('', () => process.exit(code));
}
