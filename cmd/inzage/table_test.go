package main

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// cost is what one run of a program took.
type cost struct {
	wall, cpu time.Duration
	peak      float64 // MiB
}

// programs are what a round runs, in order.
type programs struct {
	names []string
	run   map[string]func() cost
}

func (p *programs) add(name string, run func() cost) {
	if p.run == nil {
		p.run = make(map[string]func() cost)
	}
	p.names = append(p.names, name)
	p.run[name] = run
}

// tableRow holds one program against another, or against a number of seconds or
// MiB, and says what the ratio must be.
type tableRow struct {
	name       string
	one, other string
	fixed      float64 // where other is empty
	of         func(cost) float64
	goal       string
}

func wall(c cost) float64 { return c.wall.Seconds() }
func cpu(c cost) float64  { return c.cpu.Seconds() }
func peak(c cost) float64 { return c.peak }

// tableRows is the table of `make bench`. The goals are those of the first design;
// docs/benchmarks.md says which are reached.
func tableRows() []tableRow {
	return []tableRow{
		{"Python XlsxWriter / inzage: time", "python", "inzage", 0, wall, "≥ 25"},
		{"Python XlsxWriter / inzage: processor", "python", "inzage", 0, cpu, ""},
		{"Node exceljs / inzage: time", "node", "inzage", 0, wall, "≥ 15"},
		{"Node exceljs / inzage: processor", "node", "inzage", 0, cpu, ""},
		{"bundle with plain excelize / inzage: time", "plain", "inzage", 0, wall, "≥ 4"},
		{"bundle with plain excelize / inzage: proc.", "plain", "inzage", 0, cpu, ""},
		{"inzage / bundle fed from memory: time", "inzage", "writer", 0, wall, "≤ 2"},
		{"inzage / encoder of rows alone: time", "inzage", "rows", 0, wall, ""},
		{"our workbook / libxlsxwriter: time", "cells", "libxlsxwriter", 0, wall, "≤ 0.2"},
		{"one core / all: time", "one core", "inzage", 0, wall, ""},
		{"this size / a tenth: time", "inzage", "tenth", 0, wall, ""},
		{"this size / a tenth: memory", "inzage", "tenth", 0, peak, ""},
		{"peak memory / 256 MiB", "inzage", "", 256, peak, "≤ 1"},
		{"one event explained, cold / 200 ms", "explain", "", 0.2, wall, "≤ 1"},
		{"catalog ten times as large / as it is", "lookup 10×", "lookup", 0, wall, "≤ 1.1"},
		{"demo case filed to bundle ready / 2 s", "filed", "", 2, wall, "≤ 1"},
		{"one worker / two, a core each: time", "one worker, a core", "two workers, a core", 0, wall, "≥ 1.8"},
		{"one worker / two, all cores: time", "one worker", "two workers", 0, wall, ""},
	}
}

// TestBenchTable prints the table of `make bench`. Each row is a ratio. A round runs
// every program once, one after the other, so that a machine which others use is
// unfair to all; the median of the rounds' ratios is shown with the medians of both.
func TestBenchTable(t *testing.T) {
	if os.Getenv("INZAGE_BENCH") == "" {
		t.Skip("a benchmark: make bench")
	}
	rounds, megabytes := benchSize(t, "INZAGE_BENCH_RUNS", 5), benchSize(t, "INZAGE_BENCH_MB", 50)
	b := newBench(t, megabytes<<20)
	all := b.programs()
	only := strings.FieldsFunc(os.Getenv("INZAGE_BENCH_ROWS"), func(r rune) bool { return r == ',' })
	rows := slices.DeleteFunc(tableRows(), func(r tableRow) bool {
		return len(only) > 0 && !slices.ContainsFunc(only, func(s string) bool { return strings.Contains(r.name, s) })
	})
	needed := func(name string) bool {
		return slices.ContainsFunc(rows, func(r tableRow) bool { return r.one == name || r.other == name })
	}
	took := make(map[string][]cost)
	for n := range rounds {
		fmt.Printf("round %d of %d, load %s", n+1, rounds, load())
		for _, name := range all.names {
			if !needed(name) {
				continue
			}
			c := all.run[name]()
			fmt.Printf(" · %s %.2f", name, c.wall.Seconds())
			took[name] = append(took[name], c)
		}
		fmt.Println()
	}
	fmt.Printf("\n%-44s%8s%9s%9s%9s%9s%9s\n", fmt.Sprintf("%d MB of viewer events", megabytes), "goal", "ratio", "lowest", "highest", "first", "second")
	for _, r := range rows {
		printRow(r, took)
	}
	fmt.Printf("seconds, or MiB; load of the machine at the end: %s\n", load())
	if large := benchSize(t, "INZAGE_BENCH_LARGE_MB", 0); large > 0 {
		b.large(large<<20, took["inzage"])
	}
}

func printRow(r tableRow, took map[string][]cost) {
	var ratios, first, second []float64
	for i, c := range took[r.one] {
		other := r.fixed
		if r.other != "" {
			if i >= len(took[r.other]) {
				break
			}
			other = r.of(took[r.other][i])
		}
		ratios, first, second = append(ratios, r.of(c)/other), append(first, r.of(c)), append(second, other)
	}
	if len(ratios) == 0 {
		fmt.Printf("%-44s%8s%9s\n", r.name, r.goal, "not here")
		return
	}
	fmt.Printf("%-44s%8s%9.2f%9.2f%9.2f%9.3f%9.3f\n", r.name, r.goal, median(ratios), slices.Min(ratios), slices.Max(ratios), median(first), median(second))
}

// median sorts a copy.
func median(list []float64) float64 {
	list = slices.Sorted(slices.Values(list))
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
