/** What the door writes to the log; no field holds a value of a caller's message. */
export interface DoorLogFields {
  readonly correlationId?: string;
  readonly operation?: string | undefined;
  readonly code?: string | undefined;
  readonly entityId?: string | undefined;
  readonly userId?: string | undefined;
  readonly milliseconds?: number;
  readonly count?: number;
  readonly error?: unknown;
}

/** A call that was answered, for those who count. */
export interface ObservedCall {
  /** Undefined when the message never reached one. */
  readonly operation: string | undefined;
  /** Of the fault; undefined when there was none. */
  readonly code: string | undefined;
  readonly milliseconds: number;
}

export interface DoorLog {
  error(message: string, fields: DoorLogFields): void;
  warn(message: string, fields: DoorLogFields): void;
  info(message: string, fields: DoorLogFields): void;
  debug(message: string, fields: DoorLogFields): void;
}
