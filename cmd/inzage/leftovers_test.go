package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"inzage/schema"
	"inzage/workers/graphexport/fetch"
	"inzage/workers/graphexport/simulate"
	"inzage/workers/graphexport/simulate/blobstore"
	"inzage/workers/sourcetest"
)

// TestLeftovers looks at the containers of exports, deletes those that are too
// old for any export, and one that is named.
func TestLeftovers(t *testing.T) {
	t.Parallel()
	store, err := blobstore.Start(blobstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	tenant, err := simulate.Start(simulate.Options{Day: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tenant.Close() })
	config := fetch.Config{
		Tenant: tenant.ID(), Client: tenant.App().ClientID, HTTP: tenant.Client(),
		SignIn:  fetch.SignIn{Kind: fetch.ClientSecret, Secret: schema.NewPersonal(tenant.App().Secret)},
		Storage: fetch.Storage{Account: store.Account(), Key: schema.NewPersonal(store.Key()), Endpoint: store.URL(), ByKey: true},
	}
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
	if rows, err = look(true, name); err != nil || len(rows) != 1 || !strings.Contains(rows[0], "deleted") {
		t.Errorf("the one that is named: %q, %v", rows, err)
	}
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
