package fetch

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"inzage/schema"
	"inzage/workers/graphexport/simulate"
	"inzage/workers/sourcetest"
)

// killed is what a child process of the kill test is told.
type killed struct {
	Config struct {
		Tenant, Client, Secret, Account, Key, Endpoint string
	}
	Graph string // where the tenant listens
	UPN   string
	Box   string
	// Die is at which act the process is killed: requests and writes to the box
	// are counted from 1, and there is a place to die before and after each.
	Die   int
	After bool
}

// TestKill kills a real process before and after everything it does to the
// world: each request and each write into the box. However it dies, the next
// process finishes the work, one export is ordered and nothing is left behind.
func TestKill(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("-short: it starts some hundred processes")
	}
	acts := killAt(t, 0, false)
	if acts < 20 {
		t.Fatalf("only %d acts", acts)
	}
	for die := 1; die <= acts; die++ {
		for _, after := range []bool{false, true} {
			killAt(t, die, after)
		}
	}
}

// killAt runs a fetch in processes of their own, of which the first dies, and
// returns how much the last one did.
func killAt(t *testing.T, die int, after bool) (acts int) {
	t.Helper()
	r := newRig(t, simulate.Options{})
	k := killed{Graph: r.tenant.URL(), UPN: r.who.UPN, Box: t.TempDir(), Die: die, After: after}
	k.Config.Tenant, k.Config.Client, k.Config.Secret = r.config.Tenant, r.config.Client, r.config.SignIn.Secret.Reveal()
	k.Config.Account, k.Config.Key, k.Config.Endpoint = r.config.Storage.Account, r.config.Storage.Key.Reveal(), r.config.Storage.Endpoint
	said, dead := child(t, k)
	if dead != (die > 0) {
		t.Fatalf("act %d: died: %v, and said %q", die, dead, said)
	}
	if dead {
		k.Die = 0
		if said, dead = child(t, k); dead {
			t.Fatalf("act %d: the second process died: %q", die, said)
		}
	}
	acts, err := strconv.Atoi(said)
	if err != nil {
		t.Fatalf("act %d, after %v: %s", die, after, said)
	}
	r.box = sourcetest.NewBox(k.Box)
	r.complete()
	if t.Failed() {
		t.Fatalf("killed at act %d, after it: %v", die, after)
	}
	return acts
}

// child runs the fetch in a process and returns its last line.
func child(t *testing.T, k killed) (said string, dead bool) {
	t.Helper()
	told, err := json.Marshal(k)
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestChild$", "-test.v")
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
		switch line := lines.Text(); {
		case line == "dying":
			_ = c.Process.Kill()
			dead = true
		case strings.HasPrefix(line, "done "):
			said = strings.TrimPrefix(line, "done ")
		case strings.Contains(line, "child_test") || strings.Contains(line, "kill_test"):
			said = line
		}
	}
	_ = c.Wait()
	return said, dead
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
	d := &doomed{at: k.Die, after: k.After}
	s, err := New(Config{
		Tenant: k.Config.Tenant, Client: k.Config.Client, Times: quick(),
		SignIn:  SignIn{Kind: ClientSecret, Secret: schema.NewPersonal(k.Config.Secret)},
		Storage: Storage{Account: k.Config.Account, Key: schema.NewPersonal(k.Config.Key), Endpoint: k.Config.Endpoint, ByKey: true},
		HTTP: &http.Client{Transport: carrier(func(req *http.Request) (*http.Response, error) {
			if host := req.URL.Hostname(); strings.HasSuffix(host, ".microsoft.com") || strings.HasSuffix(host, ".microsoftonline.com") {
				there := req.Clone(req.Context())
				there.Host, there.URL.Scheme, there.URL.Host = host, "http", strings.TrimPrefix(k.Graph, "http://")
				req = there
			}
			d.before()
			resp, err := http.DefaultTransport.RoundTrip(req)
			d.done()
			return resp, err
		})},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := run(t, s, names(k.UPN), &doomedBox{sourcetest.NewBox(k.Box), d}); err != nil {
		t.Fatal(err)
	}
	fmt.Printf("done %d\n", d.acts)
}

// doomed counts acts and has the process killed at one of them.
type doomed struct {
	acts, at int
	after    bool
}

func (d *doomed) before() {
	if d.acts++; d.acts == d.at && !d.after {
		d.die()
	}
}

func (d *doomed) done() {
	if d.acts == d.at && d.after {
		d.die()
	}
}

// die waits for the parent, who kills.
func (d *doomed) die() {
	fmt.Println("dying")
	select {}
}

// doomedBox lets the process die before and after what is written.
type doomedBox struct {
	schema.Box

	d *doomed
}

func (b *doomedBox) Put(ctx context.Context, name string, r io.Reader) (schema.Blob, error) {
	b.d.before()
	blob, err := b.Box.Put(ctx, name, r)
	b.d.done()
	return blob, err
}

func (b *doomedBox) Note(ctx context.Context, bookmark []byte) error {
	b.d.before()
	err := b.Box.Note(ctx, bookmark)
	b.d.done()
	return err
}

func (b *doomedBox) Tell(ctx context.Context, r schema.Result) error {
	b.d.before()
	err := b.Box.Tell(ctx, r)
	b.d.done()
	return err
}
