package main

import (
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"inzage/explain/bundle"
	"inzage/schema"
)

func (a *app) verifyCommand() *cobra.Command {
	var keyFile string
	var asJSON bool
	c := a.command("verify BUNDLE", "verify", cobra.ExactArgs(1), func(_ *cobra.Command, args []string) error {
		var key ed25519.PublicKey
		if keyFile != "" {
			b, err := readSmall(keyFile)
			if err != nil {
				return err
			}
			if key, err = bundle.ReadPublicKey(b); err != nil {
				return err
			}
		}
		f, err := openBundle(args[0])
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }()
		info, err := f.Stat()
		if err != nil {
			return schema.Fail(schema.CodeIO, "look at bundle", err)
		}
		rep := bundle.Verify(f, info.Size(), key)
		if !rep.Complete {
			a.code = exitFailed
		}
		if asJSON {
			return a.printJSON(rep)
		}
		a.tellReport(rep, key != nil)
		return nil
	})
	c.Flags().StringVar(&keyFile, "key", "", a.text("cli.flag.key"))
	c.Flags().BoolVar(&asJSON, "json", false, a.text("cli.flag.json"))
	return c
}

// openBundle opens a bundle to read; CodeNotFound where there is none.
func openBundle(path string) (*os.File, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, schema.Fail(schema.CodeNotFound, "open bundle", err)
	}
	if err != nil {
		return nil, schema.Fail(schema.CodeIO, "open bundle", err)
	}
	return f, nil
}

// printJSON writes what a program reads.
func (a *app) printJSON(v any) error {
	enc := json.NewEncoder(a.stdout)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return schema.Fail(schema.CodeIO, "write answer", err)
	}
	return nil
}

// tellReport says in words what a bundle is.
func (a *app) tellReport(r *bundle.Report, key bool) {
	if r.Case != "" {
		a.printf("%s\n", a.text("cli.verify.case", "case", r.Case, "files", r.Files))
	}
	if len(r.Findings) == 0 {
		a.printf("%s\n", a.text("cli.verify.unaltered"))
	}
	for _, f := range r.Findings {
		a.printf("%s\n", a.text("cli.verify.found."+string(f.What), "file", f.Path))
	}
	state := "cli.verify.signature." + string(r.Signature)
	if key && r.Signature == bundle.SignatureNone {
		state += "-asked"
	}
	if r.Case != "" {
		a.printf("%s\n", a.text(state, "signer", r.Signer))
	}
	if r.Complete {
		a.printf("\n%s\n", a.text("cli.verify.complete"))
	} else {
		a.printf("\n%s\n", a.text("cli.verify.incomplete"))
	}
}
