import type { SettingsReader } from "./reader.ts";

/** A bucket of an S3 service. */
interface BucketSettings {
  /** Undefined: the service of the region at Amazon. */
  readonly endpoint: string | undefined;
  readonly region: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** The bucket stands in the path, not in the name of the host. */
  readonly pathStyle: boolean;
}

/** Where the files of certificates are kept. */
export interface CertificateStoreSettings {
  /** Where those that are issued from now on go. */
  readonly certificateStore: "postgresql" | "s3";
  /** Present with `postgresql` too when earlier ones are there. */
  readonly bucket: BucketSettings | undefined;
}

export function readCertificateStore(reader: SettingsReader): CertificateStoreSettings {
  const { text, fault } = reader;
  const certificateStore = reader.oneOf("CERTIFICATE_STORE", ["postgresql", "s3"], "postgresql");
  const bucket = text("S3_BUCKET");
  const endpoint = reader.url("S3_ENDPOINT", ["https:", "http:"]);
  const pathStyle = reader.oneOf("S3_PATH_STYLE", ["on", "off"], endpoint ? "on" : "off") === "on";
  const needed = (name: string): string => {
    const value = text(name);
    if (value === undefined) fault(`${name} is needed with S3_BUCKET`);
    return value ?? "";
  };
  if (bucket === undefined) {
    if (certificateStore === "s3") fault("S3_BUCKET is needed with CERTIFICATE_STORE=s3");
    return { certificateStore, bucket };
  }
  return {
    certificateStore,
    bucket: {
      endpoint,
      region: text("S3_REGION") ?? (endpoint === undefined ? needed("S3_REGION") : "us-east-1"),
      bucket,
      accessKeyId: needed("S3_ACCESS_KEY_ID"),
      secretAccessKey: needed("S3_SECRET_ACCESS_KEY"),
      pathStyle,
    },
  };
}
