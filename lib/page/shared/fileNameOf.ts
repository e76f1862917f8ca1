/** A text as part of a file's name: letters and digits of the basic alphabet, the rest as hyphens. */
export function fileNameOf(text: string): string {
  return (
    text
      .replaceAll(/[^A-Za-z0-9._]+/g, "-")
      .replaceAll(/^[-.]+|[-.]+$/g, "")
      .toLowerCase() || "bars"
  );
}
