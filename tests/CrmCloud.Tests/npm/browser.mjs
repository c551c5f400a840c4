// Opens GraphiQL in headless Chromium over its own debugging protocol: node browser.mjs <chromium> <address> <key>.
// Prints what went wrong with the content policy, then the answer that GraphiQL shows.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import WebSocket from "ws";

const [chromium, address, key, picture] = process.argv.slice(2);
const profile = mkdtempSync(join(tmpdir(), "graphiql-"));
const browser = spawn(chromium, ["--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0",
  "--window-size=1300,800", `--user-data-dir=${profile}`, "about:blank"], { stdio: ["ignore", "ignore", "pipe"] });

const endpoint = await new Promise((resolve) => browser.stderr.on("data", (text) => {
  const found = /ws:\/\/([^/]+)\//.exec(text);
  if (found) resolve(found[1]);
}));
const [page] = (await (await fetch(`http://${endpoint}/json/list`)).json()).filter((target) => target.type === "page");
const socket = new WebSocket(page.webSocketDebuggerUrl);
await new Promise((resolve) => socket.on("open", resolve));

let last = 0;
const waiting = new Map();
const faults = [];
socket.on("message", (text) => {
  const message = JSON.parse(text);
  if (message.id) waiting.get(message.id)(message.result);
  if (message.method === "Log.entryAdded" && message.params.entry.level === "error") faults.push(message.params.entry.text);
  if (message.method === "Runtime.exceptionThrown") faults.push(message.params.exceptionDetails.exception?.description);
});
const send = (method, params = {}) => new Promise((resolve) => {
  waiting.set(++last, resolve);
  socket.send(JSON.stringify({ id: last, method, params }));
});
const evaluate = async (expression) =>
  (await send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true })).result?.value;
const until = async (expression) => {
  for (let i = 0; i < 150; i++) {
    const value = await evaluate(expression);
    if (value) return value;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return "nothing within 15 s: " + expression;
};

await send("Log.enable");
await send("Runtime.enable");
await send("Page.enable");
await send("Page.navigate", { url: address });
await until("document.querySelector('.graphiql-execute-button') && 1");
await evaluate(`document.getElementById("key").value = ${JSON.stringify(key)};
  document.querySelector("#signin button").click()`);
await until("document.querySelector('.graphiql-execute-button') && 1");
await until("document.querySelector('.graphiql-query-editor .CodeMirror') && 1");
await evaluate("document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror.setValue('{ ping who }')");
await evaluate("document.querySelector('.graphiql-execute-button').click()");
const answer = await until(
  "(t => t.includes('pong') && t)(document.querySelector('.result-window .CodeMirror')?.CodeMirror.getValue() ?? '')");
if (picture) {
  const { writeFileSync } = await import("node:fs");
  writeFileSync(picture, Buffer.from((await send("Page.captureScreenshot")).data, "base64"));
}
console.log(JSON.stringify(faults));
console.log(JSON.stringify(answer));
console.log(await evaluate("sessionStorage.getItem('graphql-key') + '|' + localStorage.getItem('graphql-key')"));
socket.close();
browser.kill();
await new Promise((resolve) => browser.on("exit", resolve));
rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
