import { DEFAULT_FRAME_SIZE, DEFAULT_WINDOW, ErrorCode, LARGEST_FRAME_SIZE, LARGEST_WINDOW, Setting } from './codes.js';

/** What the peer told us of itself (RFC 9113 section 6.5.2). */
export class PeerSettings {
  tableSize = -1;
  initialWindow = DEFAULT_WINDOW;
  maxFrameSize = DEFAULT_FRAME_SIZE;
  maxStreams = Infinity;
  /** RFC 8441; undefined until it said anything. */
  enableConnect: boolean | undefined = undefined;

  /** Reads the payload of a SETTINGS frame. Unknown ones are ignored. */
  read(buffer: Buffer, start: number, end: number): ErrorCode {
    for (let at = start; at < end; at += 6) {
      const error = this.set(buffer.readUInt16BE(at), buffer.readUInt32BE(at + 2));
      if (error !== ErrorCode.NoError) return error;
    }
    this.enableConnect ??= false;
    return ErrorCode.NoError;
  }

  private set(setting: Setting, value: number): ErrorCode {
    switch (setting) {
      case Setting.HeaderTableSize:
        this.tableSize = value;
        return ErrorCode.NoError;
      case Setting.EnablePush:
        return value > 1 ? ErrorCode.ProtocolError : ErrorCode.NoError;
      case Setting.MaxConcurrentStreams:
        this.maxStreams = value;
        return ErrorCode.NoError;
      case Setting.InitialWindowSize:
        if (value > LARGEST_WINDOW) return ErrorCode.FlowControlError;
        this.initialWindow = value;
        return ErrorCode.NoError;
      case Setting.MaxFrameSize:
        if (value < DEFAULT_FRAME_SIZE || value > LARGEST_FRAME_SIZE) return ErrorCode.ProtocolError;
        this.maxFrameSize = value;
        return ErrorCode.NoError;
      case Setting.EnableConnectProtocol:
        if (value > 1) return ErrorCode.ProtocolError;
        this.enableConnect = value === 1;
        return ErrorCode.NoError;
      default:
        return ErrorCode.NoError;
    }
  }
}
