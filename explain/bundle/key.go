package bundle

import (
	"crypto"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"io"

	"inzage/schema"
)

// Keys stand in files in the forms that everybody else uses: PKCS #8 and PKIX in
// PEM (RFC 8410), so that a signature can be checked without this program:
//
//	openssl pkeyutl -verify -rawin -pubin -inkey key.pub -in manifest.json -sigfile manifest.sig
const (
	privateBlock = "PRIVATE KEY"
	publicBlock  = "PUBLIC KEY"
)

// NewKey makes a key to sign bundles with, as the content of two files: one to
// keep, readable by its owner only, and one to hand out.
func NewKey(random io.Reader) (private, public []byte, err error) {
	pub, key, err := ed25519.GenerateKey(random)
	if err != nil {
		return nil, nil, schema.Fail(schema.CodeInternal, "make key", err)
	}
	a, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, nil, schema.Fail(schema.CodeInternal, "make key", err)
	}
	b, err := x509.MarshalPKIXPublicKey(pub)
	if err != nil {
		return nil, nil, schema.Fail(schema.CodeInternal, "make key", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: privateBlock, Bytes: a}), pem.EncodeToMemory(&pem.Block{Type: publicBlock, Bytes: b}), nil
}

// ReadPrivateKey reads what NewKey made to keep. CodeConfig where it is not that.
func ReadPrivateKey(file []byte) (ed25519.PrivateKey, error) {
	block, _ := pem.Decode(file)
	if block == nil || block.Type != privateBlock {
		return nil, schema.Fail(schema.CodeConfig, "read signing key", errors.New("no private key in PEM"))
	}
	k, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, schema.Fail(schema.CodeConfig, "read signing key", err)
	}
	key, ok := k.(ed25519.PrivateKey)
	if !ok {
		return nil, schema.Fail(schema.CodeConfig, "read signing key", errors.New("not Ed25519"))
	}
	return key, nil
}

// ReadPublicKey reads what NewKey made to hand out. CodeConfig where it is not
// that.
func ReadPublicKey(file []byte) (ed25519.PublicKey, error) {
	block, _ := pem.Decode(file)
	if block == nil || block.Type != publicBlock {
		return nil, schema.Fail(schema.CodeConfig, "read public key", errors.New("no public key in PEM"))
	}
	key, err := parseKey(block.Bytes)
	if err != nil {
		return nil, schema.Fail(schema.CodeConfig, "read public key", err)
	}
	return key, nil
}

func parseKey(der []byte) (ed25519.PublicKey, error) {
	k, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return nil, err
	}
	key, ok := k.(ed25519.PublicKey)
	if !ok {
		return nil, errors.New("not Ed25519")
	}
	return key, nil
}

// Fingerprint names a key: the SHA-256 of its PKIX form, in hex.
func Fingerprint(key ed25519.PublicKey) string {
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(der)
	return hex.EncodeToString(sum[:])
}

// encodeKey and decodeKey are how a public key stands in the manifest.
func encodeKey(key crypto.PublicKey) (string, error) {
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return "", schema.Fail(schema.CodeConfig, "name signing key", err)
	}
	return base64.StdEncoding.EncodeToString(der), nil
}

func decodeKey(s string) (ed25519.PublicKey, error) {
	der, err := base64.StdEncoding.Strict().DecodeString(s)
	if err != nil {
		return nil, err
	}
	return parseKey(der)
}
