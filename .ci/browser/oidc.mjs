// A sign-in service for the tests of the desk: node oidc.mjs REDIRECT [userinfo]
// With userinfo, what it knows of a person is at its userinfo endpoint alone.
// Who asks for /demote takes the roles of admin away.
// It prints its issuer, and ends when its input does. Whoever signs in as NAME
// gets the claims of NAME below; every password will do.
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const [redirect, userinfo] = process.argv.slice(2);
const people = {
  employee: { name: 'Sanne de Wit', preferred_username: 'sanne@gemeente.example', tid: 'tenant', oid: 'object-1' },
  texted: { name: 'Noa Sms', preferred_username: 'noa@gemeente.example', tid: 'tenant', oid: 'object-3', amr: ['pwd', 'sms'] },
  admin: { name: 'Bo Admin', preferred_username: 'bo@gemeente.example', tid: 'tenant', oid: 'object-2', roles: ['inzage.admin', 'mail.reader'], acr: 'loa2' },
};

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    acrValues: ['loa1', 'loa2', 'loa3'],
    clients: [{ client_id: 'inzage', client_secret: 'a secret for tests', redirect_uris: [redirect] }],
    claims: { openid: ['sub'], profile: ['name', 'preferred_username', 'tid', 'oid', 'roles', 'auth_time', 'amr'] },
    conformIdTokenClaims: userinfo !== undefined, // Entra puts the claims in the ID token, SURFconext does not
    pkce: { required: () => true },
    features: { devInteractions: { enabled: true } },
    ttl: { IdToken: 24 * 60 * 60 }, // the desk's clock runs ahead in a test
    cookies: { keys: ['a key for tests'] },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...people[id] }) }),
  });
  // How strongly somebody signed in, which the forms of this provider do not ask.
  Object.defineProperty(provider.Session.prototype, 'acr', { get () { return people[this.accountId]?.acr; }, set () {} });
  const answer = provider.callback();
  server.on('request', (request, response) => {
    if (request.url !== '/demote') return answer(request, response);
    delete people.admin.roles; // as when somebody gets another job
    response.end();
  });
  console.log(issuer);
});
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
