import { choosePenalty, leastFitted, regressChoices } from "../analysis/fitAlphas";
import type { RaceConfig } from "../config/raceConfig";
import { derive } from "../derive/derive";
import type { DeriveInput } from "../derive/deriveRule";
import { prunedNetwork } from "../derive/prunedNetwork";
import { fold, integers, type RandomKey, randomKey } from "../random/randomKey";
import type { RaceNetwork, RaceOrigin, RaceRecord } from "../records/raceRecord";
import { resultIn, sound } from "../records/raceStandings";
import type { Genotype } from "../space/genotype";
import { genotypeHash } from "../space/genotypeJson";
import { mutateGenotype } from "../space/mutateGenotype";
import { randomGenotype } from "../space/randomGenotype";
import { canonicalJson } from "../util/canonicalJson";
import { counted } from "../util/counted";
import { ConfigError } from "../util/errors";
import { bandText, inBand, raceCost } from "./band";

/** What proposals need besides the settings. */
export interface ProposalSources {
  /** Networks the user entered. */
  readonly own: readonly Genotype[];
  /** What the alphas of the stored search are; null where none are drawn from. */
  readonly alphas: DeriveInput | null;
}

/** New networks and how many draws it took. */
export interface Proposals {
  readonly networks: readonly RaceNetwork[];
  readonly draws: RaceRecord["draws"];
}

/**
 * The next generation of a race: in the first the user's own networks, draws from alphas and uniform draws; in every
 * later one mutations, and draws from the alphas fitted so far. Everything follows from the settings and what the
 * generations before have reached, so any number of workers finds the same networks.
 *
 * @throws ConfigError for a network of the user's outside of space or band, or entered twice; where fewer different
 * networks are found in the band than asked for.
 */
export function nextGeneration(
  config: RaceConfig,
  networks: readonly RaceNetwork[],
  draws: RaceRecord["draws"],
  sources: ProposalSources,
): Proposals {
  return new Generation(config, networks, draws, sources).propose();
}

/** @throws ConfigError for a network of the user's outside of space or band, entered twice, or too many of them. */
export function checkOwn(config: RaceConfig, own: readonly Genotype[]): void {
  new Generation(config, [], { made: 0, outsideBand: 0, again: 0 }, { own, alphas: null }).enterOwn();
}

class Generation {
  readonly #found: RaceNetwork[] = [];
  readonly #hashes: Set<string>;
  #made = 0;
  #outside = 0;
  /** Costs nearest to the band, from below and from above, of what lay outside. */
  #below = Number.NEGATIVE_INFINITY;
  #above = Number.POSITIVE_INFINITY;
  #again = 0;
  readonly #key: RandomKey;
  readonly #generation: number;

  constructor(
    readonly config: RaceConfig,
    readonly networks: readonly RaceNetwork[],
    readonly draws: RaceRecord["draws"],
    readonly sources: ProposalSources,
  ) {
    this.#hashes = new Set(networks.map(({ hash }) => hash));
    this.#generation = networks.length === 0 ? 0 : (networks.at(-1) as RaceNetwork).origin.generation + 1;
    this.#key = fold(fold(randomKey(config.seed), "race proposals"), this.#generation);
  }

  propose(): Proposals {
    if (this.#generation === 0) this.#first();
    else this.#later();
    const { made, outsideBand, again } = this.draws;
    return {
      networks: this.#found,
      draws: {
        made: made + this.#made,
        outsideBand: outsideBand + this.#outside,
        again: again + this.#again,
      },
    };
  }

  enterOwn(): void {
    for (const [i, genotype] of this.sources.own.entries()) this.#enter(genotype, `own network ${i + 1}`);
  }

  #first(): void {
    const { rungs, proposals } = this.config;
    this.enterOwn();
    const { alphas } = this.sources;
    const { temperature } = proposals;
    // The user's own come first: together there are never more than the rung has places for.
    if (alphas !== null)
      this.#draw(Math.min(proposals.alphas, rungs.networks - this.#found.length), "alphas", (key) => ({
        genotype: derive({ ...alphas, key }, { rule: "sample", temperature }).genotype,
      }));
    const rest = rungs.networks - this.#found.length;
    // Nothing to mutate yet: a first generation is never empty.
    const random = Math.min(rest, Math.max(proposals.random, this.#found.length === 0 ? 1 : 0));
    this.#draw(random, "random", (key) => ({ genotype: randomGenotype(this.config.space, key) }));
  }

  #later(): void {
    const { rungs, proposals } = this.config;
    const count = Math.min(proposals.generation, rungs.networks - this.networks.length);
    const fitted = Math.round(proposals.fitted * count);
    const parents = this.#parents();
    this.#fitted(fitted, parents);
    this.#draw(count - this.#found.length, "mutation", (key) => this.#mutation(parents, key));
  }

  /** The best share of all networks that have a score. */
  #parents(): readonly RaceNetwork[] {
    const ranked = sound(this.networks, 0);
    return ranked.slice(0, Math.max(1, Math.round(this.config.proposals.parents * ranked.length)));
  }

  /** A mutation of the best of a few parents; a uniform draw where there are none. */
  #mutation(parents: readonly RaceNetwork[], key: RandomKey): Drawn {
    if (parents.length === 0) return { genotype: randomGenotype(this.config.space, key) };
    const drawn = integers(fold(key, "tournament"), this.config.proposals.sample, parents.length);
    // Parents are in order, best first.
    const parent = parents[Math.min(...drawn)] as RaceNetwork;
    return { genotype: mutateGenotype(parent.genotype, fold(key, "mutation")), parent: parent.index };
  }

  /**
   * Thompson sampling: each proposal is the one of many candidates that is best under coefficients drawn from their
   * posterior. Candidates are new networks of the band, half of them drawn uniformly, half mutations.
   */
  #fitted(count: number, parents: readonly RaceNetwork[]): void {
    const scored = this.networks.flatMap((network) => {
      const score = resultIn(network, 0)?.score ?? null;
      return score === null ? [] : [{ genotype: network.genotype, score }];
    });
    if (count === 0 || scored.length < leastFitted || scored.every(({ score }) => score === scored[0]?.score))
      return;
    const { space } = this.config;
    const key = fold(this.#key, "fitted");
    const fit = regressChoices(space, scored, choosePenalty(space, scored, fold(key, "penalty")));
    const candidates: { readonly genotype: Genotype; readonly hash: string }[] = [];
    const seen = new Set(this.#hashes);
    for (let attempt = 0; attempt < candidateDraws && candidates.length < mostCandidates; attempt++) {
      const own = fold(fold(key, "candidate"), attempt);
      const { genotype } =
        attempt % 2 === 0 ? { genotype: randomGenotype(space, own) } : this.#mutation(parents, own);
      const pruned = prunedNetwork(genotype);
      if (!inBand(raceCost(pruned, this.config), this.config)) continue;
      const hash = genotypeHash(pruned);
      if (seen.has(hash)) continue;
      seen.add(hash);
      candidates.push({ genotype: pruned, hash });
    }
    for (let i = 0; i < count; i++) {
      const value = fit.drawn(fold(fold(key, "coefficients"), i));
      const best = candidates
        .filter(({ hash }) => !this.#hashes.has(hash))
        .map(({ genotype }) => ({ genotype, predicted: value(genotype) }))
        .reduce<{ readonly genotype: Genotype; readonly predicted: number } | null>(
          (top, one) => (top === null || one.predicted > top.predicted ? one : top),
          null,
        );
      if (best === null) return;
      this.#made += 1;
      this.#add(best.genotype, "fitted", null);
    }
  }

  /** Draws until there are `count` new networks in the band. */
  #draw(count: number, kind: RaceOrigin["kind"], one: (key: RandomKey) => Drawn): void {
    const { attempts } = this.config.proposals;
    for (let i = 0; i < count; i++) {
      const key = fold(fold(this.#key, kind), i);
      let found = false;
      for (let attempt = 0; attempt < attempts && !found; attempt++) {
        // Parents may have no new neighbour in the band: then any network does.
        const last = kind === "mutation" && attempt >= attempts / 2;
        const drawn: Drawn = last
          ? { genotype: randomGenotype(this.config.space, fold(key, attempt)) }
          : one(fold(key, attempt));
        const { genotype, parent = null } = drawn;
        this.#made += 1;
        const pruned = prunedNetwork(genotype);
        const cost = raceCost(pruned, this.config);
        if (!inBand(cost, this.config)) this.#leaveOut(cost[this.config.band.measure]);
        else if (this.#hashes.has(genotypeHash(pruned))) this.#again += 1;
        else {
          this.#add(pruned, last ? "random" : kind, parent);
          found = true;
        }
      }
      if (!found) this.#tooFew(kind);
    }
  }

  #leaveOut(cost: number): void {
    this.#outside += 1;
    if (cost < this.config.band.atLeast) this.#below = Math.max(this.#below, cost);
    else this.#above = Math.min(this.#above, cost);
  }

  #tooFew(kind: RaceOrigin["kind"]): never {
    const { proposals, rungs, band } = this.config;
    const have = this.networks.length + this.#found.length;
    const last = kind === "mutation" ? "mutations" : kind === "alphas" ? "draws from alphas" : "draws";
    throw new ConfigError(
      `race: rungs.networks asks for ${rungs.networks} different networks of ${bandText(band)}, found ${have}; none of ${proposals.attempts} more ${last} (proposals.attempts) gave another. Of all draws ${this.draws.outsideBand + this.#outside} lay outside the band${this.#nearest()}, ${this.draws.again + this.#again} were ${counted(have, "network")} found before. ${this.#remedy(have)}`,
    );
  }

  /** ` (the nearest cost 2 and 5)` */
  #nearest(): string {
    const found = [this.#below, this.#above].filter(Number.isFinite);
    return found.length === 0 ? "" : ` (the nearest cost ${found.join(" and ")})`;
  }

  #remedy(have: number): string {
    if (have === 0) return "Widen the band.";
    const where = this.networks.length > 0 ? ", both in another folder" : "";
    return `Set rungs.networks to ${have} or fewer, or widen the band${where}.`;
  }

  #enter(given: Genotype, what: string): void {
    const { space, band } = this.config;
    if (canonicalJson(given.space) !== canonicalJson(space)) {
      const key = (Object.keys(space) as (keyof typeof space)[]).find(
        (name) => canonicalJson(given.space[name]) !== canonicalJson(space[name]),
      );
      throw new ConfigError(
        `race: ${what} must be of the race's space, where ${key} is ${JSON.stringify(key && space[key])}, got one of a space where it is ${JSON.stringify(key && given.space[key])}. Leave it out, or race in its space.`,
      );
    }
    const genotype = prunedNetwork(given);
    const cost = raceCost(genotype, this.config);
    if (!inBand(cost, this.config)) {
      throw new ConfigError(
        `race: ${what} must cost ${bandText(band)}, got ${cost[band.measure]}, without what nothing feeds. Leave it out, or widen the band.`,
      );
    }
    const hash = genotypeHash(genotype);
    const same = this.#found.find((network) => network.hash === hash);
    if (same !== undefined) {
      throw new ConfigError(
        `race: ${what} must differ from all others, got the network of own network ${same.index + 1} once more. Enter it once.`,
      );
    }
    if (this.#found.length === this.config.rungs.networks) {
      throw new ConfigError(
        `race: ${counted(this.sources.own.length, "own network")} must be at most rungs.networks (${this.config.rungs.networks}). Raise it, or enter fewer.`,
      );
    }
    this.#add(genotype, "own", null);
  }

  #add(genotype: Genotype, kind: RaceOrigin["kind"], parent: number | null): void {
    const hash = genotypeHash(genotype);
    this.#hashes.add(hash);
    this.#found.push({
      index: this.networks.length + this.#found.length,
      hash,
      genotype,
      cost: raceCost(genotype, this.config),
      origin: { kind, generation: this.#generation, parent },
      results: [],
      status: "racing",
    });
  }
}

interface Drawn {
  readonly genotype: Genotype;
  readonly parent?: number;
}

/** Candidates that coefficients choose among, and draws tried for them. */
const mostCandidates = 256;
const candidateDraws = 8192;
