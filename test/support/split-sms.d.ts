declare module "split-sms" {
  export interface Part {
    readonly content: string;
  }
  export interface Split {
    readonly characterSet: "GSM" | "Unicode";
    readonly parts: readonly Part[];
  }
  const splitSms: { split(text: string): Split };
  export default splitSms;
}
