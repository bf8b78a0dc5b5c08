import { CONTRACT_NAMESPACE, DOOR_PATH, readContract } from "./contract.ts";
import { CancelSms } from "./operations/CancelSms.ts";
import { GetCertificate } from "./operations/GetCertificate.ts";
import { GetStatus } from "./operations/GetStatus.ts";
import { GetUsage } from "./operations/GetUsage.ts";
import { SearchMessages } from "./operations/SearchMessages.ts";
import { SendCertifiedSms } from "./operations/SendCertifiedSms.ts";
import type { Port } from "./port.ts";
import { schemaViolation } from "./violations.ts";

const OPERATIONS = new Map(
  [SendCertifiedSms, GetStatus, GetCertificate, CancelSms, SearchMessages, GetUsage].map(
    (operation) => [operation.name, operation],
  ),
);

/** The port of `wsdl/sms-certificat.wsdl`. */
export function typedPort(): Port {
  const contract = readContract();
  return {
    path: DOOR_PATH,
    namespace: CONTRACT_NAMESPACE,
    operations: OPERATIONS,
    violationOf(operation, payload) {
      const [violation] = contract.schema.validate(payload);
      return violation && schemaViolation(operation.name, violation);
    },
    answerViolations: (payload) => contract.schema.validate(payload),
    document(asked, publicUrl) {
      const xsd = asked.get("xsd");
      if (asked.has("wsdl")) return contract.wsdl(publicUrl);
      return xsd === undefined ? undefined : contract.xsd(xsd);
    },
  };
}
