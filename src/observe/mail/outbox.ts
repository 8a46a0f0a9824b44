/** Messages that wait for their receiver. */
const MOST_WAITING = 1000;

/** Sends messages one after the other; one that fails is lost, as in HAProxy, and so is what comes in when too many wait. */
export class Outbox<Message> {
  lost = 0;
  private readonly waiting: Message[] = [];
  private sending = false;
  private failing = false;

  /**
   * @param send answers what went wrong, undefined = nothing; never throws
   * @param complain about the first of several failures
   */
  constructor(
    private readonly send: (message: Message) => Promise<string | undefined>,
    private readonly complain: (problem: string) => void,
  ) {}

  add(message: Message): void {
    if (this.waiting.length >= MOST_WAITING) {
      this.lost++;
      return;
    }
    this.waiting.push(message);
    if (!this.sending) void this.work();
  }

  private async work(): Promise<void> {
    this.sending = true;
    for (let message = this.waiting.shift(); message !== undefined; message = this.waiting.shift()) {
      const problem = await this.send(message);
      if (problem !== undefined) {
        this.lost++;
        if (!this.failing) this.complain(problem);
      }
      this.failing = problem !== undefined;
    }
    this.sending = false;
  }

  /** Nothing more is sent. */
  stop(): void {
    this.lost += this.waiting.length;
    this.waiting.length = 0;
  }
}
