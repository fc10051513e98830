// Command generate makes test data: the demo case that stands in
// testdata/demo, or any amount of one format for benchmarks.
//
//	go run ./testdata/generate -out testdata/demo
//	go run ./testdata/generate -format viewer-csv -bytes 500000000 -out viewer.csv
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"

	"inzage/testdata/corpus"
)

func main() {
	if err := run(os.Args[1:], os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func run(args []string, stderr io.Writer) error {
	flags := flag.NewFlagSet("generate", flag.ContinueOnError)
	flags.SetOutput(stderr)
	var (
		seed   = flags.Uint64("seed", 1, "the same seed gives the same bytes")
		out    = flags.String("out", "", "the folder of the demo case, or the file of the corpus")
		format = flags.String("format", "", "make a corpus instead: ndjson, viewer-csv or admin-export")
		size   = flags.Int64("bytes", 100<<20, "the size of the corpus")
	)
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *out == "" || flags.NArg() > 0 {
		return errors.New("say with -out where the data goes")
	}
	if *format == "" {
		return demo(*out, *seed)
	}
	return stream(*out, *seed, *size, corpus.Format(*format))
}

// demo writes the demo case. It removes nothing: what an earlier seed left
// under another name has to be removed by hand, and the golden test sees it.
func demo(folder string, seed uint64) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return err
	}
	defer root.Close()
	for _, f := range corpus.Demo(seed) {
		name := filepath.FromSlash(f.Name)
		if err := root.MkdirAll(filepath.FromSlash(path.Dir(f.Name)), 0o755); err != nil {
			return err
		}
		if err := root.WriteFile(name, f.Data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func stream(name string, seed uint64, size int64, format corpus.Format) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	return errors.Join(corpus.Write(f, seed, size, format), f.Close())
}
