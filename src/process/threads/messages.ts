import type { MessagePort } from 'node:worker_threads';
import type { DynamicCookieEdit, TlsEdit } from '../../admin/context.js';
import type { Answer, Question } from '../../admin/questions.js';
import type { Sample } from '../../core/sample.js';
import type { PatternChange } from '../../language/patterns/reference.js';
import type { ConfigSource } from '../../config/read.js';
import type { ServerChange } from '../../core/balancer.js';
import type { ThreadPlace } from '../../core/threads.js';
import type { Server } from '../../state/server.js';
import type { ServerEdit } from '../dynamic-servers.js';
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

/** What a rule wants to know. */
export interface NameWish {
  readonly section: string;
  readonly name: string;
  readonly family: 4 | 6;
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
  /** What was changed at run time and lies in no shared memory, in order; limits and pauses of frontends; addresses. */
  readonly edits: readonly Edit[];
  readonly frontends: readonly FrontendState[];
  readonly addresses: readonly ServerAddress[];
}

export interface FrontendState {
  readonly maxconn: number;
  readonly paused: boolean;
}

/** A listening socket for a thread. */
export interface HandedSocket {
  readonly frontend: number;
  readonly listener: number;
  readonly fd: number;
}

/** What was changed at run time and is not in shared memory. */
export type Edit =
  | ServerEdit
  /** undefined = unset */
  | { readonly kind: 'variable'; readonly name: string; readonly value: Sample | undefined }
  | TlsEdit
  | DynamicCookieEdit
  /** @param reference its number in `show acl` and `show map` */
  | { readonly kind: 'patterns'; readonly reference: number; readonly change: PatternChange };

/** From the main thread to the others. */
export type ToThread =
  | ToPeer
  | { readonly kind: 'edit'; readonly edit: Edit; readonly chunks: SharedArrayBuffer[] }
  | { readonly kind: 'question'; readonly number: number; readonly question: Question }
  | { readonly kind: 'peer'; readonly thread: number; readonly port: MessagePort }
  | { readonly kind: 'listen'; readonly sockets: readonly HandedSocket[] }
  | ({ readonly kind: 'changed'; readonly change: ServerChange } & ServerPlace)
  | ({ readonly kind: 'redistribute' | 'grab' } & ServerPlace)
  | ({ readonly kind: 'shutdown-sessions'; readonly why: 'D' | 'K' } & ServerPlace)
  | { readonly kind: 'shutdown-backup-sessions'; readonly backend: number }
  | ({ readonly kind: 'address' } & ServerAddress)
  /** What a name stands for; undefined = it does not resolve. */
  | { readonly kind: 'resolved'; readonly number: number; readonly address: string | undefined }
  | { readonly kind: 'frontend'; readonly frontend: number; readonly to: 'pause' | 'resume' | 'stop' }
  | { readonly kind: 'maxconn'; readonly frontend: number; readonly maxconn: number }
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
  /** A rule changed something. */
  | { readonly kind: 'edit'; readonly edit: Edit }
  | { readonly kind: 'answer'; readonly number: number; readonly answer: Answer }
  /** `do-resolve`: the main thread asks the name servers. */
  | ({ readonly kind: 'resolve'; readonly number: number } & NameWish)
  /** It cannot take part. */
  | { readonly kind: 'failed'; readonly why: string }
  /** The last connection of the process is gone. */
  | { readonly kind: 'idle' }
  /** Asked to drain, it accepts no more: all that it has accepted is counted. */
  | { readonly kind: 'drained' }
  /** `stats admin`: an action on the statistics page. */
  | ({ readonly kind: 'admin'; readonly action: AdminAction } & ServerPlace)
  /** `observe`: how a server behaved in traffic. */
  | ({ readonly kind: 'traffic'; readonly ok: boolean; readonly layer: 'layer4' | 'layer7' } & ServerPlace);

/** Between any two threads: see ThreadLinks. */
export type ToPeer = ({ readonly kind: 'slot' } & ServerPlace) | { readonly kind: 'room' };
