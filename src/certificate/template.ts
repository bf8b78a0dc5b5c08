/** Names the layout and the wording; a change of either gets a new one. */
export const TEMPLATE = "sms-certificat/1";

/** Under which rules evidence is issued; printed, and named in the evidence. */
export const POLICY = "urn:sms-certificat:policy:1";
