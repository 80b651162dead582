// A contract of some 20,000 clauses and one exchange of it.
import { writeFileSync } from "node:fs";
import { join } from "node:path";

const [folder] = process.argv.slice(2);
const member = (n) => [`member${n}`, { type: "string", minLength: 1, maxLength: 99, pattern: "^[a-z]+$" }];
const schema = {
  type: "object",
  required: ["member0", "member1"],
  properties: Object.fromEntries(Array.from({ length: 24 }, (_, n) => member(n))),
};
const operation = (n) => [
  `/things${n}`,
  {
    get: {
      operationId: `getThings${n}`,
      responses: { 200: { description: "All.", content: { "application/json": { schema } } } },
    },
  },
];
const contract = {
  openapi: "3.1.0",
  info: { title: "A large contract", version: "1" },
  paths: Object.fromEntries(Array.from({ length: 185 }, (_, n) => operation(n))),
};
const exchange = {
  request: { method: "GET", target: "/things0", headers: [["host", "h"]] },
  response: { status: 200, headers: [["content-type", "application/json"]], body: '{"member0":"a","member1":"B"}' },
};
writeFileSync(join(folder, "large.json"), JSON.stringify(contract));
writeFileSync(join(folder, "large-exchange.json"), JSON.stringify(exchange));
