/*
 * Where things lie in the memory that host and kernels share. Read by both compilers, TypeScript's and AssemblyScript's: numbers
 * only. Descriptors are blocks of 32-bit integers; the numbers here are byte offsets into one.
 *
 * An address is absolute (weights, tables), or counts from the arena (slots) or the scratch of the thread that works.
 */

/** Table of 16 x 16 bytes: entry `16 · a + b` is the number of bits in which the nibbles `a` and `b` differ. */
export const TABLE = 1024;
/** Counters that threads share, and where each stands: the job's number, threads done with it, the next image, a meeting's number and who came. */
export const SYNC = 1536;
export const SYNC_JOB = 0;
export const SYNC_DONE = 64;
export const SYNC_NEXT = 128;
export const SYNC_ROUND = 192;
export const SYNC_MET = 256;
/** What lies below is never given out. */
export const HEAP = 2048;
/** Bytes behind every area that kernels may read or write past its end. */
export const SLACK = 512;

/** Kinds of steps. */
export const OP_BINARY_CONV = 1;
export const OP_REAL_CONV = 2;
export const OP_POOL = 3;
export const OP_POINTWISE = 4;
export const OP_MATCH = 5;
export const OP_CONCAT = 6;
export const OP_GLOBAL_POOL = 7;
export const OP_DENSE = 8;
export const OP_ZEROS = 9;

/** Common to all steps: what it does, how many rows it puts out (threads share them), its finish. */
export const S_OP = 0;
export const S_ROWS = 4;
export const S_FINISH = 8;
/** The slot it reads: offset in the arena, bytes a row, bytes a pixel. */
export const S_INPUT = 12;
export const S_INPUT_ROW = 16;
export const S_INPUT_PIXEL = 20;
export const S_INPUT_ROWS = 24;
/** Pixels a row it puts out. */
export const S_COLS = 28;
/** Where it puts intermediate results: offset in the scratch, bytes a pixel, rows at a time. */
export const S_SUMS = 32;
export const S_SUMS_PIXEL = 36;
export const S_STRIP = 40;
/** Channels it puts out. */
export const S_CHANNELS = 44;

/** Convolutions: the input with a border around it, in the scratch. */
export const C_PADDED = 48;
export const C_PADDED_ROW = 52;
export const C_PADDED_ROWS = 56;
/** Rows and bytes of border above and left of the image. */
export const C_TOP = 60;
export const C_LEFT = 64;
/** Bytes of an input row (of a pixel, for real maps) that are copied. */
export const C_COPY = 68;
/** Rows of the padded image from the first to the last that one output row reads. */
export const C_REACH = 72;
/** Bytes from one window to the next, right and down. */
export const C_STEP = 76;
export const C_ROW_STEP = 80;
/** Convolutions side by side whose channels are dealt out in turn: how many, and where their blocks stand. */
export const C_PARTS = 84;
export const C_PART = 88;
export const C_KERNEL = 92;
/** Binary: patches and channels put in order, in the scratch. */
export const C_PATCHES = 96;
export const C_ORDERED = 100;
export const C_INPUT_COLS = 104;
export const CONV_BYTES = 108;

/** Kernels of binary convolutions. */
export const KERNEL_LOOKUP = 0;
export const KERNEL_I64 = 1;
export const KERNEL_I8X16 = 2;

/** One of the convolutions side by side: windows, weights. */
export const P_SEGMENTS = 0;
export const P_SEGMENTS_END = 4;
export const P_WEIGHTS = 8;
/** Blocks of 16 channels (popcounts: of 4), and bytes of one. */
export const P_BLOCKS = 12;
export const P_BLOCK_BYTES = 16;
/** Popcounts: bytes of one patch, and which of its last 64 bits count. */
export const P_PATCH_BYTES = 20;
export const P_LAST_LOW = 24;
export const P_LAST_HIGH = 28;
/** Channels before those of this one, in the order in which parts put them out. */
export const P_FIRST = 32;
/**
 * The last block of an odd number, three taps of a row at a time: windows, weights (0: as the others). Of real convolutions the weights
 * of the last 8 filters, where half a block is left.
 */
export const P_THREE_SEGMENTS = 36;
export const P_THREE_SEGMENTS_END = 40;
export const P_THREE_WEIGHTS = 44;
export const PART_BYTES = 48;

/** A run of neighbouring bytes of a window: offset, length, what follows it (0 nothing, 1 sums are stored, 2 are added). */
export const SEGMENT_BYTES = 12;

/** What is done to a row of results before it is written. */
export const F_SOURCE = 0;
export const F_SOURCE_PIXEL = 4;
export const F_WIDTH = 8;
/** Groups of four channels. */
export const F_VECTORS = 12;
/** Binary convolutions: `n` of a popcount of 0: tables, offset in them by row and by column. */
export const F_TAPS = 16;
export const F_TAPS_OF_ROW = 20;
export const F_TAPS_OF_COLUMN = 24;
export const F_SCALE = 28;
export const F_OFFSET = 32;
/** Slots that are added: offset in the arena or -1, bytes a pixel. */
export const F_RESIDUAL = 36;
export const F_RESIDUAL_PIXEL = 40;
export const F_ACTIVATION = 44;
export const F_FIRST_SHIFT = 48;
export const F_SLOPE = 52;
export const F_SECOND_SHIFT = 56;
export const F_PLUS = 60;
export const F_PLUS_PIXEL = 64;
/** Offset in the arena, or -1: the row is only binarized. Bytes a pixel. */
export const F_OUTPUT = 68;
export const F_OUTPUT_PIXEL = 72;
/** A row of the scratch for values that are written nowhere. */
export const F_ROW = 76;
/** Maps of bits made of it. */
export const F_BITS = 80;
export const F_BITS_COUNT = 84;
export const F_CHANNELS = 88;
export const FINISH_BYTES = 92;

/** Sources of a finish: popcounts of 16 or 32 bits, float32 of the scratch, a slot. */
export const SOURCE_U16 = 0;
export const SOURCE_U32 = 1;
export const SOURCE_F32 = 2;

export const ACT_NONE = 0;
export const ACT_RELU = 1;
export const ACT_HARDTANH = 2;
export const ACT_PRELU = 3;
export const ACT_RPRELU = 4;

/** One map of bits: slot, bytes a pixel, limits and flips by channel (0: no flips), groups and bytes of one, whether integers are compared. */
export const B_OUTPUT = 0;
export const B_PIXEL = 4;
export const B_LIMITS = 8;
export const B_FLIPS = 12;
export const B_GROUPS = 16;
export const B_GROUP_BYTES = 20;
export const B_INTEGER = 24;
export const BITS_BYTES = 28;

/** Pooling: window and what of it lies inside. */
export const Q_KERNEL = 48;
export const Q_STRIDE = 52;
export const Q_BEFORE = 56;
export const Q_MEAN = 60;
export const Q_COPIES = 64;
export const Q_INPUT_COLS = 68;
/** Channels of the input. */
export const Q_CHANNELS = 72;
export const POOL_BYTES = 76;

/** Match: parts, channels of one before and after. */
export const M_NODES = 48;
export const M_FROM = 52;
export const M_TO = 56;
export const MATCH_BYTES = 60;

/** Concat: list of (slot, bytes a pixel, channels), and where it is written. */
export const N_LIST = 48;
export const N_COUNT = 52;
export const N_OUTPUT = 56;
export const N_OUTPUT_PIXEL = 60;
/** Global pool, dense, zeros: weights `[features, outputs padded to 4]`, bias, pixels or features. */
export const N_WEIGHTS = 64;
export const N_BIAS = 68;
export const N_PIXELS = 76;
export const SIMPLE_BYTES = 80;

/** What all threads do: by images, by rows, or stop. */
export const JOB_MODE = 0;
export const MODE_IMAGES = 1;
export const MODE_ROWS = 2;
export const MODE_STOP = 3;
export const JOB_COUNT = 4;
export const JOB_THREADS = 8;
export const JOB_STEPS = 12;
export const JOB_STEPS_COUNT = 16;
/** Arena that all threads use where they share an image. */
export const JOB_ARENA = 20;
/** Images and logits, absolute, bytes of one, and their slots' offsets in an arena. */
export const JOB_IMAGES = 24;
export const JOB_IMAGE_BYTES = 28;
export const JOB_INPUT = 32;
export const JOB_LOGITS = 36;
export const JOB_LOGITS_BYTES = 40;
export const JOB_OUTPUT = 44;
/** Rows that threads which share an image have still to do, absolute: of each thread two ranges, for one step and for the next. */
export const JOB_SHARES = 48;
export const JOB_BYTES = 52;
/** Bytes of a thread's ranges, and of one with what keeps it apart from others in the cache. */
export const SHARE_BYTES = 128;
export const SHARE_NEXT = 64;
