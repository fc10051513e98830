package web

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"inzage/explain"
	"inzage/explain/catalog"
	"inzage/queue"
	"inzage/queue/embedded"
	"inzage/queue/queuetest"
	"inzage/schema"
	"inzage/workers"
	"inzage/workers/dataviewer"
)

// killedFolder is the environment variable that makes this test program a desk on
// the folder that it names, see TestMain.
const killedFolder = "INZAGE_TEST_DESK"

func TestMain(m *testing.M) {
	if folder := os.Getenv(killedFolder); folder != "" {
		if err := killedDesk(context.Background(), folder); err != nil {
			fmt.Fprintln(os.Stderr, queuetest.Why(err))
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// started is what a desk says when it is ready.
type started struct{ Address, Case string }

// killedDesk serves a desk until it is killed, or standard input ends. Its first
// start takes in a request.
func killedDesk(ctx context.Context, folder string) error {
	server, err := embedded.Start(ctx, embedded.Options{Folder: folder, Quota: queuetest.Quota})
	if err != nil {
		return err
	}
	defer server.Close()
	q, err := queue.Open(ctx, server.Access(), queue.Options{Key: server.Key()})
	if err != nil {
		return err
	}
	defer q.Close()
	words, err := explain.Load(catalog.FS())
	if err != nil {
		return err
	}
	reg, err := q.OpenRegister(ctx)
	if err != nil {
		return err
	}
	go func() { _ = reg.Run(ctx, false) }()
	who := Person{Actor: q.Actor("test", asker), Subject: schema.Subject{ObjectID: schema.NewPersonal("oid")}}
	s := started{Case: "2026-KILLED"}
	if _, ok := reg.Case(s.Case); !ok {
		r, err := q.New(ctx, schema.Entry{
			Case: s.Case, Owner: who.Actor, Channel: schema.ChannelDesk, Day: schema.CivilDate(time.Now(), time.UTC), Lang: schema.Dutch, Parts: []string{workers.Upload},
		}, who.Subject)
		if err != nil {
			return err
		}
		if err := reg.Wait(ctx, r); err != nil {
			return err
		}
	}
	d, err := New(Options{
		Queue: q, Register: reg, Catalog: words, Zone: time.UTC, Now: time.Now, Local: &Local{People: []Person{who}, Show: true},
		Sources: []schema.Source{dataviewer.New()},
	})
	if err != nil {
		return err
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	s.Address = "http://" + l.Addr().String()
	if err := json.NewEncoder(os.Stdout).Encode(s); err != nil {
		return err
	}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		_ = l.Close()
	}()
	if err := http.Serve(l, d.Handler()); !errors.Is(err, net.ErrClosed) { //nolint:contextcheck // each visit brings its own
		return err
	}
	return nil
}

// start starts a desk in a process of its own.
func startDesk(t *testing.T, folder string) (s started, kill func()) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), killedFolder+"="+folder)
	cmd.Stderr = os.Stderr
	if _, err := cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &s)
	}
	if err != nil {
		t.Fatal("the desk does not start:", err)
	}
	return s, func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
}

// A desk that is killed in the middle of a file goes on where it was, with
// another process, and what comes out is what went in.
func TestKilledInTheMiddle(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	csv := dump(t)
	data := bytes.Clone(csv) // two parts of the store: the dump over and over
	for len(data) < 17<<20 {
		data = append(data, csv[bytes.IndexByte(csv, '\n')+1:]...)
	}
	const piece = 5 << 20 // not that of the store
	var where string
	var at int64
	for n := 0; at < int64(len(data)); n++ {
		s, kill := startDesk(t, folder)
		b := visitor(t, s)
		if where == "" {
			where = b.begins("/requests/"+s.Case+"/uploads", len(data), "filename dmlld2VyLmNzdg==")
		}
		head := b.send(http.MethodHead, where, tus(), nil)
		got, err := strconv.ParseInt(head.header.Get("Upload-Offset"), 10, 64)
		if err != nil || got < at {
			t.Fatalf("start %d: it is at %q, and %d bytes were stored", n, head.header.Get("Upload-Offset"), at)
		}
		at = got
		patch := func(body io.Reader) answer {
			return b.send(http.MethodPatch, where, tus("Upload-Offset", strconv.FormatInt(at, 10), "Content-Type", "application/offset+octet-stream"), body)
		}
		if n == 0 { // one piece, and then the desk dies in the middle of the next
			want(t, "a piece", patch(bytes.NewReader(data[at:at+piece])), http.StatusNoContent)
			at += piece
			patch(io.MultiReader(bytes.NewReader(data[at:at+piece/2]), &killer{kill}))
			continue
		}
		last := patch(bytes.NewReader(data[at:]))
		sum := sha256.Sum256(data)
		if last.status != http.StatusNoContent || last.header.Get("Inzage-Sha256") != hex.EncodeToString(sum[:]) {
			t.Errorf("the last piece: %d %q, checksum %q", last.status, last.body, last.header.Get("Inzage-Sha256"))
		}
		at = int64(len(data))
		kill()
	}
}

// killer is where the desk dies: the client has nothing more to send.
type killer struct{ kill func() }

func (k *killer) Read([]byte) (int, error) {
	k.kill()
	return 0, io.ErrUnexpectedEOF
}

// visitor is a browser that is signed in to a desk in another process.
func visitor(t *testing.T, s started) browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	b := browser{&office{t: t, server: &httptest.Server{URL: s.Address}}, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	link := b.post("/sign-in", "person", "0").to
	if a := b.post(link); a.status != http.StatusSeeOther {
		t.Fatalf("cannot sign in: %d", a.status)
	}
	return b
}
