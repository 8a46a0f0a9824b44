import { DEFAULT_FRAME_SIZE, DEFAULT_TABLE_SIZE } from './codes.js';

/** `tune.h2.*` (manual 3.2). */
export interface H2Limits {
  /** Of the table that the peer's field blocks refer to, bytes. */
  readonly tableSize: number;
  /** How much of a message a peer may send before it is taken, bytes. */
  readonly initialWindow: number;
  readonly maxStreams: number;
  readonly maxFrameSize: number;
  /** `tune.h2.fe.max-total-streams`: a connection is asked to go after so many. */
  readonly maxTotalStreams: number;
}

type Tune = ReadonlyMap<string, number>;

/** 0 in one of the newer keywords leaves it to the older one, that is for both directions. */
const orBoth = (own: number | undefined, both: number | undefined, usual: number): number => own || (both ?? usual);

/** For connections of clients. */
export function frontLimits(tune: Tune): H2Limits {
  return {
    tableSize: tune.get('tune.h2.header-table-size') ?? DEFAULT_TABLE_SIZE,
    initialWindow: orBoth(tune.get('tune.h2.fe.initial-window-size'), tune.get('tune.h2.initial-window-size'), WINDOW),
    maxStreams: orBoth(tune.get('tune.h2.fe.max-concurrent-streams'), tune.get('tune.h2.max-concurrent-streams'), 100),
    maxFrameSize: Math.min(tune.get('tune.h2.max-frame-size') ?? DEFAULT_FRAME_SIZE, LARGEST_USEFUL_FRAME),
    maxTotalStreams: tune.get('tune.h2.fe.max-total-streams') || Infinity,
  };
}

/** For connections to servers. */
export function backLimits(tune: Tune): H2Limits {
  return {
    ...frontLimits(tune),
    initialWindow: orBoth(tune.get('tune.h2.be.initial-window-size'), tune.get('tune.h2.initial-window-size'), WINDOW),
    maxStreams: orBoth(tune.get('tune.h2.be.max-concurrent-streams'), tune.get('tune.h2.max-concurrent-streams'), 100),
    maxTotalStreams: Infinity,
  };
}

const WINDOW = 65_536;
/** A size line for a chunk must fit where the frame's header was: five hexadecimal digits and two line ends. */
const LARGEST_USEFUL_FRAME = 0xfffff;
