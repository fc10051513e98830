package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"inzage/schema"
	"inzage/workers/graphexport/fetch"
	"inzage/workers/graphexport/simulate"
	"inzage/workers/graphexport/simulate/blobstore"
)

// reachable starts a tenant; the configuration is to reach it, and the account.
func reachable(t *testing.T, store *blobstore.Store, o simulate.Options) (*simulate.Tenant, fetch.Config) {
	t.Helper()
	tenant, err := simulate.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tenant.Close() })
	return tenant, fetch.Config{
		Tenant: tenant.ID(), Client: tenant.App().ClientID, HTTP: tenant.Client(),
		SignIn:  fetch.SignIn{Kind: fetch.ClientSecret, Secret: schema.NewPersonal(tenant.App().Secret)},
		Storage: fetch.Storage{Account: store.Account(), Key: schema.NewPersonal(store.Key()), Endpoint: store.URL(), ByKey: true},
	}
}

func account(t *testing.T) *blobstore.Store {
	t.Helper()
	store, err := blobstore.Start(blobstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return store
}

// TestDoctor checks a simulated tenant, with every right and with one missing.
func TestDoctor(t *testing.T) {
	t.Parallel()
	store := account(t)
	for _, test := range []struct {
		name  string
		lang  schema.Lang
		roles []string
		code  int
		says  string
	}{
		{"good", schema.Dutch, nil, exitOK, "klaar om een export op te vragen"},
		{"missing right", schema.English, []string{"User.Read.All"}, exitFailed, "The right User.Export.All is missing"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			o := simulate.Options{}
			o.App.Roles = test.roles
			tenant, config := reachable(t, store, o)
			for _, asJSON := range []bool{false, true} {
				var out bytes.Buffer
				a := testApp(t, test.lang)
				a.stdout = &out
				if err := a.doctor(t.Context(), config, nil, asJSON); err != nil {
					t.Fatal(err)
				}
				if a.code != test.code || !strings.Contains(out.String(), test.says) && !asJSON {
					t.Errorf("exit %d, want %d, and said:\n%s", a.code, test.code, &out)
				}
				for _, secret := range []string{tenant.App().Secret, store.Key()} {
					if strings.Contains(out.String(), secret) {
						t.Error("a secret is shown")
					}
				}
				var rows []doctorRow
				if asJSON {
					if err := json.Unmarshal(out.Bytes(), &rows); err != nil || len(rows) < 10 {
						t.Errorf("%d rows as JSON (%v)", len(rows), err)
					}
					for _, r := range rows {
						if (r.Outcome == fetch.Fine) != (r.Mend == "") {
							t.Errorf("%s is %s, and is told to do %q", r.Check, r.Outcome, r.Mend)
						}
					}
				}
				if strings.Contains(out.String(), "cli.doctor") {
					t.Errorf("words are missing:\n%s", &out)
				}
			}
		})
	}
}

// TestDoctorWords looks up the words of everything that can be said.
func TestDoctorWords(t *testing.T) {
	t.Parallel()
	a := testApp(t, schema.English)
	for _, key := range []string{
		"tenant", "client", "sign-in", "secret", "certificate", "cloud", "storage-account", "storage-key", "storage-endpoint",
	} {
		if !a.catalog.HasText("cli.doctor.missing." + key) {
			t.Errorf("no words for the setting %s", key)
		}
	}
	for _, p := range fetch.Problems() {
		if !a.catalog.HasText("cli.doctor.mend." + string(p)) {
			t.Errorf("no words for the problem %s", p)
		}
	}
}

// TestMicrosoft reads settings from a file and from the environment.
func TestMicrosoft(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("key.txt", "a2V5\n")
	write("secret.txt", "from the file\n")
	write("microsoft.yaml", "tenant_id: one\nclient_id: two\nsign_in: secret\nclient_secret_file: secret.txt\n"+
		"storage_account: exports\nstorage_key_file: key.txt\n")
	write("typo.yaml", "tenant: one\n")
	a := testApp(t, schema.English)
	c, err := a.microsoft(filepath.Join(dir, "microsoft.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if c.Tenant != "one" || c.Client != "two" || c.SignIn.Kind != fetch.ClientSecret || c.Storage.Account != "exports" ||
		c.SignIn.Secret.Reveal() != "from the file" || c.Storage.Key.Reveal() != "a2V5" {
		t.Errorf("read %+v", c)
	}
	a.env = func(name string) string {
		return map[string]string{"INZAGE_TENANT_ID": "three", "INZAGE_CLIENT_SECRET": "from the environment", "INZAGE_STORAGE_BY_KEY": "true"}[name]
	}
	if c, err = a.microsoft(filepath.Join(dir, "microsoft.yaml")); err != nil {
		t.Fatal(err)
	}
	if c.Tenant != "three" || c.SignIn.Secret.Reveal() != "from the environment" || !c.Storage.ByKey {
		t.Errorf("read %+v", c)
	}
	for _, name := range []string{"typo.yaml", "none.yaml"} {
		if _, err := a.microsoft(filepath.Join(dir, name)); schema.CodeOf(err) != schema.CodeConfig {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
