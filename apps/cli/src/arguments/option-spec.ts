/** What every option has: help prints `description`; hidden options work but are not listed (DVC hides the same ones). */
interface OptionBase {
  /** One letter, without the dash. */
  readonly short?: string;
  readonly description: string;
  readonly hidden?: boolean;
}

/** Given or not. */
export interface FlagSpec extends OptionBase {
  readonly kind: 'flag';
}

/** How many times it was given. */
export interface CountSpec extends OptionBase {
  readonly kind: 'count';
}

/** One value; the last one given counts. */
export interface TextSpec extends OptionBase {
  readonly kind: 'text';
  readonly metavar: string;
  readonly choices?: readonly string[];
}

/** One whole number. */
export interface IntegerSpec extends OptionBase {
  readonly kind: 'integer';
  readonly metavar: string;
  /** Smallest allowed; default 0. */
  readonly least?: number;
}

/** May be given several times, each time with one value. */
export interface RepeatedSpec extends OptionBase {
  readonly kind: 'repeated';
  readonly metavar: string;
  readonly choices?: readonly string[];
}

/** Takes all words up to the next option, as Python's `nargs='*'` does. */
export interface ListSpec extends OptionBase {
  readonly kind: 'list';
  readonly metavar: string;
}

/** A value that may be left out; alone it means `bare`. */
export interface OptionalTextSpec extends OptionBase {
  readonly kind: 'optional-text';
  readonly metavar: string;
  readonly choices: readonly string[];
  readonly bare: string;
}

/** An option of DVC's that is not built yet: refused by name, so that no script believes it had an effect. */
export interface UnsupportedSpec extends OptionBase {
  readonly kind: 'unsupported';
}

export type OptionSpec = FlagSpec | CountSpec | TextSpec | IntegerSpec | RepeatedSpec | ListSpec | OptionalTextSpec | UnsupportedSpec;

/** Long option name without dashes → how it is read. */
export type OptionTable = Readonly<Record<string, OptionSpec>>;

/** What a command's code gets for an option. */
export type OptionValue<S extends OptionSpec> = S extends FlagSpec
  ? boolean
  : S extends TextSpec | OptionalTextSpec
    ? string | undefined
    : S extends CountSpec
      ? number
      : S extends IntegerSpec
        ? number | undefined
        : S extends RepeatedSpec
          ? readonly string[]
          : S extends ListSpec
            ? readonly string[] | undefined
            : never;

export type OptionValues<T extends OptionTable> = { readonly [K in keyof T]: OptionValue<T[K]> };

/** A positional argument: exactly one, at most one, any number, or at least one. Only the last may take several. */
export interface PositionalSpec {
  readonly kind: 'one' | 'optional' | 'any' | 'some';
  readonly description: string;
}

/** Name → spec, in order. */
export type PositionalTable = Readonly<Record<string, PositionalSpec>>;

export type PositionalValue<S extends PositionalSpec> = S extends { readonly kind: 'one' }
  ? string
  : S extends { readonly kind: 'optional' }
    ? string | undefined
    : readonly string[];

export type PositionalValues<P extends PositionalTable> = { readonly [K in keyof P]: PositionalValue<P[K]> };
