import { readFileSync } from "node:fs";
import { ConfigError } from "../util/errors";
import { parseJson } from "../util/parseJson";
import { showValue } from "../util/showValue";
import { type PublishedPoint, publishedPoint } from "./publishedPoint";

/**
 * Reads a file with a JSON list of published points.
 * @throws ConfigError that names the file, and the point and its field where one is wrong.
 */
export function readPublishedPoints(path: string): PublishedPoint[] {
  let value: unknown;
  try {
    value = parseJson(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new ConfigError(`--published ${path}: could not be read: ${(cause as Error).message}.`, { cause });
  }
  if (!Array.isArray(value))
    throw new ConfigError(`--published ${path}: expected a JSON list of points, got ${showValue(value)}.`);
  return value.map((point, i) => publishedPoint(point, `${path}[${i}]`));
}
