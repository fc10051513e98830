package main

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"inzage/schema"
	"inzage/workers/graphexport/fetch"
	"inzage/workers/graphexport/simulate"
	"inzage/workers/sourcetest"
)

type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestLeftovers looks at the containers of exports, deletes those that are too
// old for any export, and one that is named.
func TestLeftovers(t *testing.T) {
	t.Parallel()
	tenant, config := reachable(t, account(t), simulate.Options{Day: time.Hour})
	order := func() {
		t.Helper()
		source, err := fetch.New(config)
		if err != nil {
			t.Fatal(err)
		}
		who := schema.Subject{UPNs: []schema.Personal{schema.NewPersonal(tenant.People()[0].UPN)}}
		if _, later := schema.IsLater(source.Fetch(t.Context(), who, sourcetest.NewBox(t.TempDir()))); !later {
			t.Fatal("no export is under way")
		}
	}
	look := func(remove bool, names ...string) (rows []string, err error) {
		t.Helper()
		var out bytes.Buffer
		a := testApp(t, schema.English)
		a.stdout = &out
		err = a.leftovers(t.Context(), config, names, remove, false)
		return strings.Split(strings.TrimSpace(out.String()), "\n"), err
	}
	order()
	order()
	rows, err := look(true)
	if err != nil || len(rows) != 2 || strings.Contains(strings.Join(rows, ""), "deleted") {
		t.Fatalf("containers of exports under way: %q, %v", rows, err)
	}
	name, _, _ := strings.Cut(rows[0], " ")
	if _, err := look(true, name, "inzage-none"); schema.CodeOf(err) != schema.CodeNotFound {
		t.Errorf("a name that is not there: %v", err)
	}
	if rows, err = look(true, name, name); err != nil || len(rows) != 1 || !strings.Contains(rows[0], "deleted") {
		t.Errorf("the one that is named: %q, %v", rows, err)
	}
	// One that cannot be deleted hides nothing of what became of those before it.
	order()
	good, deletes := *config.HTTP, 0
	config.HTTP.Transport = transport(func(r *http.Request) (*http.Response, error) {
		if r.Method == http.MethodDelete {
			deletes++
		}
		if deletes == 2 && r.Method == http.MethodDelete {
			return &http.Response{StatusCode: http.StatusForbidden, Body: http.NoBody, Header: http.Header{}, Request: r}, nil
		}
		return good.Transport.RoundTrip(r)
	})
	rows, err = look(false)
	if err != nil || len(rows) != 2 {
		t.Fatalf("containers: %q, %v", rows, err)
	}
	both := []string{strings.Fields(rows[0])[0], strings.Fields(rows[1])[0]}
	if rows, err = look(true, both...); err == nil || len(rows) != 2 || !strings.Contains(rows[0], "deleted") || strings.Contains(rows[1], "deleted") {
		t.Errorf("one of two cannot be deleted: %q, %v", rows, err)
	}
	config.HTTP.Transport = good.Transport
	config.Times.Life = time.Nanosecond // so that the other is too old
	if rows, err = look(false); err != nil || len(rows) != 1 || !strings.Contains(rows[0], "--delete") {
		t.Errorf("one that is too old: %q, %v", rows, err)
	}
	if rows, err = look(true); err != nil || len(rows) != 1 || !strings.Contains(rows[0], "deleted") {
		t.Errorf("deleted for its age: %q, %v", rows, err)
	}
	if rows, err = look(false); err != nil || len(rows) != 1 || strings.Contains(rows[0], "inzage-") {
		t.Errorf("nothing is left: %q, %v", rows, err)
	}
}
