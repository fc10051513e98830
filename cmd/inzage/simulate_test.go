package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"inzage/schema"
	"inzage/workers/graphexport/simulate"
)

// simulating runs `inzage simulate` for the length of a test, with what it says
// of itself. It must end well.
func simulating(t *testing.T, args ...string) simulated {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	out, in := io.Pipe()
	var log bytes.Buffer
	ended := make(chan int, 1)
	go func() {
		ended <- execute(ctx, system{
			args: append([]string{"simulate", "--json"}, args...), stdin: strings.NewReader(""), stdout: in, stderr: &log,
			env: func(string) string { return "" },
		}, testCatalog(t))
		_ = in.Close()
	}()
	var s simulated
	if err := json.NewDecoder(out).Decode(&s); err != nil {
		stop()
		t.Fatalf("exit %d: %s", <-ended, log.String())
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	t.Cleanup(func() {
		stop()
		if code := <-ended; code != exitOK {
			t.Errorf("exit %d: %s", code, log.String())
		}
	})
	return s
}

// The tenant that the command serves lets the app sign in that it names, and
// knows the people that it lists.
func TestSimulate(t *testing.T) {
	t.Parallel()
	s := simulating(t, "--day", "0s", "--seed", "3")
	client, err := simulate.Client(s.Address)
	if err != nil {
		t.Fatal(err)
	}
	res, err := client.PostForm("https://login.microsoftonline.com/"+s.Tenant+"/oauth2/v2.0/token", url.Values{
		"grant_type": {"client_credentials"}, "client_id": {s.Client}, "client_secret": {s.Secret},
		"scope": {"https://graph.microsoft.com/.default"},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var token struct {
		Text string `json:"access_token"`
	}
	if err := json.NewDecoder(res.Body).Decode(&token); err != nil || token.Text == "" {
		t.Fatalf("no token: %d %v", res.StatusCode, err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://graph.microsoft.com/v1.0/users/"+s.People[0].ObjectID, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token.Text)
	user, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer user.Body.Close()
	var got struct{ UserPrincipalName string }
	if err := json.NewDecoder(user.Body).Decode(&got); err != nil || got.UserPrincipalName != s.People[0].UPN {
		t.Errorf("%d %+v %v", user.StatusCode, got, err)
	}
}

// Doctor finds nothing to mend in the tenant as the settings describe it. An
// address elsewhere is no simulated tenant.
func TestSimulatedSettings(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	simulating(t, "--settings", folder)
	doctor := func(simulated string) (int, string) {
		var out, log bytes.Buffer
		code := execute(t.Context(), system{
			args: []string{"doctor", "--settings", filepath.Join(folder, "microsoft.yaml"), "--lang", "en"}, stdin: strings.NewReader(""),
			stdout: &out, stderr: &log, env: func(name string) string {
				if name == "INZAGE_SIMULATED" {
					return simulated
				}
				return ""
			},
		}, testCatalog(t))
		return code, out.String() + log.String()
	}
	if code, said := doctor(""); code != exitOK {
		t.Errorf("exit %d: %s", code, said)
	}
	if code, said := doctor("http://192.0.2.1:80"); code != exitUsage || !strings.Contains(said, "read setting simulated") {
		t.Errorf("elsewhere: exit %d: %s", code, said)
	}
}

// Every fault is described, in both languages.
func TestFaultsHaveWords(t *testing.T) {
	t.Parallel()
	a := testApp(t, schema.Dutch)
	for _, f := range simulate.Faults() {
		if key := "cli.simulate.fault." + string(f); !a.catalog.HasText(key) {
			t.Errorf("no text %q", key)
		}
	}
}
