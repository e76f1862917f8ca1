import { describe, expect, it } from "vitest";
import { drawnRaceDashboard } from "../../../lib/figures/notebook/raceDashboard";
import { raceDashboardSvg, raceDashboardText } from "../../../lib/figures/notebook/raceDashboardSvg";
import { madeUpRace } from "../madeUpRace";

const running = madeUpRace("usual", 2);
const whole = { name: "race", before: 19_200, own: 16_096, total: 80_000 };

describe("the dashboard of a race", () => {
  it("says how far the race is, how long it will take, and who leads", () => {
    const shown: string[] = [];
    let clock = 0;
    const dashboard = drawnRaceDashboard(
      (_, text) => shown.push(text),
      () => clock,
    );
    dashboard.onChange(running);
    dashboard.progress.start("rung 2/5, 32 networks to epoch 1", 16_096, "steps", whole);
    for (const done of [0, 800, 1600, 2400]) {
      clock += 10_000;
      dashboard.progress.update(done);
    }
    const last = shown.at(-1) as string;
    expect(last).toContain("Rung 2/5, 32 networks to epoch 1");
    expect(last).toContain("27 %");
    // 58,400 steps are left, at 80 a second.
    expect(last).toMatch(/12:\d\d left/);
    expect(last).toMatch(/best so far network \d+: \d+\.\d % of held-out images, [\d,]+ BOPs/);
  });

  it("draws at most once a second, and always when the race ends", () => {
    let drawn = 0;
    let clock = 0;
    const dashboard = drawnRaceDashboard(
      () => drawn++,
      () => clock,
    );
    dashboard.progress.start("rung 2/5", 16_096, "steps", whole);
    for (let i = 0; i < 100; i++) {
      clock += 20;
      dashboard.progress.update(i);
    }
    expect(drawn).toBeLessThanOrEqual(4);
    dashboard.onChange(madeUpRace());
    expect(drawn).toBeGreaterThanOrEqual(2);
  });

  it("shows every rung with how many of its networks have run", () => {
    const view = { title: "Race", share: 0.4, remainingSeconds: 60, elapsedSeconds: 30 };
    const svg = raceDashboardSvg({ ...view, record: running });
    for (const text of ["96 / 96", "32 / 32", "0 / 12", "0 / 4", "0 / 2", "200 steps", "epoch 8"])
      expect(svg).toContain(text);
    expect(svg.match(/<circle /g)?.length).toBe(96 + 32 + 3);
    expect(raceDashboardText({ ...view, record: null })).toContain("40 %, 1:00 left, 0:30 since the start");
    expect(raceDashboardSvg({ ...view, record: null })).toContain("Race");
  });

  it("explains the colour of every kind of network that it shows", () => {
    const view = { title: "t", share: 1, remainingSeconds: 0, elapsedSeconds: 9 };
    const usual = raceDashboardSvg({ ...view, record: running });
    expect(usual).toContain("from fitted alphas");
    expect(usual).not.toContain("entered by hand");
    const networks = running.networks.map((network, i) =>
      i > 0 ? network : { ...network, origin: { ...network.origin, kind: "own" as const } },
    );
    const own = raceDashboardSvg({ ...view, record: { ...running, networks } });
    expect(own).toContain("entered by hand");
    expect(own).not.toContain("from a search");
  });
});
