package simulate

import (
	"crypto"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Application is a registered app, the only one that may sign in.
type Application struct {
	ClientID string
	Secret   string
	// Certificate allows assertions signed with its key.
	Certificate *x509.Certificate
	// Federated is the subject ("sub") of the tokens of another issuer that may
	// sign in for the app (workload identity). Their signature is not checked:
	// the issuer does not exist.
	Federated string
	// Roles are the application permissions that an administrator granted.
	Roles []string
}

// The permissions that the export needs: the export itself, and finding people.
const (
	roleExport = "User.Export.All"
	roleRead   = "User.Read.All"
)

const graphResource = "https://graph.microsoft.com"

func (a Application) filled(r *rand.Rand) Application {
	id, secret := guid(r), "invented-"+guid(r)
	if a.ClientID == "" {
		a.ClientID = id
	}
	if a.Secret == "" {
		a.Secret = secret
	}
	if a.Federated == "" {
		a.Federated = "system:serviceaccount:inzage:inzage"
	}
	if a.Roles == nil {
		a.Roles = []string{roleExport, roleRead}
	}
	return a
}

// openID is the discovery document (OpenID Connect Discovery 1.0, 4.2).
func (t *Tenant) openID(w http.ResponseWriter, r *http.Request) {
	if !t.known(r.PathValue("tenant")) {
		refuse(w, http.StatusBadRequest, "invalid_tenant", 90002, "Tenant not found.")
		return
	}
	base := t.base(r) + "/" + t.id
	reply(w, http.StatusOK, map[string]any{
		"issuer":                                base + "/v2.0",
		"authorization_endpoint":                base + "/oauth2/v2.0/authorize",
		"token_endpoint":                        base + "/oauth2/v2.0/token",
		"jwks_uri":                              base + "/discovery/v2.0/keys",
		"response_types_supported":              []string{"code", "id_token", "token"},
		"subject_types_supported":               []string{"pairwise"},
		"id_token_signing_alg_values_supported": []string{"RS256"},
		"token_endpoint_auth_methods_supported": []string{"client_secret_post", "private_key_jwt"},
	})
}

// instances answers the question which sign-in addresses are one cloud.
func (t *Tenant) instances(w http.ResponseWriter, r *http.Request) {
	reply(w, http.StatusOK, map[string]any{
		"tenant_discovery_endpoint": t.base(r) + "/" + t.id + "/v2.0/.well-known/openid-configuration",
		"metadata": []map[string]any{{
			"preferred_network": r.Host, "preferred_cache": r.Host,
			"aliases": []string{r.Host},
		}},
	})
}

// token is the client credentials grant (RFC 6749, 4.4) with a secret, or with
// an assertion (RFC 7523, 2.2) that the app or its federated issuer made.
func (t *Tenant) token(w http.ResponseWriter, r *http.Request) {
	app := t.options.App
	// Clients ask for more than they need: "openid offline_access profile".
	var resource string
	for scope := range strings.FieldsSeq(r.PostFormValue("scope")) {
		if name, ok := strings.CutSuffix(scope, "/.default"); ok {
			resource = name
		}
	}
	switch assertion := r.PostFormValue("client_assertion"); {
	case !t.known(r.PathValue("tenant")):
		refuse(w, http.StatusBadRequest, "invalid_request", 90002, "Tenant not found.")
	case r.PostFormValue("grant_type") != "client_credentials":
		refuse(w, http.StatusBadRequest, "unsupported_grant_type", 70003, "The grant type is not supported.")
	case r.PostFormValue("client_id") != app.ClientID:
		refuse(w, http.StatusBadRequest, "unauthorized_client", 700016, "The application was not found in the directory.")
	case resource == "":
		refuse(w, http.StatusBadRequest, "invalid_scope", 70011, "The scope is not valid.")
	case assertion != "" && !t.accepts(assertion, t.base(r)+"/"+t.id):
		refuse(w, http.StatusUnauthorized, "invalid_client", 700027, "The client assertion is not valid.")
	case assertion == "" && !hmac.Equal([]byte(r.PostFormValue("client_secret")), []byte(app.Secret)):
		refuse(w, http.StatusUnauthorized, "invalid_client", 7000215, "The client secret is not valid.")
	default:
		reply(w, http.StatusOK, map[string]any{
			"token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 3599,
			"access_token": t.accessToken(resource, time.Now()),
		})
	}
}

// managed is the endpoint on a virtual machine or in App Service that hands out
// tokens without a secret.
func (t *Tenant) managed(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Metadata") != "true" && r.Header.Get("X-Identity-Header") == "" {
		reply(w, http.StatusBadRequest, map[string]string{
			"error": "invalid_request", "error_description": "Required metadata header not specified",
		})
		return
	}
	resource := strings.TrimSuffix(r.FormValue("resource"), "/")
	now := time.Now()
	reply(w, http.StatusOK, map[string]string{
		"access_token": t.accessToken(resource, now), "client_id": t.options.App.ClientID,
		"expires_in": "3599", "expires_on": strconv.FormatInt(now.Unix()+3599, 10), "not_before": strconv.FormatInt(now.Unix(), 10),
		"resource": resource, "token_type": "Bearer",
	})
}

// known takes the tenant by id or by its domain.
func (t *Tenant) known(name string) bool {
	_, domain, _ := strings.Cut(t.people[0].UPN, "@")
	return strings.EqualFold(name, t.id) || strings.EqualFold(name, domain)
}

// claims of an access token or an assertion; aud is a text in all of ours.
type claims struct {
	Audience  string   `json:"aud"`
	Issuer    string   `json:"iss"`
	Subject   string   `json:"sub,omitempty"`
	IssuedAt  int64    `json:"iat,omitempty"`
	NotBefore int64    `json:"nbf,omitempty"`
	Expires   int64    `json:"exp"`
	App       string   `json:"appid,omitempty"`
	Tenant    string   `json:"tid,omitempty"`
	Roles     []string `json:"roles,omitempty"`
	Version   string   `json:"ver,omitempty"`
}

// accessToken looks like the real one. Clients may read the claims, as doctor
// does; only the tenant itself checks the signature.
func (t *Tenant) accessToken(audience string, now time.Time) string {
	body, err := json.Marshal(claims{
		Audience: audience, Issuer: "https://sts.windows.net/" + t.id + "/", IssuedAt: now.Unix(), NotBefore: now.Unix(),
		Expires: now.Add(time.Hour).Unix(), App: t.options.App.ClientID, Tenant: t.id, Roles: t.options.App.Roles, Version: "1.0",
	})
	if err != nil {
		return "" // cannot be: texts and numbers only
	}
	encode := base64.RawURLEncoding.EncodeToString
	signed := encode([]byte(`{"typ":"JWT","alg":"HS256"}`)) + "." + encode(body)
	return signed + "." + encode(t.mac(signed))
}

func (t *Tenant) mac(text string) []byte {
	h := hmac.New(sha256.New, t.key)
	_, _ = h.Write([]byte(text))
	return h.Sum(nil)
}

// allowed tells what is wrong with the token of a request for Graph: nothing,
// 401 or 403.
func (t *Tenant) allowed(r *http.Request, roles ...string) int {
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	dot := strings.LastIndexByte(token, '.')
	if dot < 0 {
		return http.StatusUnauthorized
	}
	signature, err := base64.RawURLEncoding.DecodeString(token[dot+1:])
	c, ok := parseClaims(token)
	switch {
	case err != nil, !ok, !hmac.Equal(signature, t.mac(token[:dot])),
		c.Audience != graphResource, c.Expires < time.Now().Unix():
		return http.StatusUnauthorized
	case !slices.ContainsFunc(roles, func(role string) bool { return slices.Contains(c.Roles, role) }):
		return http.StatusForbidden
	}
	return 0
}

// accepts checks an assertion: of the app itself, signed with its certificate,
// or of the federated issuer.
func (t *Tenant) accepts(assertion, authority string) bool {
	app := t.options.App
	c, ok := parseClaims(assertion)
	switch {
	case !ok || c.Expires < time.Now().Unix():
		return false
	case c.Subject == app.ClientID && c.Issuer == app.ClientID:
		return app.Certificate != nil && c.Audience == authority+"/oauth2/v2.0/token" && signedWith(app.Certificate, assertion)
	}
	return c.Subject == app.Federated && c.Audience == "api://AzureADTokenExchange"
}

// signedWith checks RS256 and PS256 (RFC 7518, 3.1).
func signedWith(certificate *x509.Certificate, token string) bool {
	public, ok := certificate.PublicKey.(*rsa.PublicKey)
	dot := strings.LastIndexByte(token, '.')
	signature, err := base64.RawURLEncoding.DecodeString(token[dot+1:])
	if !ok || err != nil {
		return false
	}
	hash := sha256.Sum256([]byte(token[:dot]))
	return rsa.VerifyPSS(public, crypto.SHA256, hash[:], signature, nil) == nil ||
		rsa.VerifyPKCS1v15(public, crypto.SHA256, hash[:], signature) == nil
}

func parseClaims(token string) (c claims, ok bool) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return c, false
	}
	body, err := base64.RawURLEncoding.DecodeString(parts[1])
	return c, err == nil && json.Unmarshal(body, &c) == nil
}

// refuse is an answer of the sign-in service; its codes are stable (AADSTS…).
func refuse(w http.ResponseWriter, status int, kind string, code int, text string) {
	reply(w, status, map[string]any{
		"error": kind, "error_description": "AADSTS" + strconv.Itoa(code) + ": " + text, "error_codes": []int{code},
		"timestamp": time.Now().UTC().Format("2006-01-02 15:04:05Z"),
	})
}
