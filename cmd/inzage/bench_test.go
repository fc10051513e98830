package main

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"inzage/explain"
	"inzage/explain/bundle"
	"inzage/schema"
	"inzage/testdata/corpus"
	"inzage/workers"
	"inzage/workers/inputs"
)

// benchMegabytes is the size of the corpus, 200 MB unless INZAGE_BENCH_MB says
// otherwise.
func benchMegabytes(b *testing.B) int64 {
	b.Helper()
	if v := os.Getenv("INZAGE_BENCH_MB"); v != "" {
		n, err := strconv.ParseInt(v, 10, 64)
		if err != nil {
			b.Fatal(err)
		}
		return n
	}
	return 200
}

// benchCorpus writes the seeded corpus once per benchmark.
func benchCorpus(b *testing.B, format corpus.Format) (file string, size int64) {
	b.Helper()
	file = filepath.Join(b.TempDir(), "corpus")
	f, err := os.Create(file)
	if err != nil {
		b.Fatal(err)
	}
	w := bufio.NewWriterSize(f, 1<<20)
	if err := corpus.Write(w, 1, benchMegabytes(b)<<20, format); err != nil {
		b.Fatal(err)
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	info, err := f.Stat()
	if err != nil {
		b.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
	return file, info.Size()
}

// countingSink costs nothing.
type countingSink struct{ rows, fields int64 }

func (s *countingSink) Add(e *schema.Explanation) error {
	s.rows++
	s.fields += int64(len(e.Notes))
	return nil
}
func (s *countingSink) Unreadable(*schema.Record) error { s.rows++; return nil }
func (s *countingSink) File(bundle.FileInfo)            {}

// BenchmarkRead is the reading half alone: bytes to records.
func BenchmarkRead(b *testing.B) {
	for _, format := range []corpus.Format{corpus.NDJSON, corpus.ViewerCSV, corpus.AdminExport} {
		b.Run(string(format), func(b *testing.B) {
			file, size := benchCorpus(b, format)
			b.SetBytes(size)
			var rows int64
			for b.Loop() {
				rows = 0
				for f, err := range open(b, file).Files() {
					if err != nil {
						b.Fatal(err)
					}
					for _, src := range sources(b.TempDir()) {
						if _, ok := src.Match(f); !ok {
							continue
						}
						for _, err := range src.Records(schema.Subject{}, f, nil) {
							if err != nil {
								b.Fatal(err)
							}
							rows++
						}
						break
					}
				}
			}
			report(b, rows)
		})
	}
}

// BenchmarkReadExplain adds the explanation.
func BenchmarkReadExplain(b *testing.B) {
	for _, format := range []corpus.Format{corpus.NDJSON, corpus.AdminExport} {
		b.Run(string(format), func(b *testing.B) {
			file, size := benchCorpus(b, format)
			a := benchApp(b)
			b.SetBytes(size)
			var sink countingSink
			for b.Loop() {
				sink = countingSink{}
				line := workers.Line{Sources: sources(b.TempDir()), Sink: &sink, Explain: a.catalog.For(explain.Reader{Lang: schema.Dutch, Zone: time.UTC})}
				if _, err := line.Run(b.Context(), open(b, file)); err != nil {
					b.Fatal(err)
				}
			}
			report(b, sink.rows)
			b.ReportMetric(float64(sink.fields)/b.Elapsed().Seconds()*float64(b.N), "fields/s")
		})
	}
}

// BenchmarkRun is the whole program in a process of its own, files to bundle.
func BenchmarkRun(b *testing.B) {
	program := filepath.Join(b.TempDir(), "inzage")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	person := filepath.Join(b.TempDir(), "person.yaml")
	if err := os.WriteFile(person, []byte("upns: [niemand@waterlandaanzee.example]\n"), 0o600); err != nil {
		b.Fatal(err)
	}
	for _, format := range []corpus.Format{corpus.NDJSON, corpus.AdminExport} {
		b.Run(string(format), func(b *testing.B) {
			file, size := benchCorpus(b, format)
			b.SetBytes(size)
			var peak int64
			for b.Loop() {
				c := exec.Command(program, "run", "--subject", person, "--received", "2026-11-02", "--in", file, "--out", b.TempDir(), "--force")
				c.Stderr = os.Stderr
				if err := c.Run(); err != nil && c.ProcessState.ExitCode() != exitIncomplete {
					b.Fatal(err)
				}
				if usage, ok := c.ProcessState.SysUsage().(*syscall.Rusage); ok {
					peak = max(peak, usage.Maxrss)
				}
			}
			b.ReportMetric(float64(peak)/1024, "peak-MiB")
		})
	}
}

func benchApp(b *testing.B) *app {
	b.Helper()
	return testApp(b, schema.Dutch)
}

func open(b *testing.B, file string) *inputs.Set {
	b.Helper()
	set, err := inputs.Open(context.Background(), []string{file}, inputs.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = set.Close() })
	return set
}

func report(b *testing.B, rows int64) {
	b.Helper()
	b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
