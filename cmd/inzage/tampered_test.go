package main

import (
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"inzage/queue"
	"inzage/queue/embedded"
	"inzage/queue/queuetest"
	"inzage/schema"
)

// A snapshot of the register that was forged stops no service, is told until
// somebody rebuilds it, and not put right by itself. A ledger that was tampered
// with stops its own request, until that is erased, which is told for ever; all
// others go on.
func TestTamperedStore(t *testing.T) {
	t.Parallel()
	program := filepath.Join(buildProgram(t), "inzage")
	data := filepath.Join(t.TempDir(), "data")
	start := func() (*exec.Cmd, *transcript) {
		t.Helper()
		cmd, log := exec.CommandContext(t.Context(), program, "serve", "--data", data, "--listen", "", "--metrics", "127.0.0.1:0", "--lang", "en"), new(transcript) //nolint:gosec // built here
		cmd.Stderr = log
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		})
		return cmd, log
	}
	stop := func(cmd *exec.Cmd) {
		t.Helper()
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
	}
	wants := func(code int, words string, args ...string) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), program, append(args, "--data", data, "--lang", "en")...) //nolint:gosec // built here
		out, _ := cmd.CombinedOutput()
		if exit := cmd.ProcessState.ExitCode(); exit != code || !strings.Contains(string(out), words) {
			t.Errorf("%s ends with %d and %q, want %d and %q", args, exit, out, code, words)
		}
	}
	service, log := start()
	queuetest.Eventually(t, "the ledger is verified", func() bool { return log.has("ledger verified") })
	r, other := takeIn(t, data, "2026-0001"), takeIn(t, data, "2026-0002")
	stop(service)
	intrude(t, data, "$KV.register.head")

	wants(exitFailed, "Then run inzage ledger rebuild.", "ledger", "verify")
	service, log = start()
	queuetest.Eventually(t, "the service tells it and goes on", func() bool { return log.has("inzage ledger rebuild", "tampered") && log.has("ledger verified") })
	address := regexp.MustCompile(`"metrics":"([^"]+)"`)
	metric := func(name, want string) {
		t.Helper()
		queuetest.Eventually(t, name+" is "+want, func() bool {
			log.mu.Lock()
			found := address.FindStringSubmatch(log.text.String())
			log.mu.Unlock()
			return found != nil && strings.Contains(page(t.Context(), "http://"+found[1]+"/metrics"), "\n"+name+" "+want+"\n")
		})
	}
	metric("inzage_register_doubted", "1")
	wants(exitFailed, "Only what the register remembered", "ledger", "verify")
	wants(0, "Pieces that did not hold: 1", "ledger", "rebuild")
	metric("inzage_register_doubted", "0")
	metric("inzage_requests_damaged", "0")
	wants(0, "2 ledgers checked", "ledger", "verify")

	stop(service)
	intrude(t, data, "inzage.led."+string(r.ID)+".9.entry.viewed")
	wants(exitFailed, "--tampered", "ledger", "verify")
	service, log = start()
	queuetest.Eventually(t, "the service sets the request aside and goes on", func() bool {
		return log.has("nothing is done on these requests", "tampered") && log.has("ledger verified")
	})
	metric("inzage_requests_damaged", "1")
	wants(0, "1 request has a damaged ledger", "request", "list")
	wants(0, `"damaged":true`, "request", "list", "--json")
	wants(0, "its ledger to be restored", "request", "show", r.Case)
	wants(0, "its ledger to be restored", "request", "show", string(r.ID))
	wants(exitFailed, "Warn the administrator", "request", "withdraw", r.Case)
	wants(0, "extended", "request", "extend", other.Case, "--reason", "volume")
	wants(0, "says that it did not verify", "request", "erase", r.Case, "--tampered", "--yes")
	wants(0, "The request was erased since, on record.", "ledger", "verify")
	metric("inzage_requests_damaged", "0")
	stop(service)
	service, log = start()
	queuetest.Eventually(t, "the service starts again, and tells it", func() bool { return log.has(`"settled":true`) && log.has("ledger verified") })
	wants(0, "had been altered by then", "request", "certificate", r.Case)
	stop(service)
}

// takeIn takes in a request at a service that runs.
func takeIn(t *testing.T, data, number string) schema.Request {
	t.Helper()
	access, err := queue.ReadDoor(data)
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	key, err := queue.ReadKey(filepath.Join(data, "key"))
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	q, err := queue.Open(t.Context(), access, queue.Options{Key: key, Bind: true})
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	defer q.Close()
	r, err := q.New(t.Context(), queuetest.Opened(number, "graphexport"), schema.Subject{Name: schema.NewPersonal("Sam Jansen")})
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	return r
}

// intrude writes a message into the store of a service that does not run.
func intrude(t *testing.T, data, subject string) {
	t.Helper()
	server, err := embedded.Start(t.Context(), embedded.Options{Folder: data, Quota: queuetest.Quota})
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	defer server.Close()
	queuetest.Intrude(t, server.Access()).Publish(subject, "noise")
}

// page is what an address answers, nothing where it does not.
func page(ctx context.Context, address string) string {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return ""
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return ""
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return ""
	}
	return string(text)
}
