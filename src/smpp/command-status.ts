/** The command_status values that we send, or whose meaning changes what we do; SMPP 3.4, 5.1.3. */
export const STATUS = {
  ROK: 0x00,
  RINVMSGLEN: 0x01,
  RINVCMDLEN: 0x02,
  RINVCMDID: 0x03,
  RINVBNDSTS: 0x04,
  RALYBND: 0x05,
  RSYSERR: 0x08,
  RINVSRCADR: 0x0a,
  RINVDSTADR: 0x0b,
  RINVMSGID: 0x0c,
  RBINDFAIL: 0x0d,
  RINVPASWD: 0x0e,
  RINVSYSID: 0x0f,
  RMSGQFUL: 0x14,
  RINVESMCLASS: 0x43,
  RSUBMITFAIL: 0x45,
  RINVSRCTON: 0x48,
  RINVSRCNPI: 0x49,
  RINVDSTTON: 0x50,
  RINVDSTNPI: 0x51,
  RINVSYSTYP: 0x53,
  RTHROTTLED: 0x58,
  RINVSCHED: 0x61,
  RINVEXPIRY: 0x62,
  RX_T_APPN: 0x64,
  RX_P_APPN: 0x65,
  RQUERYFAIL: 0x67,
  RINVOPTPARSTREAM: 0xc0,
  RINVOPTPARAMVAL: 0xc4,
  RUNKNOWNERR: 0xff,
} as const;

/**
 * Refusals that the same segment would meet again. All others, vendor codes included, are taken for
 * passing ones: the SMSC certainly did not take the segment, so that trying again harms nobody.
 */
const PERMANENT: ReadonlySet<number> = new Set([
  STATUS.RINVMSGLEN,
  STATUS.RINVCMDLEN,
  STATUS.RINVCMDID,
  STATUS.RINVSRCADR,
  STATUS.RINVDSTADR,
  STATUS.RINVESMCLASS,
  STATUS.RSUBMITFAIL,
  STATUS.RINVSRCTON,
  STATUS.RINVSRCNPI,
  STATUS.RINVDSTTON,
  STATUS.RINVDSTNPI,
  STATUS.RINVSCHED,
  STATUS.RINVEXPIRY,
  STATUS.RX_P_APPN,
  STATUS.RINVOPTPARSTREAM,
  STATUS.RINVOPTPARAMVAL,
]);

export function isPermanent(commandStatus: number): boolean {
  return PERMANENT.has(commandStatus);
}

/** The SMSC asks for less: the whole bind slows down, and nothing is final. */
export function isThrottle(commandStatus: number): boolean {
  return commandStatus === STATUS.RTHROTTLED || commandStatus === STATUS.RMSGQFUL;
}

/** Wrong credentials: to insist locks the account. */
export function isBindRefusal(commandStatus: number): boolean {
  return (
    commandStatus === STATUS.RBINDFAIL ||
    commandStatus === STATUS.RINVPASWD ||
    commandStatus === STATUS.RINVSYSID ||
    commandStatus === STATUS.RINVSYSTYP
  );
}

/** As people write it: `0x58`. */
export function statusText(commandStatus: number): string {
  return `0x${commandStatus.toString(16).padStart(2, "0")}`;
}
