/** Bit 31 of a command_id marks an answer (SMPP 3.4, 5.1.2.1). */
export const RESPONSE_BIT = 0x80000000;

/**
 * A mandatory parameter: its name, how it is written, and the octets that it may take on its way
 * out, terminator included (SMPP 3.4, 3.1). `octets` is preceded by its length in one octet.
 */
export type FieldSpec =
  | readonly [name: string, kind: "int8"]
  | readonly [name: string, kind: "text" | "octets", max: number];

export interface CommandSpec {
  readonly id: number;
  readonly fields: readonly FieldSpec[];
}

const BIND = [
  ["systemId", "text", 16],
  ["password", "text", 9],
  ["systemType", "text", 13],
  ["interfaceVersion", "int8"],
  ["addrTon", "int8"],
  ["addrNpi", "int8"],
  ["addressRange", "text", 41],
] as const;

const BIND_RESP = [["systemId", "text", 16]] as const;

const MESSAGE_ID = [["messageId", "text", 65]] as const;

const ADDRESSES = [
  ["serviceType", "text", 6],
  ["sourceAddrTon", "int8"],
  ["sourceAddrNpi", "int8"],
  ["sourceAddr", "text", 65],
  ["destAddrTon", "int8"],
  ["destAddrNpi", "int8"],
  ["destinationAddr", "text", 65],
] as const;

/** submit_sm and deliver_sm have one layout (4.4.1 and 4.6.1); data_sm has another (4.7.1). */
const SHORT_MESSAGE = [
  ...ADDRESSES,
  ["esmClass", "int8"],
  ["protocolId", "int8"],
  ["priorityFlag", "int8"],
  ["scheduleDeliveryTime", "text", 17],
  ["validityPeriod", "text", 17],
  ["registeredDelivery", "int8"],
  ["replaceIfPresentFlag", "int8"],
  ["dataCoding", "int8"],
  ["smDefaultMsgId", "int8"],
  ["shortMessage", "octets", 254],
] as const;

/** The commands that this link speaks; SMPP 3.4, chapter 4. All others are answered with a nack. */
export const COMMANDS = {
  generic_nack: { id: 0x80000000, fields: [] },
  bind_receiver: { id: 0x00000001, fields: BIND },
  bind_receiver_resp: { id: 0x80000001, fields: BIND_RESP },
  bind_transmitter: { id: 0x00000002, fields: BIND },
  bind_transmitter_resp: { id: 0x80000002, fields: BIND_RESP },
  query_sm: {
    id: 0x00000003,
    fields: [
      ["messageId", "text", 65],
      ["sourceAddrTon", "int8"],
      ["sourceAddrNpi", "int8"],
      ["sourceAddr", "text", 21],
    ],
  },
  query_sm_resp: {
    id: 0x80000003,
    fields: [
      ["messageId", "text", 65],
      ["finalDate", "text", 17],
      ["messageState", "int8"],
      ["errorCode", "int8"],
    ],
  },
  submit_sm: { id: 0x00000004, fields: SHORT_MESSAGE },
  submit_sm_resp: { id: 0x80000004, fields: MESSAGE_ID },
  deliver_sm: { id: 0x00000005, fields: SHORT_MESSAGE },
  deliver_sm_resp: { id: 0x80000005, fields: MESSAGE_ID },
  unbind: { id: 0x00000006, fields: [] },
  unbind_resp: { id: 0x80000006, fields: [] },
  cancel_sm: {
    id: 0x00000008,
    fields: [
      ["serviceType", "text", 6],
      ["messageId", "text", 65],
      ["sourceAddrTon", "int8"],
      ["sourceAddrNpi", "int8"],
      ["sourceAddr", "text", 21],
      ["destAddrTon", "int8"],
      ["destAddrNpi", "int8"],
      ["destinationAddr", "text", 21],
    ],
  },
  cancel_sm_resp: { id: 0x80000008, fields: [] },
  bind_transceiver: { id: 0x00000009, fields: BIND },
  bind_transceiver_resp: { id: 0x80000009, fields: BIND_RESP },
  outbind: {
    id: 0x0000000b,
    fields: [
      ["systemId", "text", 16],
      ["password", "text", 9],
    ],
  },
  enquire_link: { id: 0x00000015, fields: [] },
  enquire_link_resp: { id: 0x80000015, fields: [] },
  alert_notification: {
    id: 0x00000102,
    fields: [
      ["sourceAddrTon", "int8"],
      ["sourceAddrNpi", "int8"],
      ["sourceAddr", "text", 65],
      ["esmeAddrTon", "int8"],
      ["esmeAddrNpi", "int8"],
      ["esmeAddr", "text", 65],
    ],
  },
  data_sm: {
    id: 0x00000103,
    fields: [
      ...ADDRESSES,
      ["esmClass", "int8"],
      ["registeredDelivery", "int8"],
      ["dataCoding", "int8"],
    ],
  },
  data_sm_resp: { id: 0x80000103, fields: MESSAGE_ID },
} as const satisfies Record<string, CommandSpec>;

export type CommandName = keyof typeof COMMANDS;

type ValueOf<Kind> = Kind extends "int8" ? number : Kind extends "octets" ? Buffer : string;

/** The mandatory parameters of a command, by name. */
export type FieldsOf<Name extends CommandName> = {
  readonly [Spec in (typeof COMMANDS)[Name]["fields"][number] as Spec[0]]: ValueOf<Spec[1]>;
};

const BY_ID = new Map<number, CommandName>(
  Object.entries(COMMANDS).map(([name, { id }]) => [id, name as CommandName]),
);

export function commandName(id: number): CommandName | undefined {
  return BY_ID.get(id);
}

/** The answer that a request calls for; undefined for answers and for what is never answered. */
export function answerTo(name: CommandName): CommandName | undefined {
  const { id } = COMMANDS[name];
  return id >= RESPONSE_BIT ? undefined : BY_ID.get(id + RESPONSE_BIT);
}

/** Optional parameters that we read or write; SMPP 3.4, 5.3.2. */
export const TAG = {
  receiptedMessageId: 0x001e,
  userMessageReference: 0x0204,
  sarMsgRefNum: 0x020c,
  sarTotalSegments: 0x020e,
  sarSegmentSeqnum: 0x020f,
  scInterfaceVersion: 0x0210,
  networkErrorCode: 0x0423,
  messagePayload: 0x0424,
  messageState: 0x0427,
} as const;
