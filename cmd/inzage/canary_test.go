package main

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"inzage/testdata/canary"
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

// TestNothingPersonalLeavesTheProgram runs a request from intake to review with
// mail, webhook, metrics and log, and looks for the person in all that comes out
// of the program and in every byte of the data folder. Only the bundle, which
// somebody asks for with a reason, shows who it is about. Then the request is
// closed and its terms end: nothing of the person is left anywhere, and in a
// backup of before nobody reads anything without the organisation's key.
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
		"  webhook: {url: \""+far.URL+"\", secret_file: "+path("hook.secret")+", events: true}\n")
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
		go func() {
			ended <- begin(ctx, &log, "serve", "--log", "trace", "--listen", "127.0.0.1:0", "--metrics", "127.0.0.1:0")
		}()
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
		return strings.Contains(mail.String(), "2026-0042") && strings.Contains(hook.String(), "2026-0042") &&
			strings.Contains(hook.String(), `"type":"inzage.request.`)
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
	metrics := "http://" + regexp.MustCompile(`"metrics":"([^"]+)"`).FindAllStringSubmatch(log.String(), -1)[1][1]
	for _, page := range []string{base + "/healthz", base + "/readyz", metrics + "/metrics", base + "/koos.kanarievogel"} {
		if err := fetchPage(t.Context(), &said, page); err != nil {
			t.Fatal(err)
		}
	}
	if !strings.Contains(said.String(), "inzage_requests{") {
		t.Error("the metrics were not looked at")
	}
	var shown kept
	if code := begin(t.Context(), &shown, "token", "new", "--client", "zaaksysteem", "--scope", "requests:read,requests:create,decisions:prepare,ledger:read,events:read", "--json"); code != exitOK {
		t.Fatalf("token: exit %d: %s", code, log.String())
	}
	token := regexp.MustCompile(`"token":"([^"]+)"`).FindStringSubmatch(shown.String())[1]
	secret := token[strings.LastIndexByte(token, '_')+1:]
	for path, body := range map[string]string{
		"/requests?state=all": "", "/requests/2026-0042": "", "/requests/2026-0042/ledger": "", "/events": "", "/requests/koos.kanarievogel": "",
		"/requests?kanarievogel=1":      "",
		"/requests/2026-0042/proposals": `{"act": "withdrawn", "reason": "Kanarievogel belde."}`,
		"/requests":                     `{"subject": {"name": "Koos Kanarievogel", "addresses": ["Koos.Kanarievogel@gemeente.example"]}, "received": "2026-10-05", "channel": "mail", "language": "nl"}`,
	} {
		if err := call(t.Context(), &said, base+"/api/v1"+path, token, body); err != nil {
			t.Fatal(err)
		}
	}
	for _, part := range []string{`"code":"same-person"`, `"inzage.request.opened"`, `"client-zaaksysteem"`} {
		if !strings.Contains(said.String(), part) {
			t.Errorf("the API did not say %s", part)
		}
	}
	if code := begin(t.Context(), &said, "request", "get", "2026-0042", "--why", "review", "--out", path("out")); code != exitOK {
		t.Errorf("get: exit %d: %s", code, log.String())
	}
	begin(t.Context(), &said, "request", "withdraw", "2026-0042", "--text", "Kanarievogel ziet ervan af.")
	end()
	if err := os.CopyFS(path("backup"), os.DirFS(path("data"))); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path("backup/key")); err != nil {
		t.Fatal(err)
	}
	settings, err := os.ReadFile(path("inzage.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	write("inzage.yaml", string(settings)+"terms: {raw_days: 0, bundle_days: 0}\n")
	end = serve()
	until("erased", func() bool {
		begin(t.Context(), &said, "request", "show", "2026-0042", "--json")
		return strings.Contains(said.String(), `"state":"erased"`)
	})
	var certificate kept
	for _, flag := range []string{"--json=false", "--json"} {
		if code := begin(t.Context(), &certificate, "request", "certificate", "2026-0042", flag); code != exitOK {
			t.Errorf("certificate: exit %d: %s", code, log.String())
		}
	}
	for _, want := range []string{"Withdrawn on", "keys: 2", "The program did this", `"certificate":"inzage-erasure/1"`, `"ledger_sha256":"`} {
		if !strings.Contains(certificate.String(), want) {
			t.Errorf("the certificate does not say %q: %s", want, certificate.String())
		}
	}
	end()
	texts := map[string]string{"the log or an error": log.String(), "mail": mail.String(), "the webhook": hook.String(), "what commands and pages say": said.String(), "the certificate": certificate.String()}
	for where, text := range texts {
		for _, found := range canary.Find([]byte(text), canaries...) {
			t.Errorf("%s shows %s", where, found)
		}
	}
	if found := canary.Find([]byte(log.String()+mail.String()+hook.String()), secret); len(found) > 0 {
		t.Errorf("the log or a notice shows the token: %v", found)
	}
	look := func(folder string) []string {
		found, err := canary.FindIn(path(folder), append([]string{secret}, canaries...)...)
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	for _, folder := range []string{"data", "backup"} {
		for _, found := range look(folder) {
			t.Errorf("%s: %s", folder, found)
		}
	}
	write("data/work/planted", "C:\\Users\\kanarievogel") // it would be found
	if len(look("data")) == 0 {
		t.Error("what was planted is not found")
	}
	bundle, err := os.ReadFile(path("out/2026-0042.zip"))
	if err != nil || len(bundle) == 0 {
		t.Errorf("there is no bundle: %v", err)
	}
}

// call asks the API something, as a program with a token.
func call(ctx context.Context, to io.Writer, address, token, body string) error {
	method := http.MethodGet
	if body != "" {
		method = http.MethodPost
	}
	req, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(body))
	if err != nil {
		return err
	}
	for name, value := range map[string]string{"Authorization": "Bearer " + token, "Content-Type": "application/json", "Idempotency-Key": "0123456789abcdef"} {
		req.Header.Set(name, value)
	}
	return copyAnswer(to, req)
}

func fetchPage(ctx context.Context, to io.Writer, address string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	return copyAnswer(to, req)
}

func copyAnswer(to io.Writer, req *http.Request) error {
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	_, err = io.Copy(to, res.Body)
	return err
}
