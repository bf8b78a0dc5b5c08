import js from "@eslint/js";
import tseslint from "typescript-eslint";

const ambient = [
  {
    object: "Date",
    property: "now",
    message: "Time is an argument: take a Clock (src/system.ts).",
  },
  { object: "Math", property: "random", message: "Chance is an argument: take a RandomSource." },
  { object: "process", property: "env", message: "Only src/settings.ts reads the environment." },
];

export default tseslint.config(
  { ignores: ["dist/", "node_modules/", "data/", "coverage/", "demo-output/"] },
  js.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "max-lines": ["error", { max: 300 }],
      "no-control-regex": "off",
    },
  },
  {
    files: ["src/**/*.ts"],
    ignores: ["src/system.ts", "src/settings.ts"],
    rules: {
      "no-restricted-properties": ["error", ...ambient],
      "no-restricted-syntax": [
        "error",
        {
          selector: "NewExpression[callee.name='Date'][arguments.length=0]",
          message: "Time is an argument: take a Clock (src/system.ts).",
        },
        { selector: "TSEnumDeclaration", message: "Use a string union." },
        { selector: "ExportDefaultDeclaration", message: "Named exports only." },
      ],
      "no-restricted-imports": [
        "error",
        {
          paths: [
            {
              name: "node:crypto",
              importNames: ["randomUUID", "randomBytes", "randomInt", "getRandomValues"],
              message: "Chance is an argument: take a RandomSource (src/system.ts).",
            },
          ],
        },
      ],
    },
  },
  {
    files: ["test/**/*.ts"],
    rules: { "@typescript-eslint/no-non-null-assertion": "off" },
  },
  {
    files: ["**/*.js", "**/*.cjs", "**/*.mjs"],
    languageOptions: {
      globals: {
        module: "writable",
        process: "readonly",
        console: "readonly",
        URL: "readonly",
        Buffer: "readonly",
      },
    },
  },
);
