/** The numbers of RFC 9113. */

/** Section 6. */
export const enum FrameType {
  Data,
  Headers,
  Priority,
  RstStream,
  Settings,
  PushPromise,
  Ping,
  GoAway,
  WindowUpdate,
  Continuation,
}

export const enum FrameFlag {
  /** DATA, HEADERS. */
  EndStream = 0x1,
  EndHeaders = 0x4,
  Padded = 0x8,
  Priority = 0x20,
}

/** The flag of SETTINGS and PING. */
export const ACK = 0x1;

/** Section 7. */
export const enum ErrorCode {
  NoError,
  ProtocolError,
  InternalError,
  FlowControlError,
  SettingsTimeout,
  StreamClosed,
  FrameSizeError,
  RefusedStream,
  Cancel,
  CompressionError,
  ConnectError,
  EnhanceYourCalm,
  InadequateSecurity,
  Http11Required,
}

/** Section 6.5.2, and RFC 8441. */
export const enum Setting {
  HeaderTableSize = 1,
  EnablePush,
  MaxConcurrentStreams,
  InitialWindowSize,
  MaxFrameSize,
  MaxHeaderListSize,
  EnableConnectProtocol = 8,
}

export const FRAME_HEADER = 9;
/** What both sides begin with (sections 4.2, 6.5.2, 6.9.2). */
export const DEFAULT_FRAME_SIZE = 16384;
export const LARGEST_FRAME_SIZE = 16_777_215;
export const DEFAULT_WINDOW = 65_535;
export const LARGEST_WINDOW = 0x7fffffff;
export const DEFAULT_TABLE_SIZE = 4096;
/** Section 3.4: what a client says first. */
export const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');
