package fetch

import (
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"inzage/schema"
	"inzage/testdata/corpus"
	"inzage/workers/graphexport/simulate"
	"inzage/workers/sourcetest"
)

// allowed are the rights of an application that may ask for everything.
func allowed() simulate.Application {
	return simulate.Application{Roles: simulate.Roles()}
}

// logsOf are the sources of logs of a rig, by name.
func logsOf(s *Source) map[string]schema.Fetcher {
	return map[string]schema.Fetcher{"auditlog": s.Audit(), "signins": s.SignIns(), "usage": s.Usage()}
}

// logRig is a rig without storage: logs come through Graph alone.
func logRig(t *testing.T, o simulate.Options, edit ...func(*Config)) *rig {
	t.Helper()
	return rigWith(t, o, Storage{Account: "invented", Key: schema.NewPersonal("aW52ZW50ZWQ=")}, edit...)
}

// TestLogsSuite: what holds for the export holds for the logs: each query is made
// once, and a fetch goes on from every bookmark.
func TestLogsSuite(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"auditlog", "signins", "usage"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sourcetest.Fetch(t, func(t *testing.T) sourcetest.Remote {
				t.Helper()
				r := logRig(t, simulate.Options{App: allowed(), Faults: []simulate.Fault{simulate.Paged}})
				remote := sourcetest.Remote{
					Source: logsOf(r.Source)[name], Who: r.subject(), Pause: day / 4,
					Personal: append(personal(r), r.config.SignIn.Secret.Reveal(), r.config.Storage.Key.Reveal()),
				}
				if name == "auditlog" {
					remote.Acts = r.tenant.Queries
				}
				return remote
			})
		})
	}
}

// pulled runs a fetch to its end and gives what was told, and the files.
func (r *rig) pulled(name string) ([]schema.Result, map[string]string) {
	r.t.Helper()
	source := logsOf(r.Source)[name]
	if err := runUntil(r.t, func() error { return source.Fetch(r.t.Context(), r.subject(), r.box) }); err != nil {
		r.t.Fatal(err)
	}
	results, err := r.box.Results()
	if err != nil {
		r.t.Fatal(err)
	}
	return results, r.contents()
}

// TestLogsFaults: whatever the service does on the way, the same files come.
func TestLogsFaults(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"auditlog", "signins", "usage"} {
		plain := logRig(t, simulate.Options{App: allowed()})
		_, want := plain.pulled(name)
		if len(want) == 0 {
			t.Fatalf("%s: nothing was pulled", name)
		}
		for _, fault := range []simulate.Fault{simulate.Throttled, simulate.Unavailable, simulate.LostAnswer, simulate.FailedStatus} {
			t.Run(name+", "+string(fault), func(t *testing.T) {
				t.Parallel()
				r := logRig(t, simulate.Options{App: allowed(), Faults: []simulate.Fault{fault}})
				if _, got := r.pulled(name); !cmp.Equal(want, got) {
					t.Errorf("other files: %s", cmp.Diff(want, got))
				}
				if n := r.tenant.Queries(); name == "auditlog" && n != 1 && fault != simulate.FailedStatus {
					t.Errorf("a query was made %d times", n)
				}
			})
		}
	}
}

// TestLogsExpiredToken: every address refuses the token once in the middle; the
// next try goes on where this one was.
func TestLogsExpiredToken(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"auditlog", "signins", "usage"} {
		var asked atomic.Int64
		r := logRig(t, simulate.Options{App: allowed(), Faults: []simulate.Fault{simulate.Paged}}, func(c *Config) {
			c.HTTP = answering(c.HTTP, func(req *http.Request) *http.Response {
				if strings.HasPrefix(req.URL.Host, "graph.") && asked.Add(1)%3 == 0 {
					return refusal(req, http.StatusUnauthorized, "expired")
				}
				return nil
			})
		})
		results, got := r.pulled(name)
		if len(got) == 0 || results[0].Found != schema.FoundData {
			t.Errorf("%s: %d files, %+v", name, len(got), results[0])
		}
		if n := r.tenant.Queries(); name == "auditlog" && n != 1 {
			t.Errorf("a query was made %d times", n)
		}
	}
}

// TestLogsBegunAnew: the address of a next page that lives no longer begins its
// list anew; what is stored once more is counted once.
func TestLogsBegunAnew(t *testing.T) {
	t.Parallel()
	var refused atomic.Bool
	r := logRig(t, simulate.Options{App: allowed(), Faults: []simulate.Fault{simulate.Paged}}, func(c *Config) {
		c.HTTP = answering(c.HTTP, func(req *http.Request) *http.Response {
			if strings.Contains(req.URL.Path, "/signIns") && strings.Contains(req.URL.RawQuery, "skiptoken") && !refused.Swap(true) {
				return refusal(req, http.StatusGone, "expired")
			}
			return nil
		})
	})
	results, files := r.pulled("signins")
	size := 0
	for _, text := range files {
		size += len(text)
	}
	i := slices.IndexFunc(results, func(x schema.Result) bool { return x.Place == "" })
	if !refused.Load() || results[i].Found != schema.FoundData || results[i].Files != len(files) || results[i].Bytes != int64(size) {
		t.Errorf("%d files of %d bytes, told as %+v", len(files), size, results[i])
	}
}

// TestUsageLeavesOthersOut: Graph gives the lines of everybody; only the person's
// are kept.
func TestUsageLeavesOthersOut(t *testing.T) {
	t.Parallel()
	r := logRig(t, simulate.Options{App: allowed()})
	_, files := r.pulled("usage")
	for name, text := range files {
		if strings.Count(text, "\n") != 2 || !strings.Contains(text, r.who.UPN) {
			t.Errorf("%s: %d lines", name, strings.Count(text, "\n"))
		}
		for _, e := range r.tenant.People()[1:] {
			if strings.Contains(text, e.UPN) {
				t.Errorf("%s: another person's line", name)
			}
		}
	}
}

// TestAuditAsksByPresentName: what names the person is searched by the name that
// they have now, also where the request came with a former one.
func TestAuditAsksByPresentName(t *testing.T) {
	t.Parallel()
	r := logRig(t, simulate.Options{App: allowed()})
	people := r.tenant.People()
	i := slices.IndexFunc(people, func(e corpus.Employee) bool { return len(e.Former) > 0 && e.UPN != people[0].UPN })
	who := names(people[i].Former[0])
	if err := runUntil(t, func() error { return r.Audit().Fetch(t.Context(), who, r.box) }); err != nil {
		t.Fatal(err)
	}
	files := r.contents()
	if text := files["about-person-0001.json"]; !strings.Contains(text, `"ObjectId":"`+people[i].UPN+`"`) {
		t.Errorf("%d files; asked by another name: %t", len(files), strings.Contains(text, people[i].Former[0]))
	}
}

// TestOwnLinesUnreadable: a line that cannot be read can be the person's; the
// report is not taken for one that does not name them.
func TestOwnLinesUnreadable(t *testing.T) {
	t.Parallel()
	const head = "Report Refresh Date,User Principal Name\r\n"
	for text, want := range map[string]schema.Code{
		head + "2026-10-06,\"a\"b\r\n": schema.CodeSyntax,
		head + "2026-10-06,\"abc":      schema.CodeRemote, // broke off: asked for once more
	} {
		var out strings.Builder
		if _, err := ownLines(strings.NewReader(text), &out, names("sanne@waterland.example")); schema.CodeOf(err) != want {
			t.Errorf("%q: %v", text, err)
		}
	}
	r := logRig(t, simulate.Options{App: allowed()}, func(c *Config) {
		c.HTTP = answering(c.HTTP, func(req *http.Request) *http.Response {
			if strings.Contains(req.URL.Path, "getTeamsUserActivity") {
				return reply(req, http.StatusOK, head+"2026-10-06,\"a\"b\r\n")
			}
			return nil
		})
	})
	results, files := r.pulled("usage")
	told := make(map[string]schema.Result)
	for _, x := range results {
		told[x.Place] = x
	}
	if x := told["teams-activity"]; x.Found != schema.FoundFailed || x.Code != schema.CodeSyntax {
		t.Errorf("the report is told as %+v", x)
	}
	if x := told[""]; x.Found != schema.FoundPart || x.Code != schema.CodeSyntax || x.Files != len(files) || len(files) == 0 {
		t.Errorf("the source is told as %+v, %d files", x, len(files))
	}
}

// TestLogsThatCannotBeHad: a list that the service refuses is told of, and why;
// the fetch ends.
func TestLogsThatCannotBeHad(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		source string
		o      simulate.Options
		code   schema.Code
	}{
		"no right":        {"signins", simulate.Options{}, schema.CodePermission},
		"no right, audit": {"auditlog", simulate.Options{}, schema.CodePermission},
		"concealed":       {"usage", simulate.Options{App: allowed(), Faults: []simulate.Fault{simulate.Concealed}}, schema.CodeConcealed},
	}
	for name, tc := range tests {
		r := logRig(t, tc.o)
		results, files := r.pulled(tc.source)
		i := slices.IndexFunc(results, func(x schema.Result) bool { return x.Place == "" })
		if i < 0 || results[i].Found != schema.FoundFailed || results[i].Code != tc.code || len(files) > 0 {
			t.Errorf("%s: %+v, %d files", name, results, len(files))
		}
	}
}
