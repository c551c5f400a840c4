// Drives a server with the client of graphql-ws: node ws.mjs <address> <key>; one line of JSON each.
import { createClient } from "graphql-ws";
import WebSocket from "ws";

const [url, key] = process.argv.slice(2);
const print = (value) => console.log(JSON.stringify(value));
const connect = (authorization) => createClient({
  url, webSocketImpl: WebSocket, retryAttempts: 0, lazy: true,
  connectionParams: authorization ? { Authorization: authorization } : undefined,
});

async function collect(client, request, take = Infinity) {
  const answers = [];
  try {
    for await (const answer of client.iterate(request)) {
      delete answer.extensions;
      answers.push(answer);
      if (answers.length >= take) break;
    }
  } catch (error) {
    answers.push(Array.isArray(error) ? { errors: error.map((e) => e.message) } : { closed: error.code, reason: error.reason });
  }
  return answers;
}

const client = connect(key);
print(await collect(client, { query: "{ ping who }" }));
print(await Promise.all([
  collect(client, { query: "subscription ($to: Int!) { count(to: $to) }", variables: { to: 3 } }),
  collect(client, { query: "subscription { count(to: 2) }" }),
]));
print(await collect(client, { query: "subscription { count(to: 1000000) }" }, 2));
print(await collect(client, { query: "subscription { unknown }" }));
print(await collect(client, { query: "subscription { breaks }" }));
print(await collect(client, { query: "subscription { failsToOpen }" }));
print(await collect(client, { query: "mutation { strike(note: \"none\") }" }));
await client.dispose();
print(await collect(connect("Bearer wrong"), { query: "{ ping }" }));
print(await collect(connect(null), { query: "{ ping }" }));
