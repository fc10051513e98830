package main

import (
	"context"
	"crypto/tls"
	"os"
	"strings"
	"sync"

	"github.com/rs/zerolog"

	"inzage/schema"
)

// tlsConfig names the files of a certificate, with what leads to its authority, and
// of its key, both PEM.
type tlsConfig struct {
	Certificate string `yaml:"certificate_file"`
	Key         string `yaml:"key_file"`
}

// certificate is a certificate in two files, which are read again when they changed.
// It is safe for concurrent use.
type certificate struct {
	tlsConfig
	mu     sync.Mutex
	pair   *tls.Certificate
	stamps [2]os.FileInfo // of the files as they were tried last
}

// tls makes what the desk speaks: TLS 1.3, and nothing older. nil is HTTP. The error
// has CodeConfig where the files do not fit, or the desk says of itself that it is
// reached without.
func (c deskConfig) tls(ctx context.Context) (*tls.Config, error) {
	if c.TLS == nil {
		return nil, nil
	}
	one := &certificate{tlsConfig: *c.TLS}
	if err := one.read(); err != nil {
		return nil, err
	}
	if c.Address != "" && !strings.HasPrefix(c.Address, "https://") {
		return nil, schema.Fail(schema.CodeConfig, "read address of desk with TLS", nil)
	}
	return &tls.Config{MinVersion: tls.VersionTLS13, GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
		return one.current(ctx), nil
	}}, nil
}

// read reads both files, and keeps what was there where they do not fit: whoever
// renews them writes one after the other.
func (c *certificate) read() error {
	pair, err := tls.LoadX509KeyPair(c.Certificate, c.Key)
	if err != nil {
		return schema.Fail(schema.CodeConfig, "read certificate of desk", err)
	}
	c.pair = &pair
	c.changed() // from here on
	return nil
}

// changed reports whether a file is another one than it was the last time.
func (c *certificate) changed() (yes bool) {
	for i, name := range []string{c.Certificate, c.Key} {
		info, err := os.Stat(name)
		if err != nil {
			continue // on its way; the next visitor looks again
		}
		old := c.stamps[i]
		yes = yes || old == nil || !os.SameFile(old, info) || !old.ModTime().Equal(info.ModTime()) || old.Size() != info.Size()
		c.stamps[i] = info
	}
	return yes
}

// current is the certificate of this moment.
func (c *certificate) current(ctx context.Context) *tls.Certificate {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.changed() {
		level, code := zerolog.InfoLevel, ""
		if err := c.read(); err != nil {
			level, code = zerolog.WarnLevel, string(schema.CodeOf(err))
		}
		zerolog.Ctx(ctx).WithLevel(level).Str("code", code).Msg("certificate of desk read again")
	}
	return c.pair
}

// exposes reports whether others can read along at an address.
func (c deskConfig) exposes(address string) bool {
	return c.TLS == nil && !c.Proxy && !loopback(address)
}
