import { Type } from "@sinclair/typebox";
import { jsonAnswer } from "./answer.ts";
import { CHANGE_OPERATIONS } from "./change_operations.ts";
import { CONFIG_OPERATIONS } from "./config_operations.ts";
import { CONSOLE_OPERATIONS } from "./console.ts";
import { DAEMON_OPERATIONS } from "./daemon_operations.ts";
import { HEALTH_OPERATIONS } from "./health_operations.ts";
import { openApi } from "./openapi.ts";
import type { Operation } from "./operation.ts";
import { RUN_OPERATIONS } from "./run_operations.ts";
import { SESSION_OPERATIONS } from "./session_operations.ts";

const DOCUMENT: Operation = {
  id: "openapi",
  method: "GET",
  path: "/openapi.json",
  summary: "This document.",
  access: "user",
  answers: {
    200: { description: "OpenAPI 3.1.", schema: Type.Object({}) },
    401: { description: "Nobody has signed in." },
  },
  handle: (_call, { settings }) => jsonAnswer(openApi(OPERATIONS, settings.daemon.version)),
};

/** All that the API can do. */
export const OPERATIONS: readonly Operation[] = [
  ...CONSOLE_OPERATIONS,
  ...SESSION_OPERATIONS,
  ...RUN_OPERATIONS,
  ...CHANGE_OPERATIONS,
  ...CONFIG_OPERATIONS,
  ...DAEMON_OPERATIONS,
  ...HEALTH_OPERATIONS,
  DOCUMENT,
];
