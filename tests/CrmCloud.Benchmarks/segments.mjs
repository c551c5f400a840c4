// DuckDB on the rules of SegmentsBenchmark.cs: who belongs, kept as a table, from the same events.
// Copied beside @duckdb/node-api and run there: node segments.mjs events.csv nowEpochSeconds [runs]
// events.csv: customer,epochSeconds,cents without a header; cents < 0 is a refund. Loading is not timed.
import { DuckDBInstance } from '@duckdb/node-api';

const [file, now, runs = '5'] = process.argv.slice(2);
const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
const connection = await instance.connect();
const ask = async sql => (await connection.runAndReadAll(sql)).getRows();
await ask(`create table events as select column0::int as customer, column1::bigint as second, column2::int as cents
  from read_csv('${file}', header = false)`);
await ask(`create table profiles as select customer, count(*) filter (cents > 0) as frequency,
  sum(cents) filter (cents > 0) as gross, max(second) filter (cents > 0) as last from events group by customer`);

const day = 86_400;
const rules = {
  'frequency >= 3 and monetary > 200 GBP, from a table of profiles':
    'select customer from profiles where frequency >= 3 and gross > 20000',
  'frequency >= 3 and monetary > 200 GBP, from events':
    `select customer from events where cents > 0 group by customer having count(*) >= 3 and sum(cents) > 20000`,
  'count(order within 90d) >= 2 and sum(order.amount within 1y) > 250 GBP, from events':
    `select customer from events where cents > 0 and second >= ${now - 365 * day} group by customer
     having count(*) filter (second >= ${now - 90 * day}) >= 2 and sum(cents) > 25000`,
};
for (const [name, select] of Object.entries(rules)) {
  const times = [];
  for (let run = 0; run < +runs; run++) {
    const [start, cpu] = [performance.now(), process.cpuUsage()];
    await ask(`create or replace temp table members as ${select}`);
    const { user, system } = process.cpuUsage(cpu);
    times.push([performance.now() - start, (user + system) / 1000]);
  }
  const [wall, processor] = times.sort((a, b) => a[0] - b[0])[times.length >> 1].map(ms => (ms / 1000).toFixed(3));
  const [[members]] = await ask('select count(*) from members');
  console.log(`duckdb: ${name}: ${wall} s, processor ${processor} s, ${members} members`);
}
process.exit(0);
