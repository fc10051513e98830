package queue

import (
	"crypto/tls"
	"crypto/x509"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"inzage/schema"
)

// The files in the folder of a role, which package cluster writes, besides the
// seeds of its users (SeedFile).
const (
	FileRole        = "role"
	FileAuthority   = "ca.pem"
	FileCertificate = "client.pem"
	FileKey         = "client.key"
)

// SeedFile is the name of the file with the seed of a role's user in an account.
func SeedFile(account string) string { return strings.ToLower(account) + ".nk" }

// ReadRole returns the access of a role to the cluster at the URL. The error has
// CodeConfig where the folder is not one of a role, or not whole.
func ReadRole(folder, url string) (Access, error) {
	text, err := os.ReadFile(filepath.Join(folder, FileRole))
	if err != nil {
		return Access{}, schema.Fail(schema.CodeConfig, "read role", err)
	}
	a := Access{URL: url, Role: Role(strings.TrimSpace(string(text)))}
	if !slices.Contains(Roles(), a.Role) {
		return Access{}, schema.Fail(schema.CodeConfig, "read role", nil)
	}
	for account, cred := range map[string]*Credential{AccountLedger: &a.Ledger, AccountBlobs: &a.Blobs, AccountKeys: &a.Keys} {
		if _, ok := a.Role.Rights(account); ok {
			cred.File = filepath.Join(folder, SeedFile(account))
		}
	}
	authority, err := os.ReadFile(filepath.Join(folder, FileAuthority))
	if err != nil {
		return Access{}, schema.Fail(schema.CodeConfig, "read authority", err)
	}
	pair, err := tls.LoadX509KeyPair(filepath.Join(folder, FileCertificate), filepath.Join(folder, FileKey))
	if err != nil {
		return Access{}, schema.Fail(schema.CodeConfig, "read certificate", err)
	}
	a.TLS = &tls.Config{MinVersion: tls.VersionTLS13, RootCAs: x509.NewCertPool(), Certificates: []tls.Certificate{pair}}
	if !a.TLS.RootCAs.AppendCertsFromPEM(authority) {
		return Access{}, schema.Fail(schema.CodeConfig, "read authority", nil)
	}
	return a, nil
}
