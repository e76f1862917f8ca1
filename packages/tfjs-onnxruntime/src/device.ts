import type { LazyArray, LazyType } from "./lazyGraph";
import type { StagedProgram } from "./stages/buildStages";

/** What a device is asked to do. Commands are carried out in the order they were given. */
export type DeviceCommand =
  | readonly ["upload", buffer: number, type: LazyType, shape: readonly number[], values: LazyArray]
  | readonly ["compile", program: number, model: DeviceProgram]
  | readonly ["run", program: number, run: DeviceRun]
  | readonly ["free", buffer: number]
  | readonly ["forget", program: number];

/** One run of a program. */
export interface DeviceRun {
  /** Buffers of the leaves; −1 where the numbers are among {@link inline}. */
  readonly leaves: readonly number[];
  /** Numbers of small leaves that have no buffer, one after the other, by type. */
  readonly inline: Readonly<Record<LazyType, LazyArray>>;
  /** Buffers of the results. */
  readonly results: readonly number[];
}

/** A graph for a device. */
export interface DeviceProgram {
  readonly bytes: Uint8Array;
  /** Each input takes `count` leaves: one as it is, or several joined. */
  readonly inputs: readonly DeviceInput[];
  readonly outputs: readonly DeviceValue[];
  /** Whether the memory of its values stays with it between runs. */
  readonly keepsMemory: boolean;
  /** How far ONNX Runtime rewrites it, where that differs from {@link DeviceSettings.optimization}. */
  readonly optimization?: DeviceSettings["optimization"];
  /** The same as stages, which then run instead of {@link bytes}. */
  readonly staged?: StagedProgram;
}

export interface DeviceValue {
  readonly name: string;
  readonly type: LazyType;
  readonly shape: readonly number[];
}

export interface DeviceInput extends DeviceValue {
  readonly packed: boolean;
  /** Positions of its leaves among those of a run, and their numbers of entries. */
  readonly leaves: readonly number[];
  readonly sizes: readonly number[];
}

/** What a device has done and holds. */
export interface DeviceStatistics {
  readonly runs: number;
  readonly compiles: number;
  readonly runMs: number;
  readonly compileMs: number;
  /** Bytes of live buffers, and of freed ones kept for later results. */
  readonly bytes: number;
  readonly pooledBytes: number;
  /** Those of {@link bytes} that lie in a graphics card's memory, and bytes that came back from it so far. */
  readonly cardBytes: number;
  readonly readBytes: number;
}

/** How a device runs graphs. Plain data: it is sent to the thread. */
export interface DeviceSettings {
  readonly provider: "cpu" | "wasm" | "webgpu" | "cuda";
  /** Threads that run one operator. */
  readonly threads: number;
  readonly optimization: "disabled" | "basic" | "extended" | "all";
  /** Freed buffers kept for later results, at most. */
  readonly poolBytes: number;
  /**
   * Graphs that give back what they get. Where they are set, results stay in the memory of the graphics card, are
   * read by later graphs there, and come to this side only by one of these.
   */
  readonly readers?: Readonly<Record<LazyType, Uint8Array>>;
  /** File of the native code with which programs run as stages; without it none does. */
  readonly stages?: string;
}

/** Something that holds buffers and runs graphs: this thread, or another one. */
export interface Device {
  send(command: DeviceCommand): void;
  /**
   * The numbers of a buffer, once everything sent before is done. The array is the caller's.
   * @throws Error if the run that should have filled it failed.
   */
  read(buffer: number): Promise<LazyArray>;
  readSync(buffer: number): LazyArray;
  statistics(): DeviceStatistics;
  /** Resolves when everything sent before is done. */
  settled(): Promise<void>;
  close(): void;
}
