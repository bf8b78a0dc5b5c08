/** Names the layout and the wording; a change of either gets a new one. */
export const TEMPLATE = "sms-certificat/3";
