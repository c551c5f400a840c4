// Drives a server with the client of graphql-sse: node sse.mjs <address> <key> <single?>; one line of JSON each.
import { createClient } from "graphql-sse";

const [url, key] = process.argv.slice(2);
const print = (value) => console.log(JSON.stringify(value));
const client = createClient({ url, headers: { Authorization: key }, retryAttempts: 0 });

async function collect(request, take = Infinity) {
  const answers = [];
  try {
    for await (const answer of client.iterate(request)) {
      delete answer.extensions;
      answers.push(answer);
      if (answers.length >= take) break;
    }
  } catch (error) {
    answers.push({ thrown: error.response?.status ?? error.message });
  }
  print(answers);
}

await collect({ query: "{ ping }" });
await collect({ query: "subscription ($to: Int!) { count(to: $to) }", variables: { to: 3 } });
await collect({ query: "subscription { count(to: 1000000) }" }, 2);
await collect({ query: "subscription { unknown }" });
await collect({ query: "subscription { breaks }" });
await collect({ query: "subscription { failsToOpen }" });
client.dispose();
