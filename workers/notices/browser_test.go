package notices_test

import (
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"inzage/schema"
	"inzage/workers/notices"
)

// TestMailInABrowser looks at the page of an e-mail as the pages of a bundle are
// looked at: nothing that axe-core calls a violation, readable at 400 % and with
// the keyboard, and nothing asked of the network.
func TestMailInABrowser(t *testing.T) {
	t.Parallel()
	_, err := os.Stat("../../.ci/browser/node_modules/axe-core")
	var chromium string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if err == nil && chromium == "" {
			chromium, _ = exec.LookPath(name)
		}
	}
	if err == nil && chromium == "" {
		err = exec.ErrNotFound
	}
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("CI must have chromium and axe-core (make viewers):", err)
		}
		t.Skip("not installed, so not tested here (make viewers):", err)
	}
	args := []string{"../../.ci/browser/look.mjs", chromium, ""}
	for _, lang := range []schema.Lang{schema.Dutch, schema.English} {
		box := &inbox{}
		m := notices.Mail{
			Server: box.start(t), Plain: true, From: "inzage@gemeente.example", To: []string{"fg@gemeente.example"},
			Link: "https://inzage.gemeente.example/cases/{case}", Words: words(t, lang), Day: day,
		}
		if err := m.Send(t.Context(), notice(t, schema.ReminderOverdue)); err != nil {
			t.Fatal(err)
		}
		page := filepath.Join(t.ArtifactDir(), string(lang)+"-mail.html")
		if err := os.WriteFile(page, htmlPart(t, box.mails[0]), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, page)
	}
	cmd := exec.CommandContext(t.Context(), "node", args...)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		t.Error(strings.TrimSpace(line))
	}
}

func htmlPart(t *testing.T, text string) []byte {
	t.Helper()
	msg, err := mail.ReadMessage(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	_, params, err := mime.ParseMediaType(msg.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	for parts := multipart.NewReader(msg.Body, params["boundary"]); ; {
		part, err := parts.NextRawPart()
		if err != nil {
			t.Fatal("no page in the mail:", err)
		}
		if !strings.HasPrefix(part.Header.Get("Content-Type"), "text/html") {
			continue
		}
		page, err := io.ReadAll(quotedprintable.NewReader(part))
		if err != nil {
			t.Fatal(err)
		}
		return page
	}
}
