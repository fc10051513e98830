package fetch

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"inzage/queue"
	"inzage/queue/queuetest"
	"inzage/schema"
)

// killed is what a worker in a process of its own is told.
type killed struct {
	Tenant, Client, Secret, Account, Key, Endpoint string

	Graph   string // where the tenant listens
	Folder  string // of the queue
	Request string // its name
	Die     []act  // after the first of these
}

// TestKill kills real processes, without warning, at the steps that matter most:
// before the order, which makes the next worker drop the container and order
// anew, and after it; after a first look; between files; before the container is
// deleted, after it, and before the job is acknowledged.
func TestKill(t *testing.T) {
	t.Parallel()
	l := newLine(t)
	l.file("killed")
	k := killed{
		Graph: l.tenant.URL(), Folder: l.folder, Request: "killed",
		Tenant: l.config.Tenant, Client: l.config.Client, Secret: l.config.SignIn.Secret.Reveal(),
		Account: l.config.Storage.Account, Key: l.config.Storage.Key.Reveal(), Endpoint: l.config.Storage.Endpoint,
	}
	for _, name := range []string{
		"note asking", "POST /v1.0/users/ID/exportPersonalData", "note waiting", "GET /v1.0/dataPolicyOperations/ID", "put",
		"note stored", "note done", "recorded",
	} {
		k.Die = append(k.Die, act{name, 1})
	}
	for len(k.Die) > 0 {
		said := child(t, k)
		at := len(k.Die)
		for i, a := range k.Die {
			if said == "dying "+a.Name {
				at = i
			}
		}
		if at == len(k.Die) {
			t.Fatalf("the process did not die before %v: %s", k.Die, said)
		}
		k.Die = append(k.Die[:at:at], k.Die[at+1:]...)
	}
	l.fetched()
	l.holds()
}

// child is a worker in a process of its own. It is killed where it says that it
// is dying, or says nothing for too long. What it said last is returned.
func child(t *testing.T, k killed) (said string) {
	t.Helper()
	told, err := json.Marshal(k)
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithTimeout(t.Context(), 3*time.Minute)
	defer end()
	c := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestChild$", "-test.v")
	c.Env = append(os.Environ(), "INZAGE_TEST_CHILD="+string(told))
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if line := lines.Text(); strings.HasPrefix(line, "dying ") || strings.Contains(line, "_test.go") {
			said = line
			_ = c.Process.Kill()
		}
	}
	_ = c.Wait()
	return said
}

// TestChild is the process that is killed.
func TestChild(t *testing.T) {
	text := os.Getenv("INZAGE_TEST_CHILD")
	if text == "" {
		t.Skip("only as a child process of TestKill")
	}
	var k killed
	if err := json.Unmarshal([]byte(text), &k); err != nil {
		t.Fatal(err)
	}
	s, err := New(Config{
		Tenant: k.Tenant, Client: k.Client, Times: quick(),
		SignIn:  SignIn{Kind: ClientSecret, Secret: schema.NewPersonal(k.Secret)},
		Storage: Storage{Account: k.Account, Key: schema.NewPersonal(k.Key), Endpoint: k.Endpoint, ByKey: true},
		HTTP: &http.Client{Transport: carrier(func(req *http.Request) (*http.Response, error) {
			if host := req.URL.Hostname(); strings.HasSuffix(host, ".microsoft.com") || strings.HasSuffix(host, ".microsoftonline.com") {
				there := req.Clone(req.Context())
				there.Host, there.URL.Scheme, there.URL.Host = host, "http", strings.TrimPrefix(k.Graph, "http://")
				req = there
			}
			return http.DefaultTransport.RoundTrip(req)
		})},
	})
	if err != nil {
		t.Fatal(err)
	}
	access, err := queue.ReadDoor(k.Folder)
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	key, err := queue.ReadKey(filepath.Join(k.Folder, "key"))
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	q, err := queue.Open(t.Context(), access, options(key))
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	m := &mortal{Source: s, fates: map[string]*fate{k.Request: newFate(k.Die...)}, life: &life{die: func(act string) {
		fmt.Println("dying " + act)
		<-context.Background().Done() // until the parent kills
	}}}
	if err := work(t.Context(), q, m); err != nil {
		t.Fatal(queuetest.Why(err))
	}
}
