/** A setting's value as one cell. */
export type PlainSetting = string | number | boolean | null;

/** Settings by their paths, as `--set` takes them; lists as words with spaces between. */
export function flatSettings(value: object, path = ""): Record<string, PlainSetting> {
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, part]: [string, unknown]): [string, PlainSetting][] => {
      const at = path === "" ? key : `${path}.${key}`;
      if (part === null || ["string", "number", "boolean"].includes(typeof part))
        return [[at, part as PlainSetting]];
      if (Array.isArray(part)) return [[at, part.join(" ")]];
      return typeof part === "object" ? Object.entries(flatSettings(part, at)) : [];
    }),
  );
}
