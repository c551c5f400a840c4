-- 1,000 documents with variables and fragments, one after the other; for wrk, beside customers.lua and ping.lua.
local bodies, sent = {}, 0

function init()
  for i = 1, 1000 do
    bodies[i] = wrk.format("POST", nil, {["Content-Type"] = "application/json"}, string.format(
      '{"query":"query Q%d($first: Int!) { customers(first: $first) { ...C } } fragment C on Customer '
      .. '{ id name segment { name } kpis { ...K } } fragment K on Kpi { name value }","variables":{"first":100}}', i))
  end
end

function request()
  sent = sent % 1000 + 1
  return bodies[sent]
end
