package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"inzage/queue"
	"inzage/queue/embedded"
	"inzage/schema"
)

// reachFlags say where the queue is: in a data folder that a service runs on,
// or on a cluster.
type reachFlags struct {
	config, data, keyFile, url string
}

func (a *app) reachFlags(c *cobra.Command) *reachFlags {
	var f reachFlags
	c.Flags().StringVar(&f.config, "config", a.env("INZAGE_CONFIG"), a.text("cli.flag.config"))
	c.Flags().StringVar(&f.data, "data", orElse(a.env("INZAGE_DATA"), "data"), a.text("cli.flag.data"))
	c.Flags().StringVar(&f.keyFile, "key-file", a.env("INZAGE_KEY_FILE"), a.text("cli.flag.key-file"))
	c.Flags().StringVar(&f.url, "nats", a.env("INZAGE_NATS"), a.text("cli.flag.nats"))
	_ = c.MarkFlagFilename("config", "yaml", "yml")
	_ = c.MarkFlagDirname("data")
	return &f
}

func orElse(value, other string) string {
	if value == "" {
		return other
	}
	return value
}

// key reads the organisation's key: from the file that was named, else the one
// in the data folder.
func (f *reachFlags) key() (queue.Key, error) {
	name := f.keyFile
	if name == "" {
		name = filepath.Join(f.data, "key")
	}
	return queue.ReadKey(name)
}

// open opens the queue that runs elsewhere, for a command.
func (a *app) open(ctx context.Context, f *reachFlags) (*queue.Queue, config, error) {
	c, err := readConfig(f.config)
	if err != nil {
		return nil, c, err
	}
	var access queue.Access
	if url := orElse(f.url, c.NATS.URL); url != "" {
		access, err = c.NATS.access(url)
	} else {
		access, err = queue.ReadDoor(f.data)
	}
	if err != nil {
		return nil, c, err
	}
	key, err := f.key()
	if err != nil {
		return nil, c, err
	}
	q, err := queue.Open(ctx, access, queue.Options{Key: key, Bind: true, Zone: c.zone(), Replicas: c.NATS.Replicas})
	return q, c, err
}

// openAtRest is open, also where no service runs on the data folder: a service
// that finds its store damaged does not start. It makes and changes nothing. The
// caller calls done.
func (a *app) openAtRest(ctx context.Context, f *reachFlags) (q *queue.Queue, done func(), err error) {
	q, c, err := a.open(ctx, f)
	if err == nil {
		return q, q.Close, nil
	}
	if schema.CodeOf(err) != schema.CodeUnreachable || orElse(f.url, c.NATS.URL) != "" || !embedded.Exists(f.data) {
		return nil, nil, err
	}
	key, err := f.key()
	if err != nil {
		return nil, nil, err
	}
	server, err := embedded.Start(ctx, embedded.Options{Folder: f.data, Key: key})
	if err != nil {
		return nil, nil, err
	}
	if q, err = queue.Open(ctx, server.Access(), queue.Options{Key: key, Bind: true, Zone: c.zone()}); err != nil {
		server.Close()
		return nil, nil, err
	}
	return q, func() { q.Close(); server.Close() }, nil
}

// access is how to reach a cluster.
func (n natsConfig) access(url string) (queue.Access, error) {
	a := queue.Access{
		URL:    url,
		Ledger: queue.Credential{File: n.Ledger}, Blobs: queue.Credential{File: n.Blobs}, Keys: queue.Credential{File: n.Keys},
	}
	if n.CA == "" && n.Certificate == "" {
		return a, nil
	}
	a.TLS = &tls.Config{MinVersion: tls.VersionTLS13}
	if n.CA != "" {
		pem, err := os.ReadFile(n.CA)
		if err != nil {
			return a, schema.Fail(schema.CodeConfig, "read authority", err)
		}
		a.TLS.RootCAs = x509.NewCertPool()
		if !a.TLS.RootCAs.AppendCertsFromPEM(pem) {
			return a, schema.Fail(schema.CodeConfig, "read authority", nil)
		}
	}
	if n.Certificate != "" {
		pair, err := tls.LoadX509KeyPair(n.Certificate, n.Key)
		if err != nil {
			return a, schema.Fail(schema.CodeConfig, "read certificate", err)
		}
		a.TLS.Certificates = []tls.Certificate{pair}
	}
	return a, nil
}
