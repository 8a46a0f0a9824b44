import type { ServerLink } from '../../core/upstream.js';
import type { Server } from '../../state/server.js';
import { OwnLink } from '../http/own-link.js';

/** Connections to servers that belong to one client, who has many streams (manual 4.2 `http-reuse never`). */
export class OwnLinks {
  private links: OwnLink[] = [];

  /** @param most more are not kept */
  constructor(private readonly most: number) {}

  keep(server: Server, link: ServerLink): void {
    if (this.links.length >= this.most) link.transport.reset();
    else this.links.push(new OwnLink(server, link));
  }

  take(server: Server, key: string, serverName: string | undefined): ServerLink | undefined {
    for (let i = this.links.length - 1; i >= 0; i--) {
      if (!this.links[i].suits(server, key, serverName)) continue;
      const link = this.links.splice(i, 1)[0].take();
      if (link !== undefined) return link;
    }
    return undefined;
  }

  close(): void {
    for (const link of this.links) link.close();
    this.links = [];
  }
}
