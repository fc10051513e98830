package bundle

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"inzage/schema"
)

// tool finds a program that a test runs. Without it the test says so and is
// skipped, except in CI, which must have it.
func tool(t testing.TB, names ...string) string {
	t.Helper()
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	missing(t, strings.Join(names, ", "))
	return ""
}

func missing(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal("CI must have", what)
	}
	t.Skip("not installed, so not tested here:", what)
}

// command is a program that ends with the test.
func command(t testing.TB, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.WaitDelay = time.Second
	return cmd
}

// TestBrowser looks at the pages in a real browser, in both languages: nothing
// that axe-core calls a violation, no request but for the page itself, readable
// at 400 % without scrolling sideways, usable with the keyboard alone, and all
// of that in dark and in forced colours too.
func TestBrowser(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("-short: no browser")
	}
	chromium := tool(t, "chromium", "chromium-browser", "google-chrome")
	node := tool(t, "node")
	if _, err := os.Stat("../../.ci/browser/node_modules/axe-core"); err != nil {
		missing(t, "axe-core (make viewers)")
	}
	dir, pictures := t.ArtifactDir(), ""
	if flag.Lookup("test.artifacts").Value.String() == "true" {
		pictures = dir
	}
	args := []string{"../../.ci/browser/look.mjs", chromium, pictures}
	for _, l := range []schema.Lang{schema.Dutch, schema.English} {
		h := sampleHead(t, l)
		h.PageRows = 12
		w := h.Words
		path, _ := sampleBundle(t, h, 30)
		pages := 0
		for _, f := range members(t, path) {
			if strings.HasSuffix(f.Name, ".html") {
				letter := strings.HasPrefix(f.Name, w("bundle.letter.file"))
				if pages++; !letter && (pages == 1 && l == schema.English || pages > 2 && !strings.Contains(f.Name, "0042.html")) {
					continue // the page, the letter, and of those that go on one with a way back and forth
				}
				to := filepath.Join(dir, string(l)+"-"+f.Name)
				if err := os.WriteFile(to, content(t, f), 0o600); err != nil {
					t.Fatal(err)
				}
				args = append(args, to)
			}
		}
	}
	cmd := command(t, node, args...)
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	if err := cmd.Run(); err != nil {
		t.Fatal(err, problems.String())
	}
	for line := range strings.Lines(out.String()) {
		t.Error(strings.TrimSpace(line))
	}
}

// TestPages: every row of every list stands in one of the pages, and every link
// of a page leads somewhere.
func TestPages(t *testing.T) {
	t.Parallel()
	for _, limit := range []int{0, 7} {
		h := sampleHead(t, schema.Dutch)
		h.PageRows = limit
		path, _ := sampleBundle(t, h, 60)
		book := readBook(t, member(t, path, "inzage-2026-0042.xlsx"))
		pages := make(map[string]string)
		var names []string
		for _, f := range members(t, path) {
			if strings.HasPrefix(f.Name, "inzage-") && strings.HasSuffix(f.Name, ".html") {
				pages[f.Name] = string(content(t, f))
				names = append(names, f.Name)
			}
		}
		if (len(pages) > 1) != (limit > 0) {
			t.Errorf("limit %d: pages %v", limit, names)
		}
		var all strings.Builder
		for _, name := range names {
			all.WriteString(pages[name])
			for _, link := range links(pages[name]) {
				file, anchor, _ := strings.Cut(link, "#")
				if file == "" {
					file = name
				}
				if pages[file] == "" || anchor != "" && !strings.Contains(pages[file], ` id="`+anchor+`"`) {
					t.Errorf("%s: link to %s", name, link)
				}
			}
		}
		rows := 0
		for _, name := range book.names[3:] {
			s := book.sheets[name]
			rows += len(s.table(t, s.tables[0]))
		}
		// Not the small tables of the first three sections, nor the indexes.
		small := between(t, pages["inzage-2026-0042.html"], `id="readme"`, `id="timeline"`)
		got := 0
		for line := range strings.Lines(strings.Replace(all.String(), small, "", 1)) {
			if strings.HasPrefix(line, `<tr role="row"`) && (strings.Contains(line, `><td role="cell"`) || strings.Contains(line, `><th scope="row"`)) && !strings.Contains(line, `href="inzage-`) {
				got++
			}
		}
		if got != rows {
			t.Errorf("limit %d: %d rows in the pages, %d in the workbook", limit, got, rows)
		}
		for _, want := range []string{"https://", "http://", "<script", "javascript:", " style=", " onload"} {
			if strings.Contains(all.String(), want) {
				t.Errorf("limit %d: a page has %q", limit, want)
			}
		}
	}
}

func between(t testing.TB, s, from, to string) string {
	t.Helper()
	_, s, ok := strings.Cut(s, from)
	s, _, ok2 := strings.Cut(s, to)
	if !ok || !ok2 {
		t.Fatal("no", from, to)
	}
	return s
}

func links(page string) []string {
	var list []string
	for _, part := range strings.Split(page, ` href="`)[1:] {
		to, _, _ := strings.Cut(part, `"`)
		list = append(list, to)
	}
	slices.Sort(list)
	return slices.Compact(list)
}
