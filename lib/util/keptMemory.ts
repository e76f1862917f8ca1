/**
 * Environment of a process that computes for long on glibc: what it freed stays with it instead of going back to the system,
 * whose fresh pages cost more than a pass over them. Set before the process starts, else glibc does not see it.
 *
 * @returns what is to be added to `env`: nothing where the allocator is not glibc's, or where `env` settles it already.
 */
export function keptMemory(
  env: Readonly<Record<string, string | undefined>> = process.env,
  platform: NodeJS.Platform = process.platform,
): Readonly<Record<string, string>> {
  const settled = Object.keys(env).some((name) => name.startsWith("MALLOC_") || name === "GLIBC_TUNABLES");
  if (platform !== "linux" || settled) return {};
  // Larger than any tensor here: 4 GiB.
  const never = String(2 ** 32);
  return { MALLOC_TRIM_THRESHOLD_: never, MALLOC_MMAP_THRESHOLD_: never };
}
