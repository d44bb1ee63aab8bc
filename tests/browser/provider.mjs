// An OpenID Connect provider for the tests: the certified `oidc-provider`, with its own pages for signing in.
//
//     node provider.mjs PEOPLE SERVICE [SECRET]
//
// PEOPLE is a JSON file {"login": {"name", "email", "email_verified", "groups"}}, read anew at each sign-in; SERVICE is the address of the service
// whose people sign in here, SECRET the client's secret. Prints the issuer, and ends when its standard input does.

import { readFileSync } from "node:fs";
import { createServer } from "node:http";

import { installed, refuse } from "./chromium.mjs";

const [people, service, secret = "a secret of the tests alone"] = process.argv.slice(2);
if (!service) refuse("usage: node provider.mjs PEOPLE SERVICE [SECRET]");
const { Provider } = await import(installed.resolve("oidc-provider"));

const server = createServer();
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
const issuer = `http://127.0.0.1:${server.address().port}`;
const provider = new Provider(issuer, {
  clients: [
    {
      client_id: "recto",
      client_secret: secret,
      redirect_uris: [`${service}/sign-in/provider/return`],
      post_logout_redirect_uris: [`${service}/sign-in`],
    },
  ],
  claims: { openid: ["sub"], profile: ["name"], email: ["email", "email_verified"], groups: ["groups"] },
  pkce: { required: () => true },
  cookies: { keys: ["of the tests alone"] },
  findAccount: (_context, login) => {
    const one = JSON.parse(readFileSync(people, "utf8"))[login];
    return one && { accountId: login, claims: () => ({ sub: login, ...one }) };
  },
});
server.on("request", provider.callback());
console.log(issuer);
process.stdin.resume().on("end", () => process.exit(0));
