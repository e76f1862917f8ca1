/** Sums of one epoch so far: enough to give its means, and to go on after a stop as if there had been none. */
export interface MeterSums {
  weightSteps: number;
  weightImages: number;
  weightLoss: number;
  weightCorrect: number;
  alphaSteps: number;
  alphaImages: number;
  alphaTotal: number;
  alphaCrossEntropy: number;
  alphaPenalty: number;
  alphaEntropy: number;
  trainingSeconds: number;
}

export function emptyMeter(): MeterSums {
  return {
    weightSteps: 0,
    weightImages: 0,
    weightLoss: 0,
    weightCorrect: 0,
    alphaSteps: 0,
    alphaImages: 0,
    alphaTotal: 0,
    alphaCrossEntropy: 0,
    alphaPenalty: 0,
    alphaEntropy: 0,
    trainingSeconds: 0,
  };
}
