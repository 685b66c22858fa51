import { publishSchema } from "../config/json_schema.ts";
import type { AnswerSpec, Operation, ParameterSpec } from "./operation.ts";

/** The OpenAPI document (3.1) of these operations: what runs is what is published. */
export function openApi(operations: readonly Operation[], version: string): object {
  const byPath = Map.groupBy(operations, ({ path }) => path);
  const paths = Array.from(byPath, ([path, list]) => [
    path,
    Object.fromEntries(list.map((one) => [one.method.toLowerCase(), describe(one)])),
  ]);
  return {
    openapi: "3.1.0",
    info: { title: "rvrrpd", version, summary: "The client API of the VRRP daemon rvrrpd." },
    paths: Object.fromEntries(paths),
    components: {
      securitySchemes: {
        session: { type: "apiKey", in: "cookie", name: "token" },
        basic: { type: "http", scheme: "basic" },
      },
    },
  };
}

function describe(operation: Operation): object {
  const { id, summary, access, parameters, answers } = operation;
  return {
    operationId: id,
    summary,
    ...(access === "local" ? { description: "Over the control socket only." } : {}),
    ...(access === "open" ? {} : { security: [{ session: [] }, { basic: [] }] }),
    ...(parameters === undefined ? {} : { parameters: parameters.map(describeParameter) }),
    ...describeBody(operation),
    responses: Object.fromEntries(
      Object.entries(answers).map(([status, answer]) => [status, describeAnswer(answer)]),
    ),
  };
}

function describeParameter({ name, in: place, description, schema }: ParameterSpec): object {
  return {
    name,
    in: place,
    description,
    required: place === "path",
    schema: publishSchema(schema),
  };
}

function describeBody({ body, ownBody }: Operation): object {
  if (body !== undefined) {
    return {
      requestBody: { required: true, content: { "application/json": { schema: body.schema } } },
    };
  }
  if (ownBody === undefined) return {};
  const { description, types } = ownBody;
  const content = Object.fromEntries(types.map((type) => [type, {}]));
  return { requestBody: { required: true, description, content } };
}

function describeAnswer({ description, schema, type }: AnswerSpec): object {
  if (schema !== undefined) {
    return { description, content: { "application/json": { schema: publishSchema(schema) } } };
  }
  return type === undefined ? { description } : { description, content: { [type]: {} } };
}
