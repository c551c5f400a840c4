"use strict";
// The key is entered once and kept for this tab only; it goes nowhere but to this server's own GraphQL address.
(function () {
  const storage = "graphql-key";
  const input = document.getElementById("key");
  const state = document.getElementById("state");
  const show = () => { state.textContent = sessionStorage.getItem(storage) ? "A key is in use." : "No key."; };

  const headers = (accept) => {
    const key = sessionStorage.getItem(storage);
    const sent = { "Content-Type": "application/json", Accept: accept };
    if (key) sent.Authorization = key.startsWith("Bearer ") ? key : "Bearer " + key;
    return sent;
  };

  const post = (params, accept, more, signal) => fetch(location.pathname, {
    method: "POST", headers: { ...headers(accept), ...more }, body: JSON.stringify(params), signal,
  });

  const isSubscription = (params, options) => (options?.documentAST?.definitions ?? []).some((definition) =>
    definition.kind === "OperationDefinition" && definition.operation === "subscription"
    && (!params.operationName || definition.name?.value === params.operationName));

  async function* events(params, more) {
    const stop = new AbortController();
    try {
      const answer = await post(params, "text/event-stream", more, stop.signal);
      if (!(answer.headers.get("content-type") ?? "").startsWith("text/event-stream")) {
        yield await answer.json();
        return;
      }

      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      let rest = "";
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        const blocks = (rest + value).split("\n\n");
        rest = blocks.pop();
        for (const block of blocks) {
          const lines = block.split("\n");
          if (lines.includes("event: complete")) return;
          const data = lines.filter((line) => line.startsWith("data: ")).map((line) => line.slice(6)).join("\n");
          if (data) yield JSON.parse(data);
        }
      }
    } finally {
      stop.abort();
    }
  }

  const fetcher = (params, options) => isSubscription(params, options)
    ? events(params, options?.headers)
    : post(params, "application/json", options?.headers).then((answer) => answer.json());

  const root = ReactDOM.createRoot(document.getElementById("graphiql"));
  let opened = 0;
  // Another key may see another schema: what was loaded with the last one is thrown away.
  const open = () => root.render(React.createElement(GraphiQL, {
    key: ++opened, fetcher, shouldPersistHeaders: false, defaultEditorToolsVisibility: true,
  }));

  document.getElementById("signin").addEventListener("submit", (event) => {
    event.preventDefault();
    if (input.value.trim()) sessionStorage.setItem(storage, input.value.trim());
    else sessionStorage.removeItem(storage);
    input.value = "";
    show();
    open();
  });

  show();
  open();
})();
