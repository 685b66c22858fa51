/**
 * Whether the browser that sends the request says that a page from elsewhere has made it do so. Other
 * clients say nothing of the kind.
 */
export function isFromElsewhere(request: Request, url: URL): boolean {
  const site = request.headers.get("sec-fetch-site");
  if (site !== null && site !== "same-origin" && site !== "none") return true;
  const origin = request.headers.get("origin");
  return origin !== null && origin !== url.origin;
}
