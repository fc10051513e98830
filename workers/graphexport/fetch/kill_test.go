package fetch

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"inzage/schema"
	"inzage/workers/graphexport/simulate"
	"inzage/workers/sourcetest"
)

// TestDie lets a worker die right after everything that it does to the world:
// each request, and each write into the box. To the world that is the same as
// dying before the next act. However it dies, the next one finishes the work, one
// export is ordered and nothing is left behind.
func TestDie(t *testing.T) {
	t.Parallel()
	acts := dieAfter(t, 0)
	if acts < 20 {
		t.Fatalf("only %d acts", acts)
	}
	for at := 1; at <= acts; at++ {
		dieAfter(t, at)
	}
}

// dieAfter has a first worker die after an act, where it is not 0, and a second
// finish the work. It returns how much the last one did.
func dieAfter(t *testing.T, at int) (acts int) {
	t.Helper()
	d := &doomed{at: at, after: true}
	r := newRig(t, simulate.Options{Day: time.Millisecond}, func(c *Config) {
		transport := c.HTTP.Transport
		c.Times.Retry = time.Microsecond
		c.HTTP = &http.Client{Transport: carrier(func(req *http.Request) (*http.Response, error) {
			return d.carry(req, transport)
		})}
	})
	for !d.dead && at > 0 {
		if err := r.Fetch(t.Context(), r.subject(), &doomedBox{r.box, d}); err == nil {
			break
		}
	}
	if !d.dead && at > 0 {
		return 0 // it needed fewer acts this time
	}
	d.at, d.dead, d.acts = 0, false, 0
	if err := run(t, r.Source, r.subject(), &doomedBox{r.box, d}); err != nil {
		t.Fatalf("after a death at act %d: %v", at, err)
	}
	r.complete()
	if t.Failed() {
		t.Fatalf("died after act %d", at)
	}
	return d.acts
}

// errDead is what a dead worker gets from the world, and the world from it.
var errDead = errors.New("dead")

// doomed counts acts and dies at one of them: at a number, or at a name.
type doomed struct {
	acts, at int
	name     string
	after    bool
	dead     bool
	die      func() // how; nil is to have no more effect on the world
}

func (d *doomed) act(name string, do func() error) error {
	if d.dead {
		return errDead
	}
	d.acts++
	now := d.acts == d.at || d.name != "" && strings.Contains(name, d.name)
	if now && !d.after {
		return d.now()
	}
	err := do()
	if now {
		return d.now()
	}
	return err
}

func (d *doomed) now() error {
	d.dead = true
	if d.die != nil {
		d.die()
	}
	return errDead
}

// carry makes a request: an answer, or an error, never both.
func (d *doomed) carry(req *http.Request, via http.RoundTripper) (resp *http.Response, err error) {
	err = d.act(req.Method+" "+req.URL.Path, func() error {
		resp, err = via.RoundTrip(req) //nolint:bodyclose // below, or by who asked
		return err
	})
	if err != nil && resp != nil {
		_ = resp.Body.Close()
		resp = nil
	}
	return resp, err
}

// doomedBox lets the worker die before and after what is written.
type doomedBox struct {
	schema.Box

	d *doomed
}

func (b *doomedBox) Put(ctx context.Context, name string, r io.Reader) (blob schema.Blob, err error) {
	err = b.d.act("put", func() error {
		blob, err = b.Box.Put(ctx, name, r)
		return err
	})
	return blob, err
}

func (b *doomedBox) Note(ctx context.Context, bookmark []byte) error {
	var m bookmarkStage
	_ = json.Unmarshal(bookmark, &m)
	return b.d.act("note "+m.Stage, func() error { return b.Box.Note(ctx, bookmark) })
}

type bookmarkStage struct{ Stage string }

func (b *doomedBox) Tell(ctx context.Context, r schema.Result) error {
	return b.d.act("tell", func() error { return b.Box.Tell(ctx, r) })
}

// killed is what a child process of the kill test is told.
type killed struct {
	Tenant, Client, Secret, Account, Key, Endpoint string

	Graph string // where the tenant listens
	UPN   string
	Box   string
	Die   string // at which act, by part of its name; empty is not at all
	After bool
}

// TestKill kills a real process at the steps that matter most.
func TestKill(t *testing.T) {
	t.Parallel()
	for _, die := range []string{"note asking", "exportPersonalData", "note waiting", "put", "note stored", "DELETE"} {
		for _, after := range []bool{false, true} {
			t.Run(fmt.Sprint(die, after), func(t *testing.T) {
				t.Parallel()
				r := newRig(t, simulate.Options{})
				k := killed{
					Graph: r.tenant.URL(), UPN: r.who.UPN, Box: t.TempDir(), Die: die, After: after,
					Tenant: r.config.Tenant, Client: r.config.Client, Secret: r.config.SignIn.Secret.Reveal(),
					Account: r.config.Storage.Account, Key: r.config.Storage.Key.Reveal(), Endpoint: r.config.Storage.Endpoint,
				}
				if said := child(t, k); said != "dying" {
					t.Fatalf("the first process did not die: %s", said)
				}
				k.Die = ""
				if said := child(t, k); said != "done" {
					t.Fatalf("the second process: %s", said)
				}
				r.box = sourcetest.NewBox(k.Box)
				r.complete()
			})
		}
	}
}

// child runs the fetch in a process, kills it where it says that it is dying,
// and returns the last that it said of note.
func child(t *testing.T, k killed) (said string) {
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
			said = line
		case line == "done", strings.Contains(line, "_test.go"):
			said = line
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
	d := &doomed{name: k.Die, after: k.After, die: func() {
		fmt.Println("dying")
		<-t.Context().Done() // until the parent kills
	}}
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
			return d.carry(req, http.DefaultTransport)
		})},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := run(t, s, names(k.UPN), &doomedBox{sourcetest.NewBox(k.Box), d}); err != nil {
		t.Fatal(err)
	}
	fmt.Println("done")
}
