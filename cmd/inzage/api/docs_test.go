package api

import (
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"testing"

	"inzage/queue"
)

// TestExamples runs what docs/api.md tells people to type.
func TestExamples(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("curl"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("CI must have curl (make viewers):", err)
		}
		t.Skip("not installed, so not tested here (make viewers):", err)
	}
	text, err := os.ReadFile("../../../docs/api.md")
	if err != nil {
		t.Fatal(err)
	}
	examples := regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllSubmatch(text, -1)
	if len(examples) < 6 {
		t.Fatalf("%d examples: does the page still have them?", len(examples))
	}
	h := open(t)
	p := h.program("case-system", queue.Scopes()...)
	for _, example := range examples {
		c := exec.CommandContext(t.Context(), "sh", "-euc", string(example[1])) //nolint:gosec // our own page
		c.Env = append(os.Environ(), "INZAGE="+h.server.URL, "TOKEN="+p.token, "NO_PROXY=127.0.0.1")
		if out, err := c.CombinedOutput(); err != nil {
			t.Errorf("%s\n%s%v", example[1], out, err)
		}
	}
	if a := p.do("GET", "/requests/Z-2026-0042", ""); a.status != http.StatusOK || a.data["state"] != "collecting" || a.data["proposals"] == nil {
		t.Errorf("after all examples: %s", a.body)
	}
}
