// A GraphQL server that knows one schema and nothing else: it refuses what the schema does not have and invents the rest.
// Its only argument is JSON: {schema: file, path: "/graphql", values: {Type: {field: value}}, ends: {"Type.field": "argument"}}.
// "ends" are lists that hold nothing where this argument is not 0, so that paging comes to an end.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { addMocksToSchema } from "@graphql-tools/mock";
import { buildSchema, isScalarType, isSpecifiedScalarType } from "graphql";
import { createYoga } from "graphql-yoga";

const { schema: file, path = "/graphql", values = {}, ends = {} } = JSON.parse(process.argv[2]);
const bare = buildSchema(readFileSync(file, "utf8"));

const mocks = {};
for (const type of Object.values(bare.getTypeMap())) {
  if (isScalarType(type) && !isSpecifiedScalarType(type)) mocks[type.name] = () => "2026-01-01T00:00:00Z";
}
for (const [type, fields] of Object.entries(values)) mocks[type] = () => fields;

const resolvers = (store) => {
  const made = {};
  for (const [place, argument] of Object.entries(ends)) {
    const [type, field] = place.split(".");
    made[type] ??= {};
    made[type][field] = (ref, args) => (args[argument] ? [] : store.get(ref, field));
  }
  return made;
};

const schema = addMocksToSchema({ schema: bare, mocks, resolvers });
const yoga = createYoga({ schema, graphqlEndpoint: path, logging: false, maskedErrors: false });
const server = createServer(yoga);
server.listen(0, "127.0.0.1", () => console.log(`listening http://127.0.0.1:${server.address().port}`));
