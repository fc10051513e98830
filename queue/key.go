package queue

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"inzage/schema"
)

// keySize is the length of every secret key, in bytes.
const keySize = 32

// Key is the organisation's secret. Whatever needs a key gets one of its own,
// derived from it: the server's files, the check of the store, and the wrapping
// of each request's data key. It stays outside NATS: in a file or in the
// environment. Who loses it loses every stored file; the ledger stays.
//
// It cannot be printed by accident, and its zero value is no key.
type Key struct{ secret *[keySize]byte }

// NewKey makes a random key.
func NewKey() Key {
	k := Key{new([keySize]byte)}
	_, _ = rand.Read(k.secret[:]) // never fails: crypto/rand ends the process instead
	return k
}

// ParseKey reads a key as Encode writes it: 64 hexadecimal digits, space around
// them allowed.
func ParseKey(text string) (Key, error) {
	b, err := hex.DecodeString(strings.TrimSpace(text))
	if err != nil || len(b) != keySize {
		return Key{}, schema.Fail(schema.CodeConfig, "read key", nil)
	}
	return Key{(*[keySize]byte)(b)}, nil
}

// ReadKey reads a key file. A file that is not there is an fs.ErrNotExist.
func ReadKey(path string) (Key, error) {
	text, err := os.ReadFile(path) //nolint:gosec // the operator's own path
	if err != nil {
		return Key{}, schema.Fail(schema.CodeConfig, "read key file", err)
	}
	return ParseKey(string(text))
}

// WriteFile writes the key to a new file that only its owner may read. It never
// replaces a file.
func (k Key) WriteFile(path string) error {
	f, err := os.OpenFile(filepath.Clean(path), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return schema.Fail(schema.CodeIO, "make key file", err)
	}
	_, err = f.WriteString(k.Encode() + "\n")
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return schema.Fail(schema.CodeIO, "write key file", err)
	}
	return nil
}

// Encode returns the key as text, for a file or an environment variable. It is
// the only way out.
func (k Key) Encode() string { return hex.EncodeToString(k.secret[:]) }

// IsZero reports whether there is no key.
func (k Key) IsZero() bool { return k.secret == nil }

// For derives the key for one use.
func (k Key) For(use string) Key { return k.derive(nil, use) }

// derive is HKDF with SHA-256 (RFC 5869).
func (k Key) derive(salt []byte, use string) Key {
	b, err := hkdf.Key(sha256.New, k.secret[:], salt, "inzage/1 "+use, keySize)
	if err != nil {
		panic(err) // only a length over 8160 bytes is refused
	}
	return Key{(*[keySize]byte)(b)}
}

// Format hides the key from every fmt verb.
func (k Key) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("[key]")) }

// MarshalText hides the key from encoders.
func (k Key) MarshalText() ([]byte, error) { return []byte("[key]"), nil }
