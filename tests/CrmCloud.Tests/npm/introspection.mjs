// Prints the introspection types and specified directives of graphql-js, a line for each member.
import { introspectionTypes, specifiedDirectives } from "graphql";

for (const type of introspectionTypes) {
  for (const field of type.getFields ? Object.values(type.getFields()) : []) {
    const args = field.args.map((a) => `${a.name}: ${a.type} = ${a.default?.value ?? null}`);
    console.log(`${type.name}.${field.name}(${args.join(", ")}): ${field.type}`);
  }
  for (const value of type.getValues?.() ?? []) console.log(`${type.name}.${value.name}`);
}
for (const d of specifiedDirectives) {
  const args = d.args.map((a) => `${a.name}: ${a.type} = ${JSON.stringify(a.default?.value ?? null)}`).join(", ");
  console.log(`@${d.name}(${args})${d.isRepeatable ? " repeatable" : ""} on ${d.locations.join(" | ")}`);
}
