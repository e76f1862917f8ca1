/**
 * Every error the library throws on purpose. Each message names the place, what was expected and what came.
 *
 * @module
 */

export {
  BackendError,
  BackendNameError,
  ConfigError,
  DataError,
  DeriveError,
  DivergenceError,
  GenotypeError,
  InterruptedError,
  NoRecordError,
  RecordError,
  ShapeError,
} from "../util/errors";
