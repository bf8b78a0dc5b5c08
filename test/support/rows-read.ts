import type pg from "pg";

interface Plan {
  readonly "Actual Rows": number;
  readonly "Actual Loops": number;
  readonly "Rows Removed by Filter"?: number;
  readonly "Rows Removed by Join Filter"?: number;
  readonly Plans?: readonly Plan[];
}

function rowsOf(plan: Plan): number {
  const each =
    plan["Actual Rows"] +
    (plan["Rows Removed by Filter"] ?? 0) +
    (plan["Rows Removed by Join Filter"] ?? 0);
  return (plan.Plans ?? []).reduce(
    (sum, inner) => sum + rowsOf(inner),
    each * plan["Actual Loops"],
  );
}

/**
 * The same pool, which counts the rows that its queries go through, in every part of their plans and
 * thrown away ones too. Only for queries that write nothing: each is run twice.
 */
export function countingRows(db: pg.Pool): { readonly db: pg.Pool; readonly rows: () => number } {
  let rows = 0;
  const counting = new Proxy(db, {
    get(target, name) {
      if (name !== "query") return Reflect.get(target, name) as unknown;
      return async (statement: string, values?: unknown[]) => {
        const explained = await target.query<{ "QUERY PLAN": readonly [{ readonly Plan: Plan }] }>(
          `explain (analyze, format json) ${statement}`,
          values,
        );
        for (const { "QUERY PLAN": plans } of explained.rows) rows += rowsOf(plans[0].Plan);
        return target.query(statement, values);
      };
    },
  });
  return { db: counting, rows: () => rows };
}
