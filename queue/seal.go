package queue

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"io"

	"filippo.io/age"
	"golang.org/x/crypto/chacha20poly1305"

	"inzage/schema"
)

// Whatever holds personal data is sealed before it reaches NATS: an age file
// (https://c2sp.org/age) whose file key is wrapped under a secret key instead
// of a public one. The stanza is
//
//	-> inzage BASE64(salt of 16 bytes)
//	BASE64(ChaCha20-Poly1305(HKDF-SHA256(key, salt, "inzage/1 seal LABEL"), file key))
//
// with a nonce of zeros, since each wrapping key is used once. The label says
// what the sealed bytes are and where they belong ("part 3 of blob x"), so that
// one sealed thing cannot be put in the place of another.
type sealer struct {
	key   Key
	label string
}

const (
	stanzaType = "inzage"
	saltSize   = 16
)

// Wrap implements age.Recipient.
func (s sealer) Wrap(fileKey []byte) ([]*age.Stanza, error) {
	salt := make([]byte, saltSize)
	_, _ = rand.Read(salt)
	aead, err := s.aead(salt)
	if err != nil {
		return nil, err
	}
	return []*age.Stanza{{
		Type: stanzaType,
		Args: []string{base64.RawStdEncoding.EncodeToString(salt)},
		Body: aead.Seal(nil, make([]byte, aead.NonceSize()), fileKey, nil),
	}}, nil
}

// Unwrap implements age.Identity.
func (s sealer) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	for _, st := range stanzas {
		if st.Type != stanzaType || len(st.Args) != 1 {
			continue
		}
		salt, err := base64.RawStdEncoding.DecodeString(st.Args[0])
		if err != nil || len(salt) != saltSize {
			continue
		}
		aead, err := s.aead(salt)
		if err != nil {
			return nil, err
		}
		if fileKey, err := aead.Open(nil, make([]byte, aead.NonceSize()), st.Body, nil); err == nil {
			return fileKey, nil
		}
	}
	return nil, age.ErrIncorrectIdentity
}

func (s sealer) aead(salt []byte) (aead, error) {
	return chacha20poly1305.New(s.key.derive(salt, "seal "+s.label).secret[:])
}

// aead is the part of cipher.AEAD that is used.
type aead interface {
	NonceSize() int
	Seal(dst, nonce, plaintext, additionalData []byte) []byte
	Open(dst, nonce, ciphertext, additionalData []byte) ([]byte, error)
}

// sealTo writes to dst, sealed, what is written to the result. The seal is
// whole only when the result has been closed.
func sealTo(dst io.Writer, key Key, label string) (io.WriteCloser, error) {
	w, err := age.Encrypt(dst, sealer{key, label})
	if err != nil {
		return nil, schema.Fail(schema.CodeInternal, "seal", err)
	}
	return w, nil
}

// unseal reads what was sealed. It gives no byte that was not sealed so with
// this key and label: an error has CodeWrongKey where the key (or the label) is
// another, else CodeTampered.
func unseal(src io.Reader, key Key, label string) (io.Reader, error) {
	r, err := age.Decrypt(src, sealer{key, label})
	if err != nil {
		if _, other := errors.AsType[*age.NoIdentityMatchError](err); other {
			return nil, schema.Fail(schema.CodeWrongKey, "unseal", err)
		}
		return nil, schema.Fail(schema.CodeTampered, "unseal", err)
	}
	return tamperReader{r}, nil
}

// tamperReader names the errors of an age reader, whose source is memory.
type tamperReader struct{ r io.Reader }

// Read implements io.Reader.
func (t tamperReader) Read(p []byte) (int, error) {
	n, err := t.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = schema.Fail(schema.CodeTampered, "unseal", err)
	}
	return n, err
}

// Seal seals a small thing.
func Seal(key Key, label string, plain []byte) ([]byte, error) {
	var sealed bytes.Buffer
	w, err := sealTo(&sealed, key, label)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(plain); err != nil {
		return nil, schema.Fail(schema.CodeInternal, "seal", err)
	}
	if err := w.Close(); err != nil {
		return nil, schema.Fail(schema.CodeInternal, "seal", err)
	}
	return sealed.Bytes(), nil
}

// Unseal opens what Seal sealed, with the errors of a wrong key
// (CodeWrongKey) and of altered bytes (CodeTampered).
func Unseal(key Key, label string, sealed []byte) ([]byte, error) {
	r, err := unseal(bytes.NewReader(sealed), key, label)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}
