package web

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"inzage/queue/queuetest"
	"inzage/schema"
	"inzage/workers"
)

// TestBrowser is the story in a real browser, in both languages: a request is
// asked in two clicks, prepared by one, released by another, watched by a third
// and taken by who asked, with script off; then, with script, a session comes to its
// end. Each page on the way has nothing that
// axe-core calls a violation, does not scroll sideways at 400 %, and can be used
// with the keyboard alone, in forced colours too. INZAGE_PICTURES names a folder
// for the pictures.
func TestBrowser(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("-short: no browser")
	}
	node := tool(t, "node")
	chromium := tool(t, "chromium", "chromium-browser", "google-chrome")
	if _, err := os.Stat("../../../.ci/browser/node_modules/axe-core"); err != nil {
		missing(t, "axe-core (make viewers)")
	}
	folder, pictures := os.Getenv("INZAGE_PICTURES"), "pictures"
	if folder == "" { // they take a third of the time
		folder, pictures = t.ArtifactDir(), ""
	}
	outlined := workers.Outline{Version: 1, Events: []workers.OutlineEvent{
		{Name: "mail_action · MarkMessageAsRead", Rule: "mail-read", Layer: schema.LayerEvent},
		{Name: "Microsoft.Office.Word.AVeryLongNameOfAnEventThatNobodyExplained.AndItGoesOnAndOnForQuiteAWhile", Layer: schema.LayerNamespace},
		{Name: "Office.Seen.ByOne.Only", Layer: schema.LayerNone},
	}, Shapes: []workers.Shape{
		{Source: "graphexport", Kind: "usage", Layer: schema.LayerEvent, Class: "linked-usage", Fields: map[string]int{"linked-usage": 3, "pseudonymous-identifier": 2}},
		{Source: "dataviewer", Kind: "setup", Layer: schema.LayerNamespace, Class: "unknown", Fields: map[string]int{"unknown": 1}},
	}}
	for _, lang := range []schema.Lang{schema.Dutch, schema.English} {
		t.Run(string(lang), func(t *testing.T) {
			t.Parallel()
			o := open(t)
			o.takesFiles(1 << 20)
			o.answers(stranger, outlined) // so that an event stands in enough answers
			o.answers(both, outlined)
			o.desk.Posture = o.stands
			ctx, stop := context.WithCancel(t.Context())
			done := make(chan struct{})
			go func() {
				defer close(done)
				o.worksAlong(ctx, outlined)
			}()
			clock := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				pass, err := time.ParseDuration(r.FormValue("pass"))
				if err != nil {
					t.Error(err)
				}
				o.ahead.Add(int64(pass))
			}))
			defer clock.Close()
			cmd := exec.CommandContext(t.Context(), node, "../../../.ci/browser/desk.mjs", chromium, folder, o.server.URL, clock.URL, string(lang), "../../../testdata/demo/input/viewer.csv", pictures)
			cmd.WaitDelay = time.Second
			var out, problems bytes.Buffer
			cmd.Stdout, cmd.Stderr = &out, &problems
			err := cmd.Run()
			stop()
			<-done
			for line := range strings.Lines(out.String()) {
				t.Error(strings.TrimSpace(line))
			}
			if err != nil {
				t.Fatal(err, problems.String())
			}
		})
	}
}

// worksAlong does the work of each request that comes in, of which a program
// prepared an extension.
func (o *office) worksAlong(ctx context.Context, outlined workers.Outline) {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		for r := range o.desk.Register.In(schema.StateCollecting) {
			act := schema.Entry{Kind: schema.EntryExtended, Code: "volume", Actor: schema.ClientActor("zaaksysteem")}
			_, err := o.q.Propose(ctx, r.ID, act, []byte("Het gaat om veel gegevens.\nZie zaak Z-2026-0042."))
			if err == nil {
				err = o.outline(ctx, r, outlined)
			}
			if err == nil {
				err = o.work(ctx, r, "bundle")
			}
			if err != nil && ctx.Err() == nil {
				o.t.Error(queuetest.Why(err))
			}
		}
	}
}

func tool(t *testing.T, names ...string) string {
	t.Helper()
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	missing(t, strings.Join(names, ", "))
	return ""
}

// missing skips a test that cannot run here; CI must have everything.
func missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal("CI must have", what)
	}
	t.Skip("not installed, so not tested here:", what)
}
