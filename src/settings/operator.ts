import type { KannelSettings } from "../smpp/kannel/gateway.ts";
import type { TlsSettings } from "../smpp/link/link.ts";
import { readOperatorSheet, type OperatorSheet } from "../smpp/operator-sheet.ts";
import type { SettingsReader } from "./reader.ts";

/** How messages reach the mobile operator. */
export interface OperatorSettings {
  /** Zone of the dates that the operator writes into its reports, as IANA names it. */
  readonly operatorZone: string;
  readonly smpp: {
    readonly operator: string;
    readonly host: string;
    readonly port: number;
    readonly systemId: string;
    readonly password: string;
    readonly tls: TlsSettings | undefined;
    /** What the operator's specification sheet says beyond that. */
    readonly sheet: OperatorSheet;
  };
  /** Present: messages leave through a Kannel gateway instead of SMPP. */
  readonly kannel:
    | (Pick<KannelSettings, "sendUrl" | "username" | "password" | "callback"> & {
        readonly callbackUrl: string | undefined;
      })
    | undefined;
}

export function readOperator(reader: SettingsReader): OperatorSettings {
  const { text, inProduction, port } = reader;
  const sendUrl = reader.url("KANNEL_SEND_URL", ["http:"]);
  /** Of the SMPP link, which is not used when there is a Kannel. */
  const forSmpp = (name: string, why: string, fallback: string): string =>
    sendUrl === undefined ? inProduction(name, why, fallback) : (text(name) ?? fallback);
  const { sheet, faults } = readOperatorSheet(text("SMPP_SHEET") ?? "{}");
  for (const each of faults) reader.fault(`SMPP_SHEET: ${each}`);
  return {
    operatorZone: readZone(reader),
    smpp: {
      operator: inProduction("SMPP_OPERATOR", "it is printed on certificates", "Operador simulat"),
      host: forSmpp("SMPP_HOST", "the operator's SMSC", "127.0.0.1"),
      port: port("SMPP_PORT", 2775),
      systemId: forSmpp("SMPP_SYSTEM_ID", "the operator gives it", "sms-certificat"),
      password: forSmpp("SMPP_PASSWORD", "the operator gives it", "password"),
      tls:
        reader.oneOf("SMPP_TLS", ["on", "off"], "off") === "on"
          ? { ca: text("SMPP_TLS_CA"), serverName: text("SMPP_TLS_NAME") }
          : undefined,
      sheet,
    },
    kannel:
      sendUrl === undefined
        ? undefined
        : {
            sendUrl,
            username: inProduction("KANNEL_USERNAME", "as in its sendsms-user", "tester"),
            password: inProduction("KANNEL_PASSWORD", "as in its sendsms-user", "foobar"),
            callback: {
              host: text("KANNEL_CALLBACK_HOST") ?? "127.0.0.1",
              port: port("KANNEL_CALLBACK_PORT", 8090),
            },
            callbackUrl: reader.url("KANNEL_CALLBACK_URL", ["http:", "https:"]),
          },
  };
}

/** A wrong one would correct certificates that are right, so production does not guess it. */
function readZone(reader: SettingsReader): string {
  const why = "the zone of the dates in the operator's receipts";
  const zone = reader.inProduction("OPERATOR_TIME_ZONE", why, "UTC");
  try {
    return new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    // What is missing was told already.
    if (zone !== "") reader.fault("OPERATOR_TIME_ZONE must be a zone such as Europe/Madrid or UTC");
    return "UTC";
  }
}
