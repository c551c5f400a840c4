// A second opinion by graphql-js: node oracle.mjs <schema file> <cases file>. A case is one line of JSON
// { document, variables, root }; the answer is one line { invalid } or { result }.
import { readFileSync } from "node:fs";
import { buildSchema, execute, GraphQLError, parse, validate } from "graphql";

const [schemaFile, casesFile] = process.argv.slice(2);
const schema = buildSchema(readFileSync(schemaFile, "utf8"), { assumeValid: true });
const plain = (error) => {
  const { extensions, ...rest } = error.toJSON();
  return rest;
};

for (const line of readFileSync(casesFile, "utf8").split("\n")) {
  if (!line) continue;
  const { document, variables, root } = JSON.parse(line);
  let answer;
  try {
    const parsed = parse(document);
    const errors = validate(schema, parsed);
    if (errors.length > 0) {
      answer = { invalid: errors.map(plain) };
    } else {
      const result = await execute({ schema, document: parsed, rootValue: root, variableValues: variables });
      answer = { result: { ...(result.errors ? { errors: result.errors.map(plain) } : {}),
        ...("data" in result ? { data: result.data } : {}) } };
    }
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    answer = { invalid: [plain(error)] };
  }
  console.log(JSON.stringify(answer));
}
