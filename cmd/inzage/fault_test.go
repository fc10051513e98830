package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

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
	service, log := start("en")
	queuetest.Eventually(t, "the service is ready", func() bool { return log.has(`"ready"`) })
	wants(0, "en", "was taken in", request("2026-1")...)
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
	t.Cleanup(q.Close)
	built := func(number string) { // asked here: a command takes long to start
		t.Helper()
		queuetest.Eventually(t, number+" is built", func() bool {
			reg, err := q.OpenRegister(t.Context())
			if err != nil {
				return false
			}
			r, ok := reg.Case(number)
			return ok && r.State == schema.StateReview
		})
	}
	built("2026-1")
	intruder := queuetest.Intrude(t, access)
	var id schema.RequestID
	for name := range intruder.Entries() {
		id = name
	}
	due := "inzage.due.fetch.a." + string(id)
	intruder.Publish(due+".2", "", "Inzage-Version", "1", "Inzage-Try", "first")
	intruder.Publish(due+".3", "", "Inzage-Version", "99")
	for _, code := range []schema.Code{schema.CodeDamagedJob, schema.CodeNewerVersion} {
		queuetest.Eventually(t, "the log has "+string(code), func() bool { return log.has("job put aside", string(code)) })
	}
	wants(0, "en", "was taken in", request("2026-2")...) // they hold up nothing
	built("2026-2")
	if jobs := intruder.Jobs(); jobs < 2 {
		t.Errorf("%d messages wait, want the two that were put aside among them", jobs)
	}

	// A ledger that takes nothing more, and then does.
	undo := intruder.FillLedger()
	wants(exitFailed, "en", "There is no room left to store anything.", request("2026-3")...)
	wants(exitFailed, "nl", "Er is geen ruimte meer om iets op te slaan.", request("2026-3")...)
	undo()
	wants(0, "en", "was taken in", request("2026-3")...)
	built("2026-3")

	// What a newer version wrote is left alone, by commands and by the next start.
	next := strconv.Itoa(intruder.Entries()[id] + 1)
	intruder.Publish("inzage.led."+string(id)+"."+next+".entry.to-come", "", "Inzage-Version", "2")
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
