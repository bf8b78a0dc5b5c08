const SCSP = "http://gencat.net/scsp/esquemes";

/** Namespaces of the messages that PICA and PCI share, and of our product. */
export const NAMESPACE = {
  petition: `${SCSP}/peticion`,
  answer: `${SCSP}/respuesta`,
  confirmation: `${SCSP}/confirmacionPeticion`,
  question: `${SCSP}/solicitudRespuesta`,
  product: `${SCSP}/productes/smscert/v1`,
  error: `${SCSP}/PicaError`,
} as const;

export const PRODUCT = "SMSCERT";

/** The operations of the product; each is a modality, and the root of its specific data. */
export const OPERATIONS = ["Enviament", "Estat", "Certificat"] as const;
export type ProductOperation = (typeof OPERATIONS)[number];

export const MODALITIES: Readonly<Record<string, ProductOperation>> = {
  SMSCERT_ENVIAMENT: "Enviament",
  SMSCERT_ESTAT: "Estat",
  SMSCERT_CERTIFICAT: "Certificat",
};

/** Requests in one message, whatever the door. */
export const MOST_REQUESTS = 500;
/** Bytes of a message of the bus, in either direction. */
export const MOST_BYTES = 2 * 1024 * 1024;
