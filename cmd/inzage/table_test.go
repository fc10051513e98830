package main

import (
	"bufio"
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"inzage/testdata/corpus"
)

// cost is what one run of a program took.
type cost struct {
	wall, cpu time.Duration
	peak      float64 // MiB
}

// contest holds one program against another, run by run. Each measure is a row of
// the table.
type contest struct {
	one, other func() cost
	rows       []measure
}

type measure struct {
	name string
	of   func(cost) float64
}

func wall(c cost) float64 { return c.wall.Seconds() }
func cpu(c cost) float64  { return c.cpu.Seconds() }
func peak(c cost) float64 { return c.peak }

// TestBenchTable prints the table of `make bench`. Each row is a ratio: the two
// programs run one after the other, so that a machine which others use is unfair to
// both, and the median of the ratios is shown with the medians of both.
func TestBenchTable(t *testing.T) {
	if os.Getenv("INZAGE_BENCH") == "" {
		t.Skip("a benchmark: make bench")
	}
	dir := t.TempDir()
	program := filepath.Join(dir, "inzage")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	person := filepath.Join(dir, "person.yaml")
	if err := os.WriteFile(person, []byte("upns: [niemand@waterlandaanzee.example]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	size := benchSize(t, "INZAGE_BENCH_MB", 200) << 20
	large, small := benchEvents(t, filepath.Join(dir, "large.ndjson"), size), benchEvents(t, filepath.Join(dir, "small.ndjson"), size/10)
	event := benchEvents(t, filepath.Join(dir, "event.ndjson"), 1)
	bundleOf := func(file string, env ...string) func() cost {
		return func() cost {
			return took(t, env, program, "run", "--subject", person, "--received", "2026-11-02", "--in", file, "--out", filepath.Join(dir, "out"), "--force")
		}
	}
	ours := bundleOf(large)
	list := []contest{
		{bundleOf(large, "GOMAXPROCS=1"), ours, []measure{{"one core / all: time", wall}, {"one core / all: memory", peak}}},
		{ours, bundleOf(small), []measure{{"this size / a tenth: time", wall}, {"this size / a tenth: memory", peak}}},
		{func() cost { return took(t, nil, program, "explain", event) }, func() cost { return cost{wall: 200 * time.Millisecond} }, []measure{{"one event explained, cold / 200 ms", wall}}},
	}
	if python := peerPython(t); python != "" {
		peer := func() cost {
			return took(t, nil, python, filepath.Join("..", "..", "testdata", "bench", "peer.py"), large, filepath.Join(dir, "peer.zip"))
		}
		list = append(list, contest{peer, ours, []measure{{"Python with XlsxWriter / inzage: time", wall}, {"Python with XlsxWriter / inzage: processor", cpu}}})
	}
	fmt.Printf("%-44s%9s%9s%9s%9s%9s\n", fmt.Sprintf("%d MB of viewer events", size>>20), "ratio", "lowest", "highest", "first", "second")
	for _, c := range list {
		var ones, others []cost
		for range benchSize(t, "INZAGE_BENCH_RUNS", 5) {
			ones, others = append(ones, c.one()), append(others, c.other())
		}
		for _, m := range c.rows {
			var ratios, first, second []float64
			for i := range ones {
				one, other := m.of(ones[i]), m.of(others[i])
				ratios, first, second = append(ratios, one/other), append(first, one), append(second, other)
			}
			fmt.Printf("%-44s%9.2f%9.2f%9.2f%9.2f%9.2f\n", m.name, median(ratios), slices.Min(ratios), slices.Max(ratios), median(first), median(second))
		}
	}
	fmt.Printf("seconds, or MiB; load of the machine at the end: %s\n", load())
}

func median(list []float64) float64 {
	slices.Sort(list)
	return list[len(list)/2]
}

func load() string {
	b, _ := os.ReadFile("/proc/loadavg")
	first, _, _ := strings.Cut(string(b), " ")
	return cmp.Or(first, "unknown")
}

func benchSize(t *testing.T, name string, usual int64) int64 {
	t.Helper()
	v := os.Getenv(name)
	if v == "" {
		return usual
	}
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil || n < 1 {
		t.Fatalf("%s is no size", name)
	}
	return n
}

// peerPython finds a Python with XlsxWriter: Debian's, beside another in the path.
func peerPython(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"/usr/bin/python3", "python3"} {
		if exec.Command(name, "-c", "import xlsxwriter").Run() == nil {
			return name
		}
	}
	fmt.Println("no Python with XlsxWriter here (Debian: python3-xlsxwriter): its rows are left out")
	return ""
}

// benchEvents writes a seeded dump.
func benchEvents(t *testing.T, file string, size int64) string {
	t.Helper()
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	w := bufio.NewWriterSize(f, 1<<20)
	if err := corpus.Write(w, 1, size, corpus.NDJSON); err != nil {
		t.Fatal(err)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return file
}

// took runs a program and says what it cost.
func took(t *testing.T, env []string, name string, args ...string) cost {
	t.Helper()
	c := exec.CommandContext(t.Context(), name, args...)
	c.Env = append(os.Environ(), env...)
	start := time.Now()
	if out, err := c.CombinedOutput(); err != nil && c.ProcessState.ExitCode() != exitIncomplete {
		t.Fatalf("%s: %v\n%s", filepath.Base(name), err, out)
	}
	took := cost{wall: time.Since(start), cpu: c.ProcessState.UserTime() + c.ProcessState.SystemTime()}
	if usage, ok := c.ProcessState.SysUsage().(*syscall.Rusage); ok {
		took.peak = float64(usage.Maxrss) / 1024
	}
	return took
}
