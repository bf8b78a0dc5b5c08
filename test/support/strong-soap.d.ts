declare module "strong-soap" {
  const strongSoap: {
    readonly soap: {
      createClient(
        wsdl: string,
        options: object,
        done: (error: Error | null | undefined, client?: unknown) => void,
      ): void;
      readonly WSSecurity: new (username: string, secret: string, options: object) => object;
    };
  };
  export default strongSoap;
}
