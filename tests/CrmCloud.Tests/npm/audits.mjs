// Runs the audits of graphql-http: node audits.mjs <address> <key>. One line for each that fails, then how many passed.
import { auditServer } from "graphql-http";

const [url, key] = process.argv.slice(2);
const results = await auditServer({
  url,
  fetchFn: (address, init) => fetch(address, { ...init, headers: { ...init?.headers, Authorization: key } }),
});
for (const result of results.filter((one) => one.status !== "ok")) console.log(result.name, result.reason);
console.log(`${results.filter((one) => one.status === "ok").length} of ${results.length}`);
