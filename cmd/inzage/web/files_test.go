package web

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"io"
	"io/fs"
	"mime/multipart"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"inzage/queue/queuetest"
	"inzage/schema"
	"inzage/workers"
	"inzage/workers/dataviewer"
	"inzage/workers/graphexport"
)

// takesFiles lets the office take files of at most that many bytes.
func (o *office) takesFiles(largest int64) {
	o.desk.Sources, o.desk.Largest = []schema.Source{graphexport.New(), dataviewer.New()}, largest
}

// send sends a request with a body of any kind.
func (b browser) send(method, path string, header http.Header, body io.Reader) answer {
	b.o.t.Helper()
	req, err := http.NewRequestWithContext(b.o.t.Context(), method, b.o.server.URL+path, body)
	if err != nil {
		b.o.t.Fatal(err)
	}
	if header != nil {
		req.Header = header
	}
	res, err := b.c.Do(req)
	if err != nil {
		return answer{}
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		b.o.t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header.Get("Location"), string(text), res.Header}
}

// file is a file of a form.
type file struct {
	name string
	data []byte
}

// hands in files with a form, as a browser without script does.
func (b browser) hands(path string, list ...file) answer {
	b.o.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for _, f := range list {
		w, err := form.CreateFormFile("file", f.name)
		if err != nil {
			b.o.t.Fatal(err)
		}
		_, _ = w.Write(f.data)
	}
	if err := form.Close(); err != nil {
		b.o.t.Fatal(err)
	}
	return b.send(http.MethodPost, path, http.Header{"Content-Type": {form.FormDataContentType()}}, &body)
}

func dump(t *testing.T) []byte {
	t.Helper()
	data, err := os.ReadFile("../../../testdata/demo/input/viewer.csv")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// zipped makes an archive of one file; flags are set in its header.
func zipped(t *testing.T, name string, data []byte, flags uint16) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = f.Write(data)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	out := b.Bytes()
	if flags != 0 { // in the directory, which is what is read
		at := bytes.Index(out, []byte("PK\x01\x02"))
		out[at+8] |= byte(flags)
	}
	return out
}

// stored is what the request holds of what was handed in.
func (o *office) stored(r schema.Request) map[string]string {
	o.t.Helper()
	v, err := o.q.Vault(o.t.Context(), r.ID)
	if err != nil {
		o.t.Fatal(queuetest.Why(err))
	}
	box := v.Box(workers.Upload)
	blobs, err := box.Blobs(o.t.Context())
	if err != nil {
		o.t.Fatal(queuetest.Why(err))
	}
	held := make(map[string]string)
	for _, b := range blobs {
		in, err := box.Open(o.t.Context(), b.Name)
		if err != nil {
			o.t.Fatal(queuetest.Why(err))
		}
		text, err := io.ReadAll(in)
		if err != nil {
			o.t.Fatal(queuetest.Why(err))
		}
		held[b.Name] = string(text)
	}
	return held
}

// What an employee hands in by a plain form is in the store as it was sent, the
// ledger says so, and the bundle is made with it; what is of no use is refused in
// words, and leaves nothing.
func TestHandIn(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.takesFiles(1 << 20)
	b := o.sit(asker)
	r := o.works(o.asks(b), "bundle")
	path := "/requests/" + r.Case + "/files"
	csv := dump(t)
	for _, c := range []struct {
		what string
		file file
		says string
	}{
		{"a picture", file{"a.png", []byte("\x89PNG\r\n\x1a\n0000")}, "herkennen"},
		{"nothing", file{"a.csv", nil}, "Er zit niets in"},
		{"a bomb", file{"a.zip", zipped(t, "viewer.csv", bytes.Repeat(csv[:1], 8<<20), 0)}, "veel te groot"},
		{"a password", file{"a.zip", zipped(t, "viewer.csv", csv, 1)}, "wachtwoord"},
		{"too much", file{"a.csv", append(bytes.Clone(csv), make([]byte, 1<<20)...)}, "te groot"},
		{"half an archive", file{"a.zip", zipped(t, "viewer.csv", csv, 0)[:999]}, "beschadigd"},
	} {
		a := b.hands(path, c.file)
		if a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, c.says) || !strings.Contains(a.body, c.file.name) {
			_, rest, _ := strings.Cut(a.body, "<main")
			t.Errorf("%s: %d, and the page does not say %q: %s", c.what, a.status, c.says, rest)
		}
		if strings.Contains(a.body, "data-upload=") {
			t.Errorf("%s: the page shows it as not finished", c.what)
		}
	}
	if held := o.stored(r); len(held) > 0 || o.entries(r, schema.EntryHandedIn) > 0 {
		t.Errorf("%d files were taken, with %d entries", len(held), o.entries(r, schema.EntryHandedIn))
	}
	want(t, "no file", b.hands(path), http.StatusUnprocessableEntity)
	want(t, "a good one", b.hands(path, file{`C:\Users\sanne\viewer.csv`, csv}, file{"b.zip", zipped(t, "viewer.csv", csv, 0)}), http.StatusSeeOther)
	if held := o.stored(r); len(held) != 2 || held["viewer.csv"] != string(csv) {
		t.Errorf("%d files are there, want the two", len(held))
	}
	sum := sha256.Sum256(csv)
	if page := b.get(path).body; !strings.Contains(page, hex.EncodeToString(sum[:])) || strings.Contains(page, "‹") {
		t.Error("the page does not show the checksum, or lacks a text")
	}
	after := o.request(r)
	if part, _ := after.PartOf(workers.Upload); part.State != schema.PartOrdered || after.State != schema.StateCollecting {
		t.Errorf("the files are %s, the request is %s", part.State, after.State)
	}
	page := o.sit(admin).get("/cases/" + r.Case + "/files").body
	if strings.Contains(page, "viewer.csv") || !strings.Contains(page, hex.EncodeToString(sum[:])) {
		t.Error("an admin sees the names of the person's files, or not that they are there")
	}
	want(t, "take one back", b.post(path+"/back", "file", hex.EncodeToString(sum[:])), http.StatusSeeOther)
	if held := o.stored(r); len(held) != 1 {
		t.Errorf("%d files are left", len(held))
	}
	lines := o.builds(r)
	if n := strings.Count(lines, `"source":"dataviewer"`); n != 142 || !strings.Contains(lines, "Microsoft.Windows.Kernel.Power.OSStateChange") {
		t.Errorf("the bundle holds %d records of the 142 that were handed in", n)
	}
	picture := append([]byte("\x89PNG\r\n\x1a\n"), make([]byte, 1<<20-100)...)
	mixed := b.hands(path, file{"1.png", picture}, file{"2.png", picture}, file{"3.png", picture}, file{"4.png", picture}, file{"last.csv", csv})
	if held := o.stored(r); mixed.status != http.StatusUnprocessableEntity || held["last.csv"] != string(csv) {
		t.Errorf("a good file after large ones of no use: %d, %d files are there", mixed.status, len(held))
	}
	want(t, "withdraw", b.post("/requests/"+r.Case+"/withdraw"), http.StatusSeeOther)
	want(t, "after the end", b.hands(path, file{"viewer.csv", csv}), http.StatusConflict)
	if script := b.get("/guides/collect-dataviewer.ps1"); !strings.Contains(script.body, "Get-DiagnosticData") {
		t.Errorf("the script: %d, %d bytes", script.status, len(script.body))
	}
}

// builds lets the workers make the bundle and returns its records.
func (o *office) builds(r schema.Request) string {
	o.t.Helper()
	known, err := words()
	if err != nil {
		o.t.Fatal(queuetest.Why(err))
	}
	s := &workers.Service{Queue: o.q, Temp: o.t.TempDir(), Builder: workers.Builder{
		Catalog: known, Program: "test", Sources: func(string) []schema.Source { return o.desk.Sources },
	}}
	ctx, stop := context.WithCancel(o.t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Work(ctx, 1, 1) }()
	queuetest.Eventually(o.t, "built", func() bool { return o.request(r).State == schema.StateReview })
	stop()
	if err := <-done; err != nil {
		o.t.Fatal(queuetest.Why(err))
	}
	v, err := o.q.Vault(o.t.Context(), r.ID)
	if err != nil {
		o.t.Fatal(queuetest.Why(err))
	}
	in, err := v.Bundle().Open(o.t.Context(), workers.BundleName)
	if err != nil {
		o.t.Fatal(queuetest.Why(err))
	}
	defer in.Close()
	data, err := io.ReadAll(in)
	if err != nil {
		o.t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		o.t.Fatal(err)
	}
	lines, err := fs.ReadFile(z, "machine/records.jsonl")
	if err != nil {
		o.t.Fatal(err)
	}
	return string(lines)
}

// tus is the headers of the protocol.
func tus(pairs ...string) http.Header {
	h := http.Header{"Tus-Resumable": {"1.0.0"}}
	for i := 0; i+1 < len(pairs); i += 2 {
		h.Set(pairs[i], pairs[i+1])
	}
	return h
}

// begins an upload and returns its path.
func (b browser) begins(path string, size int, metadata string) string {
	b.o.t.Helper()
	a := b.send(http.MethodPost, path, tus("Upload-Length", strconv.Itoa(size), "Upload-Metadata", metadata), nil)
	want(b.o.t, "begin", a, http.StatusCreated)
	_, id, _ := strings.Cut(a.to, path)
	return path + id
}

func metadata(name, sum string) string {
	return "filename " + base64.StdEncoding.EncodeToString([]byte(name)) + ",sha256 " + base64.StdEncoding.EncodeToString([]byte(sum))
}

// breaksOff sends the beginning of a file, and then the connection is gone.
func (b browser) breaksOff(path string, data []byte, at int) {
	b.o.t.Helper()
	req, err := http.NewRequestWithContext(b.o.t.Context(), http.MethodPatch, b.o.server.URL+path, bytes.NewReader(data[:at]))
	if err != nil {
		b.o.t.Fatal(err)
	}
	req.Header = tus("Upload-Offset", "0", "Content-Type", "application/offset+octet-stream")
	req.ContentLength = int64(len(data))
	for _, c := range b.c.Jar.Cookies(req.URL) {
		req.AddCookie(c)
	}
	conn, err := (&net.Dialer{}).DialContext(b.o.t.Context(), "tcp", req.URL.Host)
	if err != nil {
		b.o.t.Fatal(err)
	}
	defer conn.Close()
	_ = req.Write(conn) // the rest is missing, and it says so
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.CloseWrite()
	}
	_, _ = io.Copy(io.Discard, conn)
}

// cut leaves an upload as a desk does that is killed after it made a file of the
// request of it, and before the ledger says so. It returns where it is, under path.
func (o *office) cut(r schema.Request, path, name string, data []byte) string {
	o.t.Helper()
	v, err := o.q.Vault(o.t.Context(), r.ID)
	if err != nil {
		o.t.Fatal(queuetest.Why(err))
	}
	u, err := v.Box(workers.Upload).Begin(o.t.Context(), name, int64(len(data)), "", "")
	if err == nil {
		_, err = u.Write(o.t.Context(), 0, bytes.NewReader(data))
	}
	if err == nil {
		_, err = u.Done(o.t.Context())
	}
	if err != nil {
		o.t.Fatal(queuetest.Why(err))
	}
	return path + "/" + u.Incoming().ID
}

// A file that comes in pieces goes on where its connection broke, for who began it
// alone, and is the file that was announced.
func TestHandInByPieces(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.takesFiles(1 << 20)
	b, adm := o.sit(asker), o.sit(admin)
	r := o.works(o.asks(b), "bundle")
	path := "/requests/" + r.Case + "/uploads"
	csv := dump(t)
	hash := sha256.Sum256(csv)
	sum := hex.EncodeToString(hash[:])
	where := b.begins(path, len(csv), metadata("viewer.csv", sum))
	patch := func(at int64, body io.Reader) answer {
		return b.send(http.MethodPatch, where, tus("Upload-Offset", strconv.FormatInt(at, 10), "Content-Type", "application/offset+octet-stream"), body)
	}
	half := len(csv) / 2
	b.breaksOff(where, csv, half)
	var at int64
	for limit := time.Now().Add(time.Minute); at == 0; { // the desk may not have seen the break yet
		head := b.send(http.MethodHead, where, tus(), nil)
		var err error
		if at, err = strconv.ParseInt(head.header.Get("Upload-Offset"), 10, 64); err != nil || time.Now().After(limit) {
			t.Fatalf("%d: after the break it is at %q, want %d", head.status, head.header.Get("Upload-Offset"), half)
		}
	}
	if at > int64(half) {
		t.Fatalf("it is at %d, and only %d were sent", at, half)
	}
	want(t, "another place", patch(at-1, bytes.NewReader(csv[at-1:])), http.StatusConflict)
	want(t, "a stranger", o.sit(stranger).send(http.MethodHead, where, tus(), nil), http.StatusForbidden)
	page := b.get("/requests/" + r.Case + "/files").body
	if !strings.Contains(page, strconv.Itoa(int(100*at)/len(csv))+"%") {
		t.Error("the page does not say how far it is")
	}
	last := patch(at, bytes.NewReader(csv[at:]))
	want(t, "the rest", last, http.StatusNoContent)
	if got := last.header.Get("Inzage-Sha256"); got != sum {
		t.Errorf("the checksum is %q, want %q", got, sum)
	}
	if held := o.stored(r); held["viewer.csv"] != string(csv) {
		t.Error("what is stored is not what was sent")
	}
	cut := b.send(http.MethodHead, o.cut(r, path, "half.csv", csv), tus(), nil)
	if cut.status != http.StatusOK || o.entries(r, schema.EntryHandedIn) != 2 || len(o.stored(r)) != 2 {
		t.Errorf("a desk that was cut off: %d, %d entries, %d files", cut.status, o.entries(r, schema.EntryHandedIn), len(o.stored(r)))
	}
	where = b.begins(path, len(csv), metadata("viewer.csv", strings.Repeat("0", 64)))
	if a := patch(0, bytes.NewReader(csv)); a.status != http.StatusUnprocessableEntity || !strings.HasPrefix(a.body, string(schema.CodeHashDiffers)) {
		t.Errorf("another file than was announced: %d %q", a.status, a.body)
	}
	where = b.begins(path, 9, metadata("viewer.csv", ""))
	if a := patch(0, strings.NewReader("no format")); a.status != http.StatusUnprocessableEntity {
		t.Errorf("a file of no use: %d %q", a.status, a.body)
	}
	want(t, "refused, so gone", b.send(http.MethodHead, where, tus(), nil), http.StatusNotFound)
	want(t, "too large", b.send(http.MethodPost, path, tus("Upload-Length", "9999999"), nil), http.StatusRequestEntityTooLarge)
	for range 2 { // of a MiB each, beside the two that are there
		b.begins(path, 1<<20, "mark MTc=")
	}
	if page := b.get("/requests/" + r.Case + "/files").body; !strings.Contains(page, `data-size="1048576" data-mark="17"`) {
		t.Error("the page's script cannot know the file again")
	}
	b.begins(path, 1<<20, "")
	if full := b.send(http.MethodPost, path, tus("Upload-Length", strconv.Itoa(1<<20)), nil); full.status != http.StatusUnprocessableEntity || !strings.HasPrefix(full.body, string(schema.CodeFull)) {
		t.Errorf("more than a request may have: %d %q", full.status, full.body)
	}
	path = "/cases/" + r.Case + "/uploads"
	where = adm.begins(path, 9, "")
	want(t, "give it up", adm.send(http.MethodDelete, where, tus(), nil), http.StatusNoContent)
	if n := o.entries(r, schema.EntryHandedIn); n != 2 || len(o.stored(r)) != 2 {
		t.Errorf("%d entries, %d files", n, len(o.stored(r)))
	}
}
