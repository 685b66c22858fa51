import { Type } from "@sinclair/typebox";
import { jsonAnswer } from "./answer.ts";
import type { Operation, Workbench } from "./operation.ts";

const ANYTHING = Type.Unknown({ description: "Absent keys are null, secrets ***." });

/** What reads the configuration. */
export const CONFIG_OPERATIONS: readonly Operation[] = [
  part("configGlobal", "/config/global", "The whole configuration.", ({ published }) => published),
  part(
    "configVrouter",
    "/config/vrouter",
    "The virtual routers of the configuration.",
    ({ published }) => published["vrouter"] ?? null,
  ),
  part(
    "configProtocols",
    "/config/protocols",
    "The routes of the configuration.",
    ({ published }) => published["protocols"] ?? null,
  ),
];

function part(
  id: string,
  path: string,
  summary: string,
  read: (settings: Workbench["settings"]) => unknown,
): Operation {
  return {
    id,
    method: "GET",
    path,
    summary,
    access: "user",
    answers: {
      200: { description: "In the words of the file.", schema: ANYTHING },
      401: { description: "Nobody has signed in." },
    },
    handle: (_call, { settings }) => jsonAnswer(read(settings)),
  };
}
