package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"inzage/queue/embedded"
	"inzage/queue/queuetest"
	"inzage/schema"
)

// A hundred thousand requests in the folder: the program that is handed out starts
// on it, answers /readyz, and says how long that took and what memory it holds then.
// Figures, and no limit on them: they depend on what else the machine does.
func TestStartLarge(t *testing.T) {
	t.Parallel()
	if os.Getenv("INZAGE_LONG") == "" {
		t.Skip("INZAGE_LONG is not set: a hundred thousand requests are for make long")
	}
	const requests = 100_000
	program := filepath.Join(buildProgram(t), "inzage")
	data := filepath.Join(t.TempDir(), "data")
	address := regexp.MustCompile(`"address":"([^"]+)"`)
	second := time.NewTicker(time.Second)
	defer second.Stop()
	// start is from the first instruction of the program until /readyz says ok.
	start := func(what string) {
		t.Helper()
		cmd, log := exec.CommandContext(t.Context(), program, "serve", "--data", data, "--listen", "127.0.0.1:0", "--metrics", "127.0.0.1:0"), new(transcript) //nolint:gosec // built here
		cmd.Stderr = log
		begun := time.Now()
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		queuetest.Eventually(t, "it is ready", func() bool {
			log.mu.Lock()
			found := address.FindStringSubmatch(log.text.String())
			log.mu.Unlock()
			return found != nil && page(t.Context(), "http://"+found[1]+"/readyz") == "ok\n"
		})
		took := time.Since(begun)
		queuetest.Eventually(t, "the whole ledger was read", func() bool { return log.has("ledger verified") })
		verified := time.Since(begun)
		at := "http://" + regexp.MustCompile(`"metrics":"([^"]+)"`).FindStringSubmatch(log.text.String())[1] //nolint:gosec // of the program itself
		var rest string
		for line := range strings.Lines(page(t.Context(), at+"/metrics")) {
			if strings.HasPrefix(line, `inzage_requests{state="verified"}`) {
				rest = strings.TrimSpace(line)
			}
		}
		most := resident(t, cmd.Process.Pid)
		least := most
		for range 20 { // what reading it all took is given back bit by bit
			<-second.C
			least = min(least, resident(t, cmd.Process.Pid))
		}
		t.Logf("%s: ready after %v, the ledger verified after %v; %d MB resident then, %d MB within 20 seconds; %s", what, took, verified, most, least, rest)
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("it ends with %v: %s", err, log.text.String())
		}
	}
	start("an empty folder")
	server, err := embedded.Start(t.Context(), embedded.Options{Folder: data})
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	today := schema.CivilDate(time.Now(), time.UTC)
	queuetest.Fill(t, server.Access(), requests, func(int) schema.Date { return today })
	server.Close()
	start("no snapshot yet")
	start("from the snapshot")
}

// resident is the memory that a process holds, in MB.
func resident(t *testing.T, pid int) int {
	t.Helper()
	status, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "status"))
	if err != nil {
		t.Skip("no /proc here, so the memory of a process is not known")
	}
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	kb, err := strconv.Atoi(strings.Fields(rest)[0])
	if err != nil {
		t.Fatal(err)
	}
	return kb / 1000
}
