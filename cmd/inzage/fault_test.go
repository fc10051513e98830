package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"inzage/queue"
	"inzage/queue/queuetest"
	"inzage/schema"
)

// Jobs that cannot be read or are of a newer version, a stream that is full, and
// a ledger that a newer version wrote to: the service and its commands say so in
// both languages, and nothing is lost.
func TestServiceTellsWhatIsWrong(t *testing.T) {
	t.Parallel()
	program := filepath.Join(buildProgram(t), "inzage")
	folder := t.TempDir()
	data := filepath.Join(folder, "data")
	start := func(lang string) (*exec.Cmd, *transcript) {
		t.Helper()
		cmd, log := exec.CommandContext(t.Context(), program, "serve", "--data", data, "--listen", "", "--lang", lang), new(transcript) //nolint:gosec // built here
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
	says := func(lang string, args ...string) (string, int) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), program, append(args, "--data", data, "--lang", lang)...) //nolint:gosec // built here
		out, _ := cmd.CombinedOutput()
		return string(out), cmd.ProcessState.ExitCode()
	}
	wants := func(code int, lang, words string, args ...string) {
		t.Helper()
		if out, exit := says(lang, args...); exit != code || !strings.Contains(out, words) {
			t.Errorf("%s ends with %d and %q, want %d and %q", args, exit, out, code, words)
		}
	}
	person := filepath.Join(folder, "person.yaml")
	if err := os.WriteFile(person, []byte("object_id: 9f3c1c6e-6f5e-4c0a-9d55-0a1b2c3d4e5f\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	export := filepath.Join(folder, "in", "1005")
	if err := os.MkdirAll(export, 0o700); err != nil {
		t.Fatal(err)
	}
	record := `[{"time":"2026-10-01T08:00:00Z","properties":{"AppName":"Word","Action":"FileSaved"}}]`
	if err := os.WriteFile(filepath.Join(export, "ProductAndServiceUsage.json"), []byte(record), 0o600); err != nil {
		t.Fatal(err)
	}
	request := func(number string) []string {
		return []string{
			"request", "new", "--subject", person, "--received", "2026-11-02", "--channel", "letter", "--case", number,
			"--identity", "known-at-work", "--in", filepath.Dir(export),
		}
	}
	built := func(number string) {
		t.Helper()
		queuetest.Eventually(t, number+" is built", func() bool {
			out, _ := says("en", "request", "show", number, "--json")
			return strings.Contains(out, `"state":"review"`)
		})
	}

	service, log := start("en")
	queuetest.Eventually(t, "the service is ready", func() bool { return log.has(`"ready"`) })
	wants(0, "en", "was taken in", request("2026-1")...)
	built("2026-1")
	js := raw(t, data)
	var id schema.RequestID
	for name := range ledgers(t, js) {
		id = name
	}
	job := func(n int, header, value string) {
		t.Helper()
		msg := nats.NewMsg(fmt.Sprintf("inzage.due.fetch.a.%s.%d", id, n))
		msg.Header.Set("Inzage-Version", "1")
		msg.Header.Set(header, value)
		if _, err := js.PublishMsg(t.Context(), msg); err != nil {
			t.Fatal(err)
		}
	}
	job(2, "Inzage-Try", "first")
	job(3, "Inzage-Version", "99")
	for _, code := range []schema.Code{schema.CodeDamagedJob, schema.CodeNewerVersion} {
		queuetest.Eventually(t, "the log has "+string(code), func() bool { return log.has("job put aside", string(code)) })
	}
	wants(0, "en", "was taken in", request("2026-2")...) // they hold up nothing
	built("2026-2")
	if jobs := stream(t, js, "JOBS"); jobs.CachedInfo().State.Msgs < 2 {
		t.Errorf("%d messages wait, want the two that were put aside among them", jobs.CachedInfo().State.Msgs)
	}

	// A ledger that takes nothing more, and then does.
	cfg := stream(t, js, "LEDGER").CachedInfo().Config
	room := cfg.MaxBytes
	cfg.MaxBytes = int64(stream(t, js, "LEDGER").CachedInfo().State.Bytes) //nolint:gosec // a size on a disk
	if _, err := js.UpdateStream(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	wants(exitFailed, "en", "There is no room left to store anything.", request("2026-3")...)
	wants(exitFailed, "nl", "Er is geen ruimte meer om iets op te slaan.", request("2026-3")...)
	cfg.MaxBytes = room
	if _, err := js.UpdateStream(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	wants(0, "en", "was taken in", request("2026-3")...)
	built("2026-3")

	// What a newer version wrote is left alone, by commands and by the next start.
	last := ledgers(t, js)[id]
	entry := nats.NewMsg(fmt.Sprintf("inzage.led.%s.%d.entry.to-come", id, last+1))
	entry.Header.Set("Inzage-Version", "2")
	if _, err := js.PublishMsg(t.Context(), entry); err != nil {
		t.Fatal(err)
	}
	wants(exitFailed, "en", "Update this program.", "ledger", "verify")
	wants(exitFailed, "nl", "Werk dit programma bij.", "request", "show", string(id))
	if err := service.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	_ = service.Wait()
	older, log := start("nl")
	if err := older.Wait(); err == nil || !log.has("Werk dit programma bij.") {
		t.Errorf("a service of an older version ends with %v", err)
	}
}

// raw is the ledger's account of the service on a folder, without what the queue
// sees to.
func raw(t *testing.T, data string) jetstream.JetStream {
	t.Helper()
	access, err := queue.ReadDoor(data)
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	return queuetest.Raw(t, access)
}

func stream(t *testing.T, js jetstream.JetStream, name string) jetstream.Stream {
	t.Helper()
	s, err := js.Stream(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// ledgers is the number of the last entry of each request.
func ledgers(t *testing.T, js jetstream.JetStream) map[schema.RequestID]int {
	t.Helper()
	info, err := stream(t, js, "LEDGER").Info(t.Context(), jetstream.WithSubjectFilter("inzage.led.>"))
	if err != nil {
		t.Fatal(err)
	}
	last := make(map[schema.RequestID]int)
	for subject := range info.State.Subjects {
		words := strings.Split(subject, ".")
		last[schema.RequestID(words[2])]++
	}
	return last
}
