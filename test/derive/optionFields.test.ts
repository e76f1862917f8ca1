import { describe, expect, it } from "vitest";
import { type DeriveRuleName, deriveRules } from "../../lib/derive/derive";
import type { DeriveRule } from "../../lib/derive/deriveRule";
import { optionFields } from "../../lib/derive/optionFields";

const rules = Object.entries(deriveRules) as unknown as [DeriveRuleName, DeriveRule][];

describe("the options of rules, as fields", () => {
  it.each(rules)("%s: every option has a field, and its default lies within it", (_, rule) => {
    const fields = optionFields(rule);
    const defaults = rule.defaults as unknown as Readonly<Record<string, unknown>>;
    expect(Object.keys(fields)).toEqual(expect.arrayContaining(Object.keys(defaults)));
    for (const [name, value] of Object.entries(defaults)) {
      const field = fields[name] as (typeof fields)[string];
      expect(field.about.length).toBeGreaterThan(10);
      if (value === null) expect(field.none, name).toBeDefined();
      else if (field.kind === "choice") expect(field.choices).toContain(value);
      else if (field.kind !== "truth") {
        expect(value).toBeGreaterThanOrEqual(field.least);
        expect(value).toBeLessThanOrEqual(field.most ?? Infinity);
      }
    }
  });

  it.each(rules)("%s: takes the ends of its fields, and refuses what lies beyond", (_, rule) => {
    const own = rule.fields as Readonly<Record<string, ReturnType<typeof optionFields>[string]>>;
    for (const [name, field] of Object.entries(own)) {
      if (field.kind === "choice" || field.kind === "truth") continue;
      const problem = (value: unknown) =>
        rule.problem({ ...rule.defaults, budget: 10, [name]: value } as never);
      expect(problem(field.least), name).toBeNull();
      if (field.most !== undefined) expect(problem(field.most), name).toBeNull();
      expect(problem(field.least - 1), name).toContain(name);
      if (field.most !== undefined) expect(problem(field.most + 1), name).toContain(name);
      if (field.none !== undefined && name !== "budget") expect(problem(null), name).toBeNull();
    }
  });

  it("leave out what a rule does not take", () => {
    expect(Object.keys(optionFields(deriveRules.sample))).not.toContain("layout");
    expect(optionFields(deriveRules.sample)["method"]).toMatchObject({ choices: ["softmax"] });
    expect(Object.keys(optionFields(deriveRules.best_of as unknown as DeriveRule))).not.toContain(
      "initChannels",
    );
  });
});
