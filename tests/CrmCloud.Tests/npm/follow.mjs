// Follows one subscription to its end: node follow.mjs <sse|ws> <address> <key> <query>; prints its answers as JSON.
import * as sse from "graphql-sse";
import * as ws from "graphql-ws";
import WebSocket from "ws";

const [transport, url, key, query] = process.argv.slice(2);
const client = transport === "sse"
  ? sse.createClient({ url, headers: { Authorization: key }, retryAttempts: 0 })
  : ws.createClient({ url, webSocketImpl: WebSocket, retryAttempts: 0, connectionParams: { Authorization: key } });
const answers = [];
for await (const answer of client.iterate({ query })) {
  delete answer.extensions;
  answers.push(answer);
}
console.log(JSON.stringify(answers));
await client.dispose();
