package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/emersion/go-smtp"
)

// kept is what is written to it, by many.
type kept struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (k *kept) Write(p []byte) (int, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.all.Write(p)
}

func (k *kept) String() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.all.String()
}

// NewSession makes it a mail server too.
func (k *kept) NewSession(*smtp.Conn) (smtp.Session, error) { return mailed{k}, nil }

type mailed struct{ *kept }

func (mailed) Mail(string, *smtp.MailOptions) error { return nil }
func (mailed) Rcpt(string, *smtp.RcptOptions) error { return nil }
func (mailed) Reset()                               {}
func (mailed) Logout() error                        { return nil }
func (m mailed) Data(r io.Reader) error {
	_, err := io.Copy(m.kept, r)
	return err
}

// forms are the ways in which a value can stand in bytes.
func forms(value string) map[string]string {
	wide := make([]byte, 0, 2*len(value))
	for _, u := range utf16.Encode([]rune(value)) {
		wide = append(wide, byte(u), byte(u>>8))
	}
	list := map[string]string{"as it is": value, "hex": hex.EncodeToString([]byte(value)), "web address": url.QueryEscape(value), "UTF-16": string(wide)}
	for shift := range 3 { // base64 depends on where in three bytes it starts
		text := base64.StdEncoding.EncodeToString([]byte("123"[:shift] + value))
		list["base64 "+"012"[shift:shift+1]] = text[4 : len(text)-4]
	}
	return list
}

// TestNothingPersonalLeavesTheProgram runs a request from intake to review with
// mail, webhook, metrics and log, and looks for the person in all that comes out
// of the program and in every byte of the data folder. Only the bundle, which
// somebody asks for with a reason, shows who it is about.
func TestNothingPersonalLeavesTheProgram(t *testing.T) {
	t.Parallel()
	canaries := []string{"Kanarievogel", "kanarievogel", "c4a4a41e-0b1d-4c4a-9a41-e0b1dc4a4a41", "geheim-adres"}
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	write := func(name, text string) {
		if err := os.MkdirAll(filepath.Dir(path(name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path(name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var mail, hook, log kept
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	post := smtp.NewServer(&mail)
	post.Domain = "localhost"
	go func() { _ = post.Serve(l) }()
	t.Cleanup(func() { _ = post.Close() })
	far := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_ = r.Write(&hook)
	}))
	t.Cleanup(far.Close)
	write("hook.secret", "shared")
	write("inzage.yaml", "notices:\n  mail: {server: \""+l.Addr().String()+"\", plain: true, from: inzage@gemeente.example, to: [fg@gemeente.example]}\n"+
		"  webhook: {url: \""+far.URL+"\", secret_file: "+path("hook.secret")+"}\n")
	write("person.yaml", "name: Koos Kanarievogel\nupns: [koos.kanarievogel@gemeente.example]\nobject_id: c4a4a41e-0b1d-4c4a-9a41-e0b1dc4a4a41\n")
	write("in/kanarievogel/ProductAndServiceUsage.json", `[{"time":"2026-10-01T08:00:00Z","correlationId":null,"properties":{"AppName":"Word",`+
		`"Action":"FileSaved","EventName":"Office.Word.Online.Data.Activity.FileSaved","Path":"C:\\Users\\kanarievogel\\geheim-adres.docx"}}]`)
	write("in/broken.json", `[{"Kanarievogel":`)

	begin := func(ctx context.Context, out io.Writer, args ...string) int {
		return execute(ctx, system{
			args: append(args, "--data", path("data"), "--config", path("inzage.yaml"), "--lang", "en"), stdin: strings.NewReader(""), stdout: out, stderr: &log,
			env: func(string) string { return "" },
		}, testCatalog(t))
	}
	ended := make(chan int, 1)
	serve := func() (end func()) {
		ctx, stop := context.WithCancel(t.Context())
		go func() { ended <- begin(ctx, &log, "serve", "--log", "trace", "--listen", "127.0.0.1:0") }()
		return func() {
			stop()
			if code := <-ended; code != exitOK && code != exitInterrupted {
				t.Errorf("exit %d: %s", code, log.String())
			}
		}
	}
	end := serve()
	until := func(what string, done func() bool) {
		t.Helper()
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for !done() {
			select {
			case <-tick.C:
			case code := <-ended:
				t.Fatalf("before %s: exit %d: %s", what, code, log.String())
			case <-t.Context().Done():
				t.Fatal(what)
			}
		}
	}
	listening := regexp.MustCompile(`"address":"([^"]+)"`)
	up := func(times int) bool {
		return strings.Count(log.String(), `"message":"ready"`) == times && len(listening.FindAllString(log.String(), -1)) == times
	}
	until("ready", func() bool { return up(1) })
	var said kept
	if code := begin(t.Context(), &said, "request", "new", "--subject", path("person.yaml"), "--received", "2026-10-05", "--channel", "letter",
		"--case", "2026-0042", "--identity", "known-at-work", "--in", path("in")); code != exitOK {
		t.Fatalf("exit %d: %s", code, log.String())
	}
	until("review", func() bool {
		begin(t.Context(), &said, "request", "show", "2026-0042", "--json")
		return strings.Contains(said.String(), `"state":"review"`)
	})
	end() // due dates are looked at when the service starts
	end = serve()
	until("ready again", func() bool { return up(2) })
	until("a notice", func() bool {
		return strings.Contains(mail.String(), "2026-0042") && strings.Contains(hook.String(), "2026-0042")
	})
	for _, args := range [][]string{
		{"request", "list", "--all"},
		{"request", "show", "2026-0042"},
		{"ledger", "show", "2026-0042"},
		{"ledger", "verify", "--json"},
		{"request", "show", "no-such-case"},
		{"request", "deliver", "2026-0042"},
		{"request", "refuse", "2026-0042", "--ground", "not-identified", "--text", "Kanarievogel gaf geen antwoord."},
	} {
		begin(t.Context(), &said, args...)
	}
	base := "http://" + listening.FindAllStringSubmatch(log.String(), -1)[1][1]
	for _, page := range []string{"/healthz", "/readyz", "/metrics", "/koos.kanarievogel"} {
		if err := fetchPage(t.Context(), &said, base+page); err != nil {
			t.Fatal(err)
		}
	}
	if code := begin(t.Context(), &said, "request", "get", "2026-0042", "--why", "review", "--out", path("out")); code != exitOK {
		t.Errorf("get: exit %d: %s", code, log.String())
	}
	end()
	texts := map[string]string{"the log or an error": log.String(), "mail": mail.String(), "the webhook": hook.String(), "what commands and pages say": said.String()}
	err = filepath.WalkDir(path("data"), func(name string, d fs.DirEntry, err error) error {
		texts["the name "+filepath.Base(name)] = name
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(name)
		texts["the file "+filepath.Base(name)] += string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, canary := range canaries {
		for how, form := range forms(canary) {
			for where, text := range texts {
				if strings.Contains(text, form) {
					t.Errorf("%s shows %q, %s", where, canary, how)
				}
			}
		}
	}
	bundle, err := os.ReadFile(path("out/2026-0042.zip"))
	if err != nil || len(bundle) == 0 {
		t.Errorf("there is no bundle: %v", err)
	}
}

func fetchPage(ctx context.Context, to io.Writer, address string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	_, err = io.Copy(to, res.Body)
	return err
}
