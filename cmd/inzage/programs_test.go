package main

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"inzage/testdata/corpus"
)

// bench builds and runs the programs of the table.
type bench struct {
	*testing.T
	dir, program, variants, person string
	dump                           string // of the size that is asked for
	size                           int64
}

func newBench(t *testing.T, size int64) *bench {
	t.Helper()
	dir := t.TempDir()
	b := &bench{T: t, dir: dir, program: filepath.Join(buildProgram(t), "inzage"), variants: filepath.Join(dir, "bundle.test"), person: filepath.Join(dir, "person.yaml"), size: size}
	b.command("go", "test", "-c", "-o", b.variants, "../../explain/bundle")
	if err := os.WriteFile(b.person, []byte("upns: [niemand@waterlandaanzee.example]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	b.dump = b.events("dump.ndjson", size)
	return b
}

// programs are all that can run here. A program whose parts are missing is told of
// and left out.
func (b *bench) programs() *programs {
	var p programs
	p.add("inzage", b.inzage(b.dump))
	if python := b.python(); python != "" {
		p.add("python", func() cost {
			return b.took(nil, python, b.peer("peer.py"), b.words(), b.dump, filepath.Join(b.dir, "peer.zip"))
		})
	}
	if modules := b.node(); modules != "" {
		p.add("node", func() cost {
			return b.took([]string{"NODE_PATH=" + modules}, "node", b.peer("peer.js"), b.words(), b.dump, b.empty("node"))
		})
	}
	p.add("plain", b.variant("plain", b.dump))
	p.add("writer", b.variant("writer", b.dump))
	p.add("rows", b.variant("rows", b.dump))
	if c := b.compiled(); c != "" {
		p.add("libxlsxwriter", func() cost { return b.took(nil, c, b.cells(), filepath.Join(b.empty("c"), "cells.xlsx")) })
		p.add("cells", func() cost { return b.variant("cells", b.cells())() })
	}
	p.add("one core", b.inzage(b.dump, "GOMAXPROCS=1"))
	p.add("tenth", b.inzage(b.events("tenth.ndjson", b.size/10)))
	event := b.events("event.ndjson", 1)
	p.add("explain", func() cost { return b.took(nil, b.program, "explain", event) })
	b.lookups(&p)
	b.services(&p)
	return &p
}

func (b *bench) inzage(dump string, env ...string) func() cost {
	return func() cost {
		return b.took(env, b.program, "run", "--subject", b.person, "--received", "2026-11-02", "--in", dump, "--out", filepath.Join(b.dir, "out"), "--force")
	}
}

// variant is one of those in explain/bundle.
func (b *bench) variant(name, in string) func() cost {
	return func() cost {
		env := []string{"INZAGE_VARIANT=" + name, "INZAGE_VARIANT_IN=" + in, "INZAGE_VARIANT_OUT=" + b.empty(name)}
		return b.took(env, b.variants, "-test.run", "^TestVariants$", "-test.v")
	}
}

// lookups are BenchmarkExplain with the catalog as it is and ten times as large.
func (b *bench) lookups(p *programs) {
	const record = "viewer, 52 fields"
	binary := filepath.Join(b.dir, "explain.test")
	b.command("go", "test", "-c", "-o", binary, "../../explain")
	best := regexp.MustCompile(`([0-9.]+) best-ns/op`)
	run := func(name string) func() cost {
		return func() cost {
			c := exec.CommandContext(b.Context(), binary, "-test.run", "^$", "-test.bench", "^BenchmarkExplain$/^"+name+"$", "-test.benchtime", "500ms", "-test.cpu", "1")
			c.Dir = filepath.Join("..", "..", "explain")
			out, err := c.CombinedOutput()
			found := best.FindSubmatch(out)
			if err != nil || found == nil {
				b.Fatalf("%v: %s", err, out)
			}
			ns, err := strconv.ParseFloat(string(found[1]), 64)
			if err != nil {
				b.Fatal(err)
			}
			return cost{wall: time.Duration(ns)}
		}
	}
	p.add("lookup", run(strings.ReplaceAll(record, " ", "_")))
	p.add("lookup 10×", run(strings.ReplaceAll(record+", catalog 10×", " ", "_")))
}

// large runs a dump that is much larger once, and verifies the bundle.
func (b *bench) large(size int64, usual []cost) {
	dump := b.events("large.ndjson", size)
	c := b.inzage(dump)()
	b.command(b.program, "verify", filepath.Join(b.dir, "out", "2026-11-02.zip"))
	fmt.Printf("\n%d MB: %.1f s, %.1f MB/s, peak %.0f MiB, bundle verified", size>>20, c.wall.Seconds(), float64(size)/1e6/c.wall.Seconds(), c.peak)
	if len(usual) > 0 {
		var walls, peaks []float64
		for _, u := range usual {
			walls, peaks = append(walls, u.wall.Seconds()), append(peaks, u.peak)
		}
		fmt.Printf("; of %d MB: MB/s %.2f times, memory %.2f times", b.size>>20,
			float64(size)/c.wall.Seconds()/(float64(b.size)/median(walls)), c.peak/median(peaks))
	}
	fmt.Println()
}

// python finds a Python with XlsxWriter: Debian's, beside another in the path.
func (b *bench) python() string {
	for _, name := range []string{"/usr/bin/python3", "python3"} {
		if exec.CommandContext(b.Context(), name, "-c", "import xlsxwriter").Run() == nil {
			return name
		}
	}
	fmt.Println("no Python with XlsxWriter here (.ci/peers)")
	return ""
}

// node finds exceljs.
func (b *bench) node() (modules string) {
	modules, err := filepath.Abs(filepath.Join("..", "..", ".ci", "exceljs", "node_modules"))
	if err == nil {
		_, err = os.Stat(filepath.Join(modules, "exceljs"))
	}
	if _, e := exec.LookPath("node"); err != nil || e != nil {
		fmt.Println("no Node with exceljs here (.ci/peers)")
		return ""
	}
	return modules
}

// compiled builds the program in C.
func (b *bench) compiled() string {
	program := filepath.Join(b.dir, "cells")
	if out, err := exec.CommandContext(b.Context(), "cc", "-O2", "-o", program, b.peer("cells.c"), "-lxlsxwriter").CombinedOutput(); err != nil {
		fmt.Printf("no C compiler with libxlsxwriter here (.ci/peers): %v\n%s", err, out)
		return ""
	}
	return program
}

func (b *bench) peer(name string) string { return filepath.Join("..", "..", "testdata", "bench", name) }

// words are what inzage says of the events and fields of a part of the dump, for the
// peers to say too.
func (b *bench) words() string {
	file := filepath.Join(b.dir, "words.json")
	if _, err := os.Stat(file); err == nil {
		return file
	}
	said := exec.CommandContext(b.Context(), b.program, "explain", "--lang", "nl", "--format", "jsonl", b.events("words.ndjson", min(b.size, 20<<20)))
	out, err := said.StdoutPipe()
	if err == nil {
		err = said.Start()
	}
	if err != nil {
		b.Fatal(err)
	}
	events, fields := make(map[string]map[string]any), make(map[string]map[string]map[string]any)
	for d := json.NewDecoder(out); ; {
		var e map[string]any
		if err := d.Decode(&e); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			b.Fatal(err)
		}
		name, ok := e["event"].(string)
		if !ok || events[name] != nil {
			continue
		}
		facts := make(map[string]map[string]any)
		list, _ := e["fields"].([]any)
		for _, x := range list {
			f, _ := x.(map[string]any)
			path, _ := f["path"].(string)
			for _, key := range []string{"path", "value", "type", "words", "raised", "exposes"} {
				delete(f, key)
			}
			facts[path] = f
		}
		for _, key := range []string{"source", "file", "position", "event", "time", "fields"} {
			delete(e, key)
		}
		for _, key := range []string{"app", "about", "kind"} {
			if e[key] == nil {
				e[key] = ""
			}
		}
		events[name], fields[name] = e, facts
	}
	if err := said.Wait(); err != nil {
		b.Fatal(err)
	}
	text, err := json.Marshal(map[string]any{"events": events, "fields": fields})
	if err == nil {
		err = os.WriteFile(file, text, 0o600)
	}
	if err != nil {
		b.Fatal(err)
	}
	return file
}

// cells are the cells of the timeline of the bundle that inzage made last, 200,000
// rows or so, for who writes a workbook and nothing else.
func (b *bench) cells() string {
	file := filepath.Join(b.dir, "cells.tsv")
	if _, err := os.Stat(file); err == nil {
		return file
	}
	z, err := zip.OpenReader(filepath.Join(b.dir, "out", "2026-11-02.zip"))
	if err != nil {
		b.inzage(b.dump)()
		if z, err = zip.OpenReader(filepath.Join(b.dir, "out", "2026-11-02.zip")); err != nil {
			b.Fatal(err)
		}
	}
	defer func() { _ = z.Close() }()
	in, err := z.Open("machine/timeline.csv")
	if err != nil {
		b.Fatal(err)
	}
	table := csv.NewReader(in)
	table.Comma = ';'
	rows, err := table.ReadAll()
	if err != nil {
		b.Fatal(err)
	}
	var text bytes.Buffer
	tidy := strings.NewReplacer("\t", " ", "\n", " ")
	for n := 0; n < 200_000; {
		for _, r := range rows[1:] {
			for i, c := range r {
				if i == 0 {
					c, _, _ = strings.Cut(c, ".")
					c, _, _ = strings.Cut(c, "+")
				} else {
					text.WriteByte('\t')
				}
				text.WriteString(tidy.Replace(c))
			}
			text.WriteByte('\n')
			n++
		}
	}
	if err := os.WriteFile(file, text.Bytes(), 0o600); err != nil {
		b.Fatal(err)
	}
	return file
}

// empty is a folder with nothing in it.
func (b *bench) empty(name string) string {
	dir := filepath.Join(b.dir, "out-"+name)
	if err := errors.Join(os.RemoveAll(dir), os.Mkdir(dir, 0o700)); err != nil {
		b.Fatal(err)
	}
	return dir
}

// events writes a seeded dump.
func (b *bench) events(name string, size int64) string {
	file := filepath.Join(b.dir, name)
	f, err := os.Create(file)
	if err != nil {
		b.Fatal(err)
	}
	w := bufio.NewWriterSize(f, 1<<20)
	if err := errors.Join(corpus.Write(w, 1, size, corpus.NDJSON), w.Flush(), f.Close()); err != nil {
		b.Fatal(err)
	}
	return file
}

func (b *bench) command(name string, args ...string) {
	if out, err := exec.CommandContext(b.Context(), name, args...).CombinedOutput(); err != nil {
		b.Fatalf("%s: %v\n%s", filepath.Base(name), err, out)
	}
}

// took runs a program and says what it cost. What the program itself says that it
// took goes before the time of the process.
func (b *bench) took(env []string, name string, args ...string) cost {
	c := exec.CommandContext(b.Context(), name, args...)
	c.Env = append(os.Environ(), env...)
	var said bytes.Buffer
	c.Stdout, c.Stderr = &said, &said
	start := time.Now()
	if err := c.Start(); err != nil {
		b.Fatalf("%s: %v", filepath.Base(name), err)
	}
	ended, peak := make(chan struct{}), make(chan float64)
	go func() { peak <- peakOf(c.Process.Pid, ended) }()
	err := c.Wait()
	wall := time.Since(start)
	close(ended)
	out, most := said.Bytes(), <-peak
	if err != nil && (c.ProcessState == nil || c.ProcessState.ExitCode() != exitIncomplete) {
		b.Fatalf("%s: %v\n%s", filepath.Base(name), err, out)
	}
	took := cost{wall: wall, cpu: c.ProcessState.UserTime() + c.ProcessState.SystemTime(), peak: most}
	if _, said, ok := bytes.Cut(out, []byte("took ")); ok {
		s, _, _ := bytes.Cut(said, []byte(" s\n"))
		if seconds, err := strconv.ParseFloat(string(s), 64); err == nil {
			took.wall = time.Duration(seconds * float64(time.Second))
		}
	}
	return took
}

// peakOf watches how much memory a program has at most, in MiB, until it ended.
// What the system says of it after the end (getrusage) counts the memory of the
// test that started it, which it shares until it becomes another program.
func peakOf(pid int, ended <-chan struct{}) (peak float64) {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		if _, after, ok := bytes.Cut(status, []byte("VmHWM:")); err == nil && ok {
			kib, _, _ := bytes.Cut(bytes.TrimSpace(after), []byte(" "))
			if n, err := strconv.ParseFloat(string(kib), 64); err == nil {
				peak = n / 1024
			}
		}
		select {
		case <-ended:
			return peak
		case <-tick.C:
		}
	}
}
