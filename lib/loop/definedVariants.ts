import { RecordError } from "../util/errors";
import type { Definition } from "../util/variantTable";

/**
 * Checks that a run goes on with the variants of the user's own it began with.
 *
 * @param began what its record holds; undefined for records without any, and for those from before there was such a list.
 * @throws RecordError that names the first variant of another version.
 */
export function checkSameDefinitions(
  began: readonly Definition[] | undefined,
  now: readonly Definition[] | undefined,
  path: string,
): void {
  for (const { kind, name, version } of began ?? []) {
    const own = now?.find((one) => one.kind === kind && one.name === name);
    if (own === undefined || own.version === version) continue;
    throw new RecordError(
      `${path}: this run began with version ${version} of the ${kind} "${name}", version ${own.version} is defined now. Define version ${version} again, or choose another folder.`,
    );
  }
}
