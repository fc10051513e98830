package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"inzage/queue/queuetest"
)

// services are the rows of the service: how soon the demo case is built after it was
// filed, and what a second worker adds.
func (b *bench) services(p *programs) {
	p.add("filed", b.filed)
	p.add("one worker", func() cost { return b.workers(1) })
	p.add("two workers", func() cost { return b.workers(2) })
	// What another machine adds shows where no worker uses more than a core of this one.
	p.add("one worker, a core", func() cost { return b.workers(1, "GOMAXPROCS=1") })
	p.add("two workers, a core", func() cost { return b.workers(2, "GOMAXPROCS=1") })
}

// start runs the program until the end of the benchmark, or until it is stopped.
func (b *bench) start(env []string, args ...string) (log *transcript, stop func()) {
	log = new(transcript)
	c := exec.CommandContext(b.Context(), b.program, args...)
	c.Env = append(os.Environ(), env...)
	c.Stderr = log
	if err := c.Start(); err != nil {
		b.Fatal(err)
	}
	return log, func() {
		_ = c.Process.Signal(os.Interrupt)
		_ = c.Wait()
	}
}

// filed is from the moment that the demo case was filed, with its files, until its
// bundle is ready.
func (b *bench) filed() cost {
	data := b.empty("serve")
	log, stop := b.start(nil, "serve", "--data", data, "--listen", "")
	defer stop()
	queuetest.Eventually(b, "the service is ready", func() bool { return log.has(`"ready"`) })
	demo := filepath.Join("..", "..", "testdata", "demo")
	b.command(b.program, "request", "new", "--data", data, "--subject", filepath.Join(demo, "person.yaml"), "--received", "2026-11-02",
		"--channel", "letter", "--case", "2026-1", "--identity", "known-at-work", "--in", filepath.Join(demo, "input"))
	begun := time.Now()
	queuetest.Eventually(b, "the demo case is built", func() bool { return log.count("job ends", `"job":"build"`) > 0 })
	return cost{wall: time.Since(begun)}
}

// workers is how long so many workers take to build the requests that wait: a mix of
// small and large ones, INZAGE_BENCH_REQUESTS (20) of them.
func (b *bench) workers(n int, env ...string) (c cost) {
	b.Run(fmt.Sprint("workers ", n), func(t *testing.T) { // the cluster ends with it
		within := *b
		within.T = t
		c = within.work(n, env)
	})
	return c
}

func (b *bench) work(n int, env []string) cost {
	requests := int(benchSize(b.T, "INZAGE_BENCH_REQUESTS", 20))
	cluster := queuetest.ServeRoles(b.T)
	reach := func(roles ...string) []string {
		args := []string{"--nats", cluster.URL, "--key-file", filepath.Join(cluster.Folder, "key")}
		for _, r := range roles {
			args = append(args, "--role", filepath.Join(cluster.Folder, "roles", r))
		}
		return args
	}
	queuetest.Eventually(b, "the cluster is prepared", func() bool {
		return exec.CommandContext(b.Context(), b.program, append([]string{"cluster", "prepare"}, reach("setup")...)...).Run() == nil
	})
	clock, stop := b.start(nil, append([]string{"serve", "--listen", ""}, reach("clock", "notify")...)...)
	defer stop()
	queuetest.Eventually(b, "the clock is ready", func() bool { return clock.has(`"ready"`) })
	for i := range requests {
		dump := b.events(fmt.Sprintf("request-%d.ndjson", i%4), []int64{50_000, 200_000, 1 << 20, 4 << 20}[i%4])
		b.command(b.program, append([]string{
			"request", "new", "--subject", b.person, "--received", "2026-11-02", "--channel", "letter",
			"--case", fmt.Sprintf("2026-%04d", i), "--identity", "known-at-work", "--in", dump,
		}, reach("desk")...)...)
	}
	begun := time.Now()
	logs := make([]*transcript, n)
	for i := range logs {
		log, stop := b.start(env, append([]string{"work", "--listen", "", "--temp", b.empty(fmt.Sprint("work", i))}, reach("fetch", "build")...)...)
		defer stop()
		logs[i] = log
	}
	queuetest.Eventually(b, "all requests are built", func() bool {
		built := 0
		for _, log := range logs {
			built += log.count("job ends", `"job":"build"`)
		}
		return built >= requests
	})
	return cost{wall: time.Since(begun)}
}

// count is how many lines hold all of the words.
func (s *transcript) count(words ...string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for line := range strings.Lines(s.text.String()) {
		all := true
		for _, word := range words {
			all = all && strings.Contains(line, word)
		}
		if all {
			n++
		}
	}
	return n
}
