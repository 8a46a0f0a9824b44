/**
 * What master and worker say to each other over the channel between them, in order of a worker's life: `configuration`,
 * `listening`, then `leave-terminal` in the background, then commands and their answers.
 */

/** One file of a configuration: the worker runs exactly the text that the master has checked. */
interface SourceText {
  readonly path: string;
  readonly text: string;
}

/** A command of the master's runtime socket, for the worker to answer. */
export interface ForwardedCommand {
  readonly kind: 'command';
  /** The master's number for it. */
  readonly id: number;
  readonly line: string;
  readonly payload: string | undefined;
  readonly level: number;
  readonly expert: boolean;
  readonly experimental: boolean;
}

export type ToWorker =
  | { readonly kind: 'configuration'; readonly sources: readonly SourceText[] }
  | { readonly kind: 'leave-terminal' }
  | ForwardedCommand
  /** Nobody reads the answer any more. */
  | { readonly kind: 'cancel'; readonly id: number };

export type ToMaster =
  /** All ports are open: the worker serves. */
  | { readonly kind: 'listening' }
  /** A piece of an answer. */
  | { readonly kind: 'answer'; readonly id: number; readonly text: string }
  /** The answer is complete. */
  | { readonly kind: 'answered'; readonly id: number };

/** @returns the message, or undefined for what is none */
export function asMessage<Message extends { readonly kind: string }>(
  value: unknown,
  kinds: readonly Message['kind'][],
): Message | undefined {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return undefined;
  return kinds.some((kind) => kind === value.kind) ? (value as Message) : undefined;
}
