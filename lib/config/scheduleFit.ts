import { checkScheduleFits, type Schedule } from "./schedule";
import { eachField, type Section } from "./section";

/** So many epochs, and what has them, for an error: "the run". */
export interface Course {
  readonly epochs: number;
  readonly run: string;
}

/**
 * Checks every schedule of complete settings against the epochs it runs over (`checkScheduleFits`).
 * @param courses which those are, by the schedule's path; one schedule may run over several.
 */
export function checkSchedulesFit(
  place: string,
  declared: Section,
  config: object,
  courses: (path: string) => readonly Course[],
): void {
  eachField(
    declared,
    (path, { levels }) => {
      if (levels === undefined) return;
      const value = path.reduce<unknown>((part, key) => (part as Record<string, unknown>)[key], config);
      const at = [place, ...path.slice(0, -1)].join(".");
      for (const course of courses(path.join(".")))
        checkScheduleFits(at, path.at(-1) as string, value as Schedule, levels, course);
    },
    config,
  );
}
