package cluster

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"time"

	"inzage/schema"
)

// authority signs the certificates of a cluster, and of nothing else.
type authority struct {
	template    *x509.Certificate
	key         *ecdsa.PrivateKey
	certificate []byte // PEM, as is the next
	secret      []byte
	until       time.Time
}

func newAuthority(now time.Time, years int) (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, schema.Fail(schema.CodeInternal, "make authority", err)
	}
	a := &authority{key: key, until: now.AddDate(years, 0, 0)}
	a.template = &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: "inzage cluster"},
		NotBefore: now.Add(-time.Hour), NotAfter: a.until,
		IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, a.template, a.template, key.Public(), key)
	if err != nil {
		return nil, schema.Fail(schema.CodeInternal, "make authority", err)
	}
	a.certificate = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	a.secret, err = encodeKey(key)
	return a, err
}

// issue makes a certificate: of a server where it has hosts, which talks to the
// other servers as a client too, else of a client.
func (a *authority) issue(name string, hosts []string) (certificate, secret []byte, err error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, schema.Fail(schema.CodeInternal, "make certificate", err)
	}
	c := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: name},
		NotBefore: a.template.NotBefore, NotAfter: a.until,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	if len(hosts) > 0 {
		c.ExtKeyUsage = append(c.ExtKeyUsage, x509.ExtKeyUsageServerAuth)
	}
	for _, host := range hosts {
		if ip := net.ParseIP(host); ip != nil {
			c.IPAddresses = append(c.IPAddresses, ip)
		} else {
			c.DNSNames = append(c.DNSNames, host)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, c, a.template, key.Public(), a.key)
	if err != nil {
		return nil, nil, schema.Fail(schema.CodeInternal, "make certificate", err)
	}
	secret, err = encodeKey(key)
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), secret, err
}

func encodeKey(key *ecdsa.PrivateKey) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, schema.Fail(schema.CodeInternal, "encode key", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

func serial() *big.Int {
	var b [16]byte
	_, _ = rand.Read(b[:])
	b[0] &= 0x7f // positive
	return new(big.Int).SetBytes(b[:])
}
