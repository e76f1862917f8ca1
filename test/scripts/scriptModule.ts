import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

/** The project's folder. */
export const root = resolve(__dirname, "../..");

/** A module of scripts/, which has no declarations; the caller states what it uses. */
export async function scriptModule<T>(name: string): Promise<T> {
  return (await import(pathToFileURL(resolve(root, "scripts", name)).href)) as T;
}
