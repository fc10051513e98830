package main

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"inzage/schema"
)

// TestServeTLS: the desk speaks TLS 1.3 and nothing older; a certificate that was
// renewed is used at once, and one that does not fit its key never.
func TestServeTLS(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	c := deskConfig{Address: "https://desk.example", TLS: &tlsConfig{Certificate: filepath.Join(folder, "desk.crt"), Key: filepath.Join(folder, "desk.key")}}
	write := func(name string, data []byte) {
		t.Helper()
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	roots := x509.NewCertPool()
	first, second := selfSigned(t, roots), selfSigned(t, roots)
	write(c.TLS.Certificate, first.cert)
	write(c.TLS.Key, second.key)
	if _, err := c.tls(t.Context()); schema.CodeOf(err) != schema.CodeConfig {
		t.Errorf("a key of another certificate: %v", err)
	}
	write(c.TLS.Key, first.key)
	c.Address = "http://127.0.0.1:8470"
	if _, err := c.tls(t.Context()); schema.CodeOf(err) != schema.CodeConfig {
		t.Errorf("an address without TLS: %v", err)
	}
	c.Address = "https://desk.example"
	var log kept
	ctx, stop := context.WithCancel(zerolog.New(&log).WithContext(t.Context()))
	by, err := c.tls(ctx)
	if err != nil {
		t.Fatal(err)
	}
	address, end := make(chan string, 1), make(chan error, 1)
	go func() {
		end <- listenHTTP(ctx, "127.0.0.1:0", by, http.NotFoundHandler(), func(a string) { address <- a })
	}()
	to := <-address
	shows := func(newest uint16) (serial string, err error) {
		d := tls.Dialer{Config: &tls.Config{RootCAs: roots, ServerName: "desk.example", MaxVersion: newest}} //nolint:gosec // an old one on purpose
		conn, err := d.DialContext(t.Context(), "tcp", to)
		if err != nil {
			return "", err
		}
		defer conn.Close()
		return conn.(*tls.Conn).ConnectionState().PeerCertificates[0].SerialNumber.String(), nil //nolint:forcetypeassert // a tls.Dialer makes no others
	}
	if got, err := shows(0); got != first.serial {
		t.Errorf("it shows %s, %v", got, err)
	}
	if _, err := shows(tls.VersionTLS12); err == nil || !strings.Contains(err.Error(), "protocol version") {
		t.Errorf("TLS 1.2: %v", err)
	}
	write(c.TLS.Certificate, second.cert)
	if got, err := shows(0); got != first.serial {
		t.Errorf("half-way it shows %s, %v", got, err)
	}
	write(c.TLS.Key, second.key)
	if got, err := shows(0); got != second.serial {
		t.Errorf("afterwards it shows %s, %v", got, err)
	}
	if got := strings.Count(log.String(), "certificate of desk read again"); got != 2 || strings.Contains(log.String(), folder) {
		t.Errorf("the log: %s", log.String())
	}
	stop()
	if err := <-end; err != nil {
		t.Error(err)
	}
}

// TestListenOpen: desk and API are nowhere where others can read along.
func TestListenOpen(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"127.0.0.1:8470": false, "localhost:8470": false, "[::1]:8470": false, "127.3.2.1:0": false,
		":8470": true, "0.0.0.0:8470": true, "[::]:8470": true, "10.0.0.5:443": true, "desk.example:443": true, "nonsense": true,
	} {
		if got := (deskConfig{}).exposes(address); got != want {
			t.Errorf("%s: others can read along: %v", address, got)
		}
		for what, c := range map[string]deskConfig{"a proxy": {Proxy: true}, "TLS": {TLS: &tlsConfig{}}} {
			if c.exposes(address) {
				t.Errorf("%s with %s: others can read along", address, what)
			}
		}
	}
	var out kept
	code := execute(t.Context(), system{
		args: []string{"serve", "--data", filepath.Join(t.TempDir(), "data"), "--listen", "0.0.0.0:0", "--lang", "en"}, stdin: strings.NewReader(""), stdout: &out, stderr: &out,
		env: func(string) string { return "" },
	}, testCatalog(t))
	if code != exitUsage || !strings.Contains(out.String(), "desk.behind_proxy") || strings.Contains(out.String(), `"listening"`) {
		t.Errorf("exit %d: %s", code, out.String())
	}
}

// signed is a certificate that signs itself, for desk.example.
type signed struct {
	cert, key []byte
	serial    string
}

func selfSigned(t *testing.T, roots *x509.CertPool) signed {
	t.Helper()
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: new(big.Int).SetBytes(public[:8]), DNSNames: []string{"desk.example"}, NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, public, private)
	if err != nil {
		t.Fatal(err)
	}
	key, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	s := signed{pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}), c.SerialNumber.String()}
	roots.AppendCertsFromPEM(s.cert)
	return s
}
