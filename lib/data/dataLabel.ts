/** What a record or a run says of its images. */
export interface KnownData {
  readonly name: string;
  readonly contentHash?: string;
}

/**
 * What tells data sets apart, for a comparison and an error: the name, and of a user's own set the beginning of the
 * hash of its images.
 */
export function dataLabel({ name, contentHash }: KnownData): string {
  return contentHash === undefined ? name : `${name} (images ${contentHash.slice(0, 16)})`;
}
