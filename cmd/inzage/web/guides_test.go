package web

import (
	"net/http"
	"strings"
	"testing"
)

// TestGuides reads the guides in the desk: every link in them leads somewhere,
// and nothing but our own elements is in a page.
func TestGuides(t *testing.T) {
	t.Parallel()
	o := open(t)
	b := o.sit("")
	for _, name := range guideNames() {
		for _, l := range []string{"nl", "en"} {
			a := b.do(http.MethodGet, "/guides/"+name, http.Header{"Accept-Language": {l}}, nil)
			want(t, name+" in "+l, a, http.StatusOK)
			if strings.Count(a.body, "<h1") != 1 || !strings.Contains(a.body, "<table") || strings.Contains(a.body, ".md\"") {
				t.Errorf("%s in %s: no title, no table, or a link to nothing", name, l)
			}
			for _, link := range strings.Split(a.body, `href="`)[1:] {
				link, _, _ = strings.Cut(link, `"`)
				if strings.HasPrefix(link, "/") {
					if got := b.get(link).status; got >= http.StatusBadRequest {
						t.Errorf("%s in %s: %s is %d", name, l, link, got)
					}
				}
			}
		}
	}
	if a := b.get("/guides/" + guideScript); !strings.Contains(a.body, "Get-DiagnosticData") || a.header.Get("Content-Type") != "text/plain; charset=utf-8" {
		t.Error("the script is not what it should be")
	}
	want(t, "no guide", b.get("/guides/embed.go"), http.StatusNotFound)
	g, err := readGuide([]byte("# A\n\n<script>x</script> [b](javascript:alert(1)) <i onclick=x>c</i>\n"))
	if err != nil || strings.Contains(string(g.Text), "script>") || strings.Contains(string(g.Text), "onclick") || strings.Contains(string(g.Text), "javascript") {
		t.Errorf("raw HTML passes: %s, %v", g.Text, err)
	}
}
