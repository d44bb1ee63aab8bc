// A provider that answers what it is told to, for the tests of what is not believed.
//
//     node liar.mjs
//
// It gives a token for any code; the code itself, JSON in base64url, says of what: {"claims", "signed": "key"|"other key"|"none"|"secret"|"newer key",
// "userinfo", "status"}. Prints the issuer, and ends when its standard input does.

import { createServer } from "node:http";

import { installed } from "./chromium.mjs";

const { SignJWT, UnsecuredJWT, exportJWK, generateKeyPair } = await import(installed.resolve("jose"));
const [own, newer, other] = await Promise.all([1, 2, 3].map(() => generateKeyPair("RS256")));
const jwk = async (pair, kid) => ({ ...(await exportJWK(pair.publicKey)), kid, alg: "RS256", use: "sig" });
const keys = [await jwk(own, "own")];
let userinfo = {};

const server = createServer(async (request, response) => {
  const { pathname } = new URL(request.url, issuer);
  const say = (value, status = 200) => {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
  };
  if (pathname === "/.well-known/openid-configuration") {
    return say({
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      userinfo_endpoint: `${issuer}/userinfo`,
      jwks_uri: `${issuer}/keys`,
      response_types_supported: ["code"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: ["RS256"],
      token_endpoint_auth_methods_supported: ["client_secret_post"],
    });
  }
  if (pathname === "/keys") return say({ keys });
  if (pathname === "/userinfo") return say(userinfo);
  let body = "";
  for await (const piece of request) body += piece;
  const given = new URLSearchParams(body);
  if (given.get("client_secret") !== "a secret of the tests alone" || !given.get("code_verifier")) {
    return say({ error: "invalid_client" }, 401);
  }
  const asked = JSON.parse(Buffer.from(given.get("code"), "base64url").toString());
  userinfo = asked.userinfo ?? {};
  if (asked.status) return say({ error: asked.error ?? "server_error" }, asked.status);
  const claims = { iss: issuer, ...asked.claims };
  const sign = (key, kid, alg = "RS256") => new SignJWT(claims).setProtectedHeader({ alg, kid }).sign(key);
  if (asked.signed === "newer key" && keys.length === 1) keys.push(await jwk(newer, "newer"));
  const token = {
    key: () => sign(own.privateKey, "own"),
    "newer key": () => sign(newer.privateKey, "newer"),
    "other key": () => sign(other.privateKey, "own"),
    none: () => new UnsecuredJWT(claims).encode(),
    // Who takes a public key for a secret is taken in by this.
    secret: async () => sign(new TextEncoder().encode(JSON.stringify(keys[0])), "own", "HS256"),
  };
  say({ access_token: "a", token_type: "Bearer", id_token: await token[asked.signed ?? "key"]() });
});
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
const issuer = `http://127.0.0.1:${server.address().port}`;
console.log(issuer);
process.stdin.resume().on("end", () => process.exit(0));
