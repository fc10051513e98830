package main

import (
	"archive/zip"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// repack writes a zip again with other members, as somebody would who wants a
// bundle to say something else: "repack FROM TO [~altered] [-left out] [+added]".
func repack(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: repack from to [~altered] [-left out] [+added]")
	}
	from, err := zip.OpenReader(ts.MkAbs(args[0]))
	ts.Check(err)
	defer func() { _ = from.Close() }()
	out, err := os.Create(ts.MkAbs(args[1]))
	ts.Check(err)
	to := zip.NewWriter(out)
	done := make(map[string]bool)
	for _, f := range from.File {
		switch {
		case slices.Contains(args[2:], "-"+f.Name):
			done["-"+f.Name] = true
		case slices.Contains(args[2:], "~"+f.Name):
			done["~"+f.Name] = true
			r, err := f.Open()
			ts.Check(err)
			data, err := io.ReadAll(r)
			ts.Check(err)
			data[len(data)/2] ^= 1
			add(ts, to, f.Name, data)
		default:
			ts.Check(to.Copy(f))
		}
	}
	for _, a := range args[2:] {
		if name, ok := strings.CutPrefix(a, "+"); ok {
			add(ts, to, name, []byte("not in the list"))
		} else if !done[a] {
			ts.Fatalf("nothing in the zip for %s", a)
		}
	}
	ts.Check(to.Close())
	ts.Check(out.Close())
}

func add(ts *testscript.TestScript, to *zip.Writer, name string, data []byte) {
	w, err := to.Create(name)
	ts.Check(err)
	_, err = w.Write(data)
	ts.Check(err)
}
