package simulate_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"inzage/workers/graphexport/simulate"
)

// start serves a tenant for the length of a test.
func start(t *testing.T, o simulate.Options) *simulate.Tenant {
	t.Helper()
	if o.Seed == 0 {
		o.Seed = 1
	}
	tenant, err := simulate.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := tenant.Close(); err != nil {
			t.Error(err)
		}
	})
	return tenant
}

func options(tenant *simulate.Tenant) policy.ClientOptions {
	return policy.ClientOptions{Transport: tenant.Client(), Retry: policy.RetryOptions{MaxRetries: -1}}
}

// bearer signs in and returns the token's roles.
func bearer(t *testing.T, credential azcore.TokenCredential) (string, []string) {
	t.Helper()
	token, err := credential.GetToken(context.Background(), policy.TokenRequestOptions{
		Scopes: []string{"https://graph.microsoft.com/.default"},
	})
	if err != nil {
		t.Fatal(err)
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.Split(token.Token, ".")[1])
	if err != nil {
		t.Fatal(err)
	}
	var claims struct{ Roles []string }
	if err := json.Unmarshal(payload, &claims); err != nil {
		t.Fatal(err)
	}
	return token.Token, claims.Roles
}

// works says whether Graph takes the token.
func works(t *testing.T, tenant *simulate.Tenant, token string) {
	t.Helper()
	if a := ask(t, tenant, token, http.MethodGet, "/v1.0/users", nil); a.HTTP != http.StatusOK {
		t.Errorf("Graph answers %d", a.HTTP)
	}
}

// Every way to sign in, with the SDK that the product uses.
func TestSignIn(t *testing.T) {
	t.Parallel()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	tenant := start(t, simulate.Options{App: simulate.Application{Certificate: certificate}})
	id, app := tenant.ID(), tenant.App()
	check := func(credential azcore.TokenCredential, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		token, roles := bearer(t, credential)
		if len(roles) != 2 || roles[0] != "User.Export.All" {
			t.Errorf("roles %v", roles)
		}
		works(t, tenant, token)
	}
	check(azidentity.NewClientSecretCredential(id, app.ClientID, app.Secret,
		&azidentity.ClientSecretCredentialOptions{ClientOptions: options(tenant)}))
	check(azidentity.NewClientCertificateCredential(id, app.ClientID, []*x509.Certificate{certificate}, key,
		&azidentity.ClientCertificateCredentialOptions{ClientOptions: options(tenant)}))
	check(azidentity.NewManagedIdentityCredential(
		&azidentity.ManagedIdentityCredentialOptions{ClientOptions: options(tenant)}))

	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte(federated(app.Federated)), 0o600); err != nil {
		t.Fatal(err)
	}
	check(azidentity.NewWorkloadIdentityCredential(&azidentity.WorkloadIdentityCredentialOptions{
		ClientOptions: options(tenant), TenantID: id, ClientID: app.ClientID, TokenFilePath: file,
	}))
}

// federated is a token as a cluster gives it to a workload.
func federated(subject string) string {
	body, _ := json.Marshal(map[string]any{
		"iss": "https://cluster.example", "sub": subject, "aud": "api://AzureADTokenExchange", "exp": time.Now().Add(time.Hour).Unix(),
	})
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(`{"alg":"RS256"}`)) + "." + encode(body) + "." + encode([]byte("unsigned"))
}

// A wrong secret, another's certificate and another's workload are refused.
func TestSignInRefused(t *testing.T) {
	t.Parallel()
	tenant := start(t, simulate.Options{})
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte(federated("somebody else")), 0o600); err != nil {
		t.Fatal(err)
	}
	secret, err := azidentity.NewClientSecretCredential(tenant.ID(), tenant.App().ClientID, "wrong",
		&azidentity.ClientSecretCredentialOptions{ClientOptions: options(tenant)})
	if err != nil {
		t.Fatal(err)
	}
	workload, err := azidentity.NewWorkloadIdentityCredential(&azidentity.WorkloadIdentityCredentialOptions{
		ClientOptions: options(tenant), TenantID: tenant.ID(), ClientID: tenant.App().ClientID, TokenFilePath: file,
	})
	if err != nil {
		t.Fatal(err)
	}
	for want, credential := range map[string]azcore.TokenCredential{"AADSTS7000215": secret, "AADSTS700027": workload} {
		_, err := credential.GetToken(t.Context(), policy.TokenRequestOptions{Scopes: []string{"https://graph.microsoft.com/.default"}})
		if _, ok := errors.AsType[*azidentity.AuthenticationFailedError](err); !ok || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

// From another process the tenant is reached over TLS.
func TestTLS(t *testing.T) {
	t.Parallel()
	tenant := start(t, simulate.Options{TLS: true})
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(tenant.Certificate()) {
		t.Fatal("no certificate")
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig.RootCAs = pool
	credential, err := azidentity.NewClientSecretCredential(tenant.ID(), tenant.App().ClientID, tenant.App().Secret,
		&azidentity.ClientSecretCredentialOptions{
			DisableInstanceDiscovery: true,
			ClientOptions: policy.ClientOptions{
				Transport: &http.Client{Transport: transport},
				Cloud:     cloud.Configuration{ActiveDirectoryAuthorityHost: tenant.URL()},
			},
		})
	if err != nil {
		t.Fatal(err)
	}
	token, _ := bearer(t, credential)
	works(t, tenant, token)
}
