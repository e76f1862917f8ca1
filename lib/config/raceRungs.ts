import { kinds } from "./kinds";
import { integer, later, list, oneOf, section } from "./section";

/** How many networks of a race train how far, and what they are chosen by. */
export const raceRungs = section(
  {
    meaning: "How many networks train how far. Each rung goes on from the checkpoints of the one before.",
  },
  {
    networks: integer({
      default: 96,
      min: 1,
      unit: "networks",
      meaning: "Different networks in the first rung.",
    }),
    steps: integer({
      default: 200,
      min: 1,
      unit: "steps",
      meaning: "Steps of the first rung, within the first epoch: its images have not been seen before.",
    }),
    lossSteps: integer({
      default: 100,
      min: 1,
      unit: "steps",
      meaning: "The first rung's score is the mean training loss of its last steps, this many.",
    }),
    keep: list(kinds.integer(1), {
      default: [32, 12, 4, 2],
      least: 1,
      unit: "networks",
      meaning: "Networks in each later rung: the best of the one before.",
    }),
    epochs: list(kinds.integer(1), {
      default: [1, 2, 4, 8],
      least: 1,
      unit: "epochs",
      meaning:
        "Where each later rung stops, epochs from the beginning. Their score is the accuracy on the held-out images, statistics of batch norms taken anew.",
    }),
    by: later(
      oneOf(["accuracy", "loss"], {
        default: "accuracy",
        meaning:
          "What the rungs between the first and the last choose by: accuracy on the held-out images, or mean training loss of the epoch that they end with.",
      }),
    ),
    seeds: later(
      oneOf(["common", "own"], {
        default: "common",
        meaning:
          "What a network's training draws its first weights and its batches by: the race's seed, one for all, or a seed of its own. With one seed, networks of one stem begin with the same filters.",
      }),
    ),
    again: later(
      integer({
        default: 0,
        min: 0,
        unit: "seeds",
        meaning:
          "Seeds of their own with which the networks of the last rung train once more, from the beginning to where it stops. The best mean of these wins, not the best of the last rung.",
      }),
    ),
  },
);
