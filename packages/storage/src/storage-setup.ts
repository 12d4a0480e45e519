import type { OptionValue } from './storage-plugin.ts';

/** Something that a set-up has to know. */
export interface SetupQuestion {
  /** The question as a person reads it, with what to click where that helps. */
  readonly text: string;
  /** The possible answers and what they mean; any text where it is absent. */
  readonly choices?: Readonly<Record<string, string>>;
  /** The answer when none is given. */
  readonly fallback?: string;
}

/** The person on the other side of a set-up, or what stands in for one. */
export interface SetupDialog {
  /** The answer to one of the {@link StorageSetup.questions}, by name. Rejects when nobody is there to give it. */
  ask(question: string): Promise<string>;
  tell(text: string): void;
  /** Tries to show an address in a browser. Whoever calls has told the address as well. */
  openAddress(address: string): void;
  /** A line that the person puts in, sometime before the signal aborts. */
  nextLine(signal: AbortSignal): Promise<string>;
}

/** A remote as a set-up made it. */
export interface RemoteDraft {
  readonly url: string;
  readonly options: Readonly<Record<string, OptionValue>>;
  /** Options that belong to this clone alone: secrets, and paths of this machine. */
  readonly local: ReadonlySet<string>;
}

/** A guided set-up of a remote, for stores where that takes more than an address. */
export interface StorageSetup {
  /** Everything that {@link SetupDialog.ask} may be called with. Answers can be given beforehand by these names. */
  readonly questions: Readonly<Record<string, SetupQuestion>>;
  /** Leads through it. What it makes besides (saved credentials) is this user's. The caller tries the remote and writes the configuration. */
  run(dialog: SetupDialog, host: SetupHost): Promise<RemoteDraft>;
}

/** What a set-up has of the machine. */
export interface SetupHost {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute; relative paths in answers start here. */
  readonly cwd: string;
  readonly signal: AbortSignal;
}
