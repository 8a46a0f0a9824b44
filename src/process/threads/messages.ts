import type { MessagePort } from 'node:worker_threads';
import type { ConfigSource } from '../../config/read.js';
import type { ServerChange } from '../../core/balancer.js';
import type { ThreadPlace } from '../../core/threads.js';
import type { Sample } from '../../core/sample.js';
import type { PatternEdit } from '../../language/patterns/edits.js';
import type { PatternState } from '../../language/patterns/reference.js';
import type { BadMessage } from '../../state/bad-message.js';
import type { Server } from '../../state/server.js';
import type { AdminAction } from '../../observe/stats/admin.js';

/** What threads tell each other. Proxies and servers are named by their place in the configuration. */

/** A server: index of its backend, index in it. */
export interface ServerPlace {
  readonly backend: number;
  readonly server: number;
}

export const placeOf = (server: Server): ServerPlace => ({ backend: server.backend.index, server: server.index });

/** Where a server is. */
export interface ServerAddress extends ServerPlace {
  readonly address: string;
  readonly port: number;
  readonly portOffset: boolean;
}

/** All that a thread needs to begin (`workerData`). */
export interface ThreadStart {
  readonly sources: readonly ConfigSource[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly transport: 'handle' | 'socket' | undefined;
  readonly place: ThreadPlace;
  /** The main thread's memory, and how much of it its own configuration took. */
  readonly chunks: SharedArrayBuffer[];
  readonly extent: string;
  /** threadOrigin() of the main thread. */
  readonly origin: number;
  /** What was changed at run time: limits and pauses of frontends, addresses of servers, patterns by number… */
  readonly frontends: readonly FrontendState[];
  readonly addresses: readonly ServerAddress[];
  readonly patterns: readonly { readonly id: number; readonly state: PatternState }[];
  readonly variables: readonly (readonly [string, Sample])[];
  /** …and the commands that added and deleted servers. */
  readonly commands: readonly string[];
}

export interface FrontendState {
  readonly maxconn: number;
  readonly paused: boolean;
}

/** A line of the runtime API for all threads, from a session of the main one. */
export interface ThreadCommand {
  readonly line: string;
  readonly payload: string | undefined;
  readonly expert: boolean;
  readonly experimental: boolean;
}

/** What a thread answered. */
export interface ThreadAnswer {
  readonly text: string;
  readonly failed: boolean;
}

/** A listening socket for a thread. */
export interface HandedSocket {
  readonly frontend: number;
  readonly listener: number;
  readonly fd: number;
}

/** From the main thread to the others. */
export type ToThread =
  | ToPeer
  | { readonly kind: 'peer'; readonly thread: number; readonly port: MessagePort }
  | { readonly kind: 'listen'; readonly sockets: readonly HandedSocket[] }
  | ({ readonly kind: 'changed'; readonly change: ServerChange } & ServerPlace)
  | ({ readonly kind: 'redistribute' | 'grab' } & ServerPlace)
  | ({ readonly kind: 'shutdown-sessions'; readonly why: 'D' | 'K' } & ServerPlace)
  | { readonly kind: 'shutdown-backup-sessions'; readonly backend: number }
  | ({ readonly kind: 'address' } & ServerAddress)
  /** A certificate takes the place of another (`commit ssl cert`); PEM with its key. */
  | { readonly kind: 'certificate'; readonly path: string; readonly text: string }
  | { readonly kind: 'frontend'; readonly frontend: number; readonly to: 'pause' | 'resume' | 'stop' }
  | { readonly kind: 'maxconn'; readonly frontend: number; readonly maxconn: number }
  /** An answer with this number is awaited; `chunks` are all of the shared memory by now. */
  | ({ readonly kind: 'command'; readonly id: number; readonly chunks: SharedArrayBuffer[] } & ThreadCommand)
  /** A rule of another thread changed a map or an ACL. */
  | { readonly kind: 'pattern'; readonly edit: PatternEdit }
  /** A variable of the process; undefined = unset. */
  | { readonly kind: 'variable'; readonly name: string; readonly value: Sample | undefined }
  /** Stop listening: another process takes the ports. */
  | { readonly kind: 'release' }
  | { readonly kind: 'drain'; readonly spread: number | undefined }
  | { readonly kind: 'abort' };

/** From a thread to the main one. */
export type ToMain =
  | ToPeer
  /** Compiled: it can be given sockets. */
  | { readonly kind: 'ready' }
  /** Its sockets are listened on. */
  | { readonly kind: 'listening' }
  /** It cannot take part. */
  | { readonly kind: 'failed'; readonly why: string }
  /** The last connection of the process is gone. */
  | { readonly kind: 'idle' }
  | ({ readonly kind: 'answer'; readonly id: number } & ThreadAnswer)
  | { readonly kind: 'pattern'; readonly edit: PatternEdit }
  | { readonly kind: 'variable'; readonly name: string; readonly value: Sample | undefined }
  /** For `show errors`; the proxy is named by its number. */
  | { readonly kind: 'bad-message'; readonly message: BadMessage }
  /** `stats admin`: an action on the statistics page. */
  | ({ readonly kind: 'admin'; readonly action: AdminAction } & ServerPlace)
  /** `observe`: how a server behaved in traffic. */
  | ({ readonly kind: 'traffic'; readonly ok: boolean; readonly layer: 'layer4' | 'layer7' } & ServerPlace);

/** Between any two threads: see ThreadLinks. */
export type ToPeer = ({ readonly kind: 'slot' } & ServerPlace) | { readonly kind: 'room' };
