package web

import (
	"archive/zip"
	"bytes"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"inzage/schema"
)

// TestNoTracking holds that nobody can compare what employees do: inzage answers
// people, and is no means to watch them. Two employees have cases with counts
// that cannot be mistaken. Every address is visited as every role, exports
// included; none may hold a count of what is known of
// an employee, and none but the own pages a name, or who a case is about.
//
// An address that is added later is visited too.
func TestNoTracking(t *testing.T) {
	t.Parallel()
	o := open(t)
	counts := map[string]int64{"read": 7310451, "others": 7310452, "duplicates": 7310453, "unreadable": 7310454, "files": 7310455, "bytes": 7310456}
	var cases []schema.Request
	for i, name := range []string{asker, stranger} {
		r := o.asks(o.sit(name))
		mine := make(map[string]int64)
		for code, n := range counts {
			mine[code] = n + int64(i)*1000
		}
		r = o.write(r, schema.Entry{Kind: schema.EntryFetched, Part: o.source, Counts: mine}, schema.Entry{Kind: schema.EntryBuild},
			schema.Entry{Kind: schema.EntryBuilt, Ref: "ab", Version: "1", Counts: mine})
		cases = append(cases, r)
	}
	visited := 0
	// The employees come last: who tries the case of another is in its ledger, by an
	// id, and that the other may see.
	for _, name := range []string{admin, second, officer, both, "", asker, stranger} {
		b := o.sit(name)
		for _, route := range o.desk.routes() {
			if route.path == "/sign-out" || route.path == "/sign-in" {
				continue // the demo's list of who can sign in names everybody
			}
			changes := strings.HasSuffix(route.path, "/withdraw") || strings.HasSuffix(route.path, "/recall") || strings.HasSuffix(route.path, "/retry")
			if changes && route.method == http.MethodPost {
				continue
			}
			for _, r := range cases {
				path := strings.NewReplacer("{$}", "", "{case}", r.Case, "{link}", "none", "{file}", "none", "{guide}", "employee").Replace(route.path)
				a := b.do(route.method, path, nil, nil)
				if a.status != http.StatusOK {
					continue
				}
				visited++
				text := unzipped(a.body)
				digits := strings.NewReplacer(".", "", ",", "", " ", "").Replace(text)
				for code, n := range counts {
					for i := range cases {
						n := strconv.FormatInt(n+int64(i)*1000, 10)
						if strings.Contains(digits, n) {
							t.Errorf("%s %s as %q shows %s of a person", route.method, path, name, code)
						}
					}
				}
				for _, employee := range []string{asker, stranger} {
					mine := name == asker || name == stranger
					if employee != name && strings.Contains(text, nameOf(employee)) || !mine && strings.Contains(text, string(o.q.Actor("test", employee))) {
						t.Errorf("%s %s as %q shows who a case is about", route.method, path, name)
					}
				}
			}
		}
	}
	if visited < 60 {
		t.Errorf("only %d pages seen", visited)
	}
}

// unzipped is the text of a page, or of the parts of a workbook.
func unzipped(body string) string {
	if !strings.HasPrefix(body, "PK") {
		return body
	}
	z, err := zip.NewReader(bytes.NewReader([]byte(body)), int64(len(body)))
	if err != nil {
		return body
	}
	var all strings.Builder
	for _, f := range z.File {
		in, err := f.Open()
		if err != nil {
			return body
		}
		_, _ = io.Copy(&all, io.LimitReader(in, 1<<20))
		_ = in.Close()
	}
	return all.String()
}
