/**
 * The import rule. Dependencies point down: domain knows nothing, only the composition root knows
 * everything. A folder that is not named here may import the domain only.
 */
const layer = (name, allowed, comment) => ({
  name: `${name}-imports`,
  comment,
  severity: "error",
  from: { path: `^src/${name}/` },
  to: { path: "^src/", pathNot: [`^src/${name}/`, ...allowed.map((to) => `^src/${to}`)] },
});

module.exports = {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    layer("domain", [], "The rules stand alone."),
    layer("x509", [], "Certificates of anybody, read and judged alike on every side."),
    layer("store", ["domain/"], "SQL knows the rules, not the steps."),
    layer("lifecycle", ["domain/", "store/"], "Steps meet the world through ports.ts."),
    layer("smpp", ["domain/", "lifecycle/ports.ts"], "An adapter of a port."),
    layer("certificate", ["domain/", "lifecycle/ports.ts", "x509/"], "An adapter of a port."),
    layer("object-store", ["domain/", "lifecycle/ports.ts"], "An adapter of a port."),
    layer("soap", ["domain/", "lifecycle/", "store/", "x509/"], "A door."),
    layer(
      "pica",
      ["domain/", "lifecycle/", "store/", "soap/"],
      "More doors: they share the transport, the XML and the security of soap.",
    ),
    layer("portal", ["domain/", "lifecycle/", "store/"], "A door."),
    layer("https", ["domain/"], "A carrier of doors."),
    layer(
      "callback",
      ["domain/", "lifecycle/ports.ts", "soap/xml/"],
      "An adapter of a port; answers of others pass the hardened parser of the door.",
    ),
    layer("mail", ["domain/", "lifecycle/ports.ts"], "An adapter of a port."),
    layer("telemetry", ["domain/"], "Events are told in the words of the domain."),
    {
      name: "ports-as-types",
      comment: "Adapters implement ports: they import the types of lifecycle, never its code.",
      severity: "error",
      from: { path: "^src/(smpp|certificate|object-store|mail|callback)/" },
      to: { path: "^src/lifecycle/", dependencyTypesNot: ["type-only"] },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { extensions: [".ts", ".js"] },
  },
};
