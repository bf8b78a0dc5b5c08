const ORDER = ["interop", "fault", "flow", "contract", "property", "unit"];

/**
 * The order of test files: those that start foreign programs and whole services first, so that at the
 * end no long one runs alone while the other core has nothing to do.
 */
export default class LongFilesFirst {
  sort(tests) {
    const weight = ({ path }) => {
      const place = ORDER.findIndex((folder) => path.includes(`/test/${folder}/`));
      return place === -1 ? ORDER.length : place;
    };
    return [...tests].sort((a, b) => weight(a) - weight(b) || a.path.localeCompare(b.path));
  }

  shard(tests) {
    return tests;
  }

  allFailedTests(tests) {
    return tests;
  }

  cacheResults() {}
}
