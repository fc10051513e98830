package main

import (
	"crypto/ed25519"
	"errors"
	"io"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"inzage/explain/bundle"
	"inzage/schema"
)

func (a *app) keyCommand() *cobra.Command {
	c := a.command("key", "key", cobra.NoArgs, nil)
	c.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
	c.AddCommand(a.keyNewCommand(), a.keyRotateCommand())
	return c
}

func (a *app) keyNewCommand() *cobra.Command {
	var out string
	c := a.command("new", "key.new", cobra.NoArgs, func(*cobra.Command, []string) error {
		if out == "" {
			return a.usage("cli.error.key-out")
		}
		private, public, err := bundle.NewKey(nil)
		if err != nil {
			return err
		}
		if err := a.createFile(out, private, 0o600); err != nil {
			return err
		}
		if err := a.createFile(out+".pub", public, 0o644); err != nil {
			return err
		}
		key, err := bundle.ReadPublicKey(public)
		if err != nil {
			return err
		}
		a.printf("%s\n", a.text("cli.key.done", "private", out, "public", out+".pub", "fingerprint", bundle.Fingerprint(key)))
		return nil
	})
	c.Flags().StringVar(&out, "out", "", a.text("cli.flag.key-out"))
	return c
}

// createFile writes a new file; one that is there is never written over.
func (a *app) createFile(path string, content []byte, mode fs.FileMode) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if errors.Is(err, fs.ErrExist) {
		return a.usage("cli.error.key-exists", "file", path)
	}
	if err != nil {
		return schema.Fail(schema.CodeIO, "create file", err)
	}
	_, err = f.Write(content)
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		return schema.Fail(schema.CodeIO, "write file", err)
	}
	return nil
}

// signKey reads the key to sign with; none where no file is named.
func signKey(path string) (ed25519.PrivateKey, error) {
	if path == "" {
		return nil, nil
	}
	b, err := readSmall(path)
	if err != nil {
		return nil, err
	}
	return bundle.ReadPrivateKey(b)
}

// readSmall reads a file that can only be small.
func readSmall(path string) ([]byte, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, schema.Fail(schema.CodeNotFound, "open file", err)
	}
	if err != nil {
		return nil, schema.Fail(schema.CodeIO, "open file", err)
	}
	defer func() { _ = f.Close() }()
	b, err := io.ReadAll(io.LimitReader(f, 64<<10))
	if err != nil {
		return nil, schema.Fail(schema.CodeIO, "read file", err)
	}
	return b, nil
}
