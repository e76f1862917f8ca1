import type { RaceConfig } from "../config/raceConfig";
import { counted } from "../util/counted";
import { ConfigError } from "../util/errors";
import { type Machine, poolSize, thisMachine } from "../util/poolSize";

/** Memory of a worker without its images: Node, the engine, a network of a laptop's size and its batches, in bytes. */
const workerBytes = 700 * 2 ** 20;
/** Images of a set of which nothing is said, e.g. all of CIFAR. */
const usualImages = 60_000;

/** Memory a worker is expected to take, in bytes; its images are loaded once. */
export function bytesOfWorker({ train, space }: Pick<RaceConfig, "train" | "space">): number {
  const { trainImages, testImages } = train.data;
  // Limits are drawn out of the whole set, which is read first.
  const images = Math.max(usualImages, trainImages + testImages);
  return workerBytes + images * space.imageSize ** 2 * space.imageChannels;
}

/** The machine; within a Slurm task what of it the task may use. */
export function raceMachine(env: NodeJS.ProcessEnv = process.env): Machine {
  const machine = thisMachine();
  const task = Number(env["SLURM_CPUS_PER_TASK"]);
  return Number.isInteger(task) && task >= 1 ? { ...machine, cores: Math.min(machine.cores, task) } : machine;
}

/**
 * How many workers train at once: as many as there are cores, networks and room in memory, or as many as are asked for.
 * @throws ConfigError where there is too little memory for them.
 */
export function workerCount(
  config: Pick<RaceConfig, "train" | "space" | "rungs">,
  asked: number | undefined,
  machine: Machine = raceMachine(),
): number {
  const jobBytes = bytesOfWorker(config);
  if (asked !== undefined && !(Number.isInteger(asked) && asked >= 1))
    throw new ConfigError(`race: workers must be a whole number of at least 1, got ${asked}.`);
  const { jobs } = poolSize(config.rungs.networks, { jobs: asked, threads: 1, jobBytes }, machine);
  if (jobs * jobBytes <= machine.freeBytes) return jobs;
  const gib = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
  const fit = Math.floor(machine.freeBytes / jobBytes);
  const remedy =
    fit >= 1 ? `Set workers to ${fit} or fewer` : "End other programs, or use a machine with more memory";
  throw new ConfigError(
    `race: ${counted(jobs, "worker")} must fit into memory at about ${gib(jobBytes)} each, got ${gib(machine.freeBytes)} that are free. ${remedy}.`,
  );
}
