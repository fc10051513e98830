package main

import (
	"archive/zip"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"inzage/explain"
	"inzage/explain/bundle"
	"inzage/schema"
)

// explainWorkbook makes only the workbook of a bundle. It is made where it will
// stand, in a private folder that is gone afterwards.
func (a *app) explainWorkbook(c *cobra.Command, args []string, out string, reader explain.Reader) error {
	temp, remove, err := scratch(filepath.Dir(out))
	if err != nil {
		return err
	}
	defer remove()
	const name = "explained.zip"
	w, err := bundle.Create(temp, name, bundle.Head{
		Case: strings.TrimSuffix(filepath.Base(out), filepath.Ext(out)), Lang: reader.Lang, Received: time.Now(), Zone: reader.Zone,
		Catalog: a.catalog.Version(), Program: programVersion(), Author: "inzage",
		BookRows: math.MaxInt, BookBytes: math.MaxInt, // one file was asked for, however long
		Words: func(key string, args ...any) string { return a.catalog.Text(reader.Lang, key, args...) },
	})
	if err != nil {
		return err
	}
	defer w.Abort()
	s, err := a.explainTo(c, args, w, reader)
	if err != nil {
		return err
	}
	made, err := w.Close(s.Count)
	if err != nil {
		return err
	}
	if err := takeWorkbook(made.Path, out); err != nil {
		return err
	}
	if s.Incomplete() {
		a.code = exitIncomplete
	}
	return nil
}

// takeWorkbook copies the workbook out of a bundle.
func takeWorkbook(from, to string) (err error) {
	z, err := zip.OpenReader(from)
	if err != nil {
		return schema.Fail(schema.CodeIO, "open workbook", err)
	}
	defer func() { _ = z.Close() }()
	for _, f := range z.File {
		if !strings.HasSuffix(f.Name, ".xlsx") || strings.Contains(f.Name, "/") {
			continue
		}
		r, err := f.Open()
		if err != nil {
			return schema.Fail(schema.CodeIO, "open workbook", err)
		}
		out, err := os.OpenFile(to, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
		if err != nil {
			return schema.Fail(schema.CodeIO, "create workbook", err)
		}
		if _, err := io.Copy(out, r); err != nil { //nolint:gosec // our own zip, no bomb
			_ = out.Close()
			return schema.Fail(schema.CodeIO, "write workbook", err)
		}
		if err := out.Close(); err != nil {
			return schema.Fail(schema.CodeIO, "write workbook", err)
		}
		return r.Close()
	}
	return schema.Fail(schema.CodeInternal, "find workbook", nil)
}
