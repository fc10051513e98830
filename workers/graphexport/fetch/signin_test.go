package fetch

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"inzage/schema"
	"inzage/workers/graphexport/simulate"
)

// TestSignIn signs in in every way that can be configured.
func TestSignIn(t *testing.T) {
	t.Parallel()
	certificate, both := certificate(t)
	o := simulate.Options{}
	o.App.Certificate = certificate
	tokens := t.TempDir()
	for kind, edit := range map[Kind]func(*rig, *Config){
		ClientSecret: func(*rig, *Config) {},
		Certificate:  func(_ *rig, c *Config) { c.SignIn = SignIn{Kind: Certificate, Certificate: schema.NewPersonal(both)} },
		ManagedIdentity: func(_ *rig, c *Config) {
			c.Client, c.SignIn = "", SignIn{Kind: ManagedIdentity}
		},
		WorkloadIdentity: func(r *rig, c *Config) {
			c.SignIn = SignIn{Kind: WorkloadIdentity, TokenFile: filepath.Join(tokens, "token")}
			if err := os.WriteFile(c.SignIn.TokenFile, federated(r.tenant.App().Federated), 0o600); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			r := newRig(t, o)
			c := r.config
			edit(r, &c)
			s, err := New(c)
			if err != nil {
				t.Fatal(err)
			}
			got, err := s.signIn(t.Context())
			if err != nil || !slices.Contains(got.Roles, rightExport) || got.Tenant != r.tenant.ID() {
				t.Errorf("%d rights (%v)", len(got.Roles), err)
			}
		})
	}
}

// certificate makes one, and the file of certificate and key.
func certificate(t *testing.T) (*x509.Certificate, string) {
	t.Helper()
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
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	var both bytes.Buffer
	for _, block := range []*pem.Block{{Type: "PRIVATE KEY", Bytes: private}, {Type: "CERTIFICATE", Bytes: der}} {
		if err := pem.Encode(&both, block); err != nil {
			t.Fatal(err)
		}
	}
	return c, both.String()
}

// federated is a token as a cluster gives it to a workload.
func federated(subject string) []byte {
	body, _ := json.Marshal(map[string]any{
		"iss": "https://cluster.example", "sub": subject, "aud": "api://AzureADTokenExchange", "exp": time.Now().Add(time.Hour).Unix(),
	})
	encode := base64.RawURLEncoding.EncodeToString
	return []byte(encode([]byte(`{"alg":"RS256"}`)) + "." + encode(body) + "." + encode([]byte("unsigned")))
}

// TestByRole uses the application's role on the account for everything but the
// signature: no request to storage is signed with the key.
func TestByRole(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var seen []string
	r := newRig(t, simulate.Options{}, func(c *Config) {
		c.Storage.ByKey, c.Storage.Endpoint = false, ""
		c.HTTP = answering(c.HTTP, func(req *http.Request) *http.Response {
			if !strings.HasSuffix(req.URL.Hostname(), ".blob.core.windows.net") {
				return nil
			}
			scheme, _, _ := strings.Cut(req.Header.Get("Authorization"), " ")
			mu.Lock()
			defer mu.Unlock()
			seen = append(seen, req.URL.Scheme+" "+scheme)
			return reply(req, http.StatusCreated, "")
		})
	})
	if err := r.store.create(t.Context(), newName()); err != nil {
		t.Fatal(err)
	}
	if len(seen) != 1 || seen[0] != "https Bearer" {
		t.Errorf("storage was asked by %q", seen)
	}
	location, err := r.store.location(newName(), time.Now().Add(40*24*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{".blob.core.windows.net/" + prefix, "sp=acw", "spr=https&", "sr=c", "sig="} {
		if !strings.Contains(location, part) {
			t.Errorf("the location has no %s", part)
		}
	}
	if strings.Contains(location, "ss=") {
		t.Error("the location is of an account, not of a service")
	}
}

// TestLate lets a worker come back after another has taken over: right before it
// orders, it was held up for longer than an order can be under way.
func TestLate(t *testing.T) {
	t.Parallel()
	held, free := make(chan struct{}), make(chan struct{})
	var orders atomic.Int64
	r := newRig(t, simulate.Options{}, func(c *Config) {
		c.HTTP = answering(c.HTTP, func(req *http.Request) *http.Response {
			if req.Method == http.MethodPost && strings.HasSuffix(req.URL.Path, "/exportPersonalData") {
				if orders.Add(1) == 1 {
					close(held)
					<-free
				}
			}
			return nil
		})
	})
	late := make(chan error, 1)
	go func() { late <- r.Fetch(t.Context(), r.subject(), r.box) }()
	<-held
	if err := r.run(); err != nil {
		t.Fatal(err)
	}
	close(free)
	err := <-late
	if _, later := schema.IsLater(err); err == nil || later || schema.IsNever(err) {
		t.Errorf("the late worker: got %v, want an error", err)
	}
	if err := r.run(); err != nil {
		t.Errorf("afterwards: %v", err)
	}
	r.complete()
}
