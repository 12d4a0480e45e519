import type { HttpResponse } from './http-transport.ts';

/** What is known by now of whether a server answers with parts of objects. */
export interface RangeSupport {
  /** Until it is known, yes: most do. */
  readonly expected: boolean;
  readonly known: boolean;
  /** Notes what an answer tells; `asked` when the request was for a part. */
  learn(response: HttpResponse, request?: { readonly asked: boolean }): void;
}

export function rangeSupport(): RangeSupport {
  let honoured: boolean | undefined;
  return {
    get expected() {
      return honoured ?? true;
    },
    get known() {
      return honoured !== undefined;
    },
    learn({ status, headers }, { asked } = { asked: false }) {
      const offered = headers['accept-ranges'];
      if (status === 206) honoured = true;
      else if (asked && status === 200) honoured = false;
      else if (offered === 'none') honoured = false;
      else if (offered === 'bytes') honoured ??= true;
    },
  };
}
