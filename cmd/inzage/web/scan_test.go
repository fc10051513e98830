package web

import (
	"bytes"
	"context"
	"net/http"
	"strings"
	"testing"

	"inzage/queue/queuetest"
	"inzage/schema"
	"inzage/workers"
	"inzage/workers/inputs"
	"inzage/workers/scan/scantest"
)

// What the organisation's scanner finds something in is refused in words, by form and
// by pieces, and leaves nothing; so is what it did not look at. What it lets through
// is in the bundle.
func TestHandInScanned(t *testing.T) {
	t.Parallel()
	s := scantest.Start(t, "StreamMaxLength 512K")
	o := open(t)
	o.takesFiles(2 << 20)
	o.desk.Scan = func(ctx context.Context, set *inputs.Set) error { return workers.Scan(ctx, s.Clamd, set) }
	b := o.sit(asker)
	r := o.works(o.asks(b), "bundle")
	forms, pieces := "/requests/"+r.Case+"/files", "/requests/"+r.Case+"/uploads"
	csv := dump(t)
	bad := append(bytes.Clone(csv), scantest.Pattern+"\n"...)
	refused := func(what string, data []byte, code schema.Code, says string) {
		t.Helper()
		a := b.hands(forms, file{"viewer.csv", csv}, file{"of the person.csv", data})
		if a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, says) || strings.Contains(a.body, "data-upload=") || strings.Contains(a.body, "Inzage.Test") {
			t.Errorf("%s: %d, and the page does not say %q, says more, or shows it as not finished", what, a.status, says)
		}
		where := b.begins(pieces, len(data), metadata("of the person.csv", ""))
		a = b.send(http.MethodPatch, where, tus("Upload-Offset", "0", "Content-Type", "application/offset+octet-stream"), bytes.NewReader(data))
		if a.status != http.StatusUnprocessableEntity || !strings.HasPrefix(a.body, string(code)) {
			t.Errorf("%s, in pieces: %d %q, want %q", what, a.status, a.body, code)
		}
		want(t, what+", gone", b.send(http.MethodHead, where, tus(), nil), http.StatusNotFound)
		if page := b.get(forms + "?refused=" + string(code)).body; !strings.Contains(page, says) {
			t.Errorf("%s: the page that the script opens does not say %q", what, says)
		}
		v, err := o.q.Vault(t.Context(), r.ID)
		if err != nil {
			t.Fatal(queuetest.Why(err))
		}
		if list, err := v.Box(workers.Upload).Uploads(t.Context()); err != nil || len(list) > 0 {
			t.Errorf("%s: %d uploads are left (%v)", what, len(list), err)
		}
		for name, text := range o.stored(r) {
			if strings.Contains(text, scantest.Pattern) || strings.HasPrefix(name, "of") {
				t.Errorf("%s: it is stored", what)
			}
		}
	}
	refused("a bad file", bad, schema.CodeInfected, "Laat uw computer nakijken")
	refused("in an archive", zipped(t, "viewer.csv", bad, 0), schema.CodeInfected, "Laat uw computer nakijken")
	refused("larger than it looks at", append(bytes.Clone(csv), bytes.Repeat([]byte("\n"), 1<<20)...), schema.CodeScanLimit, "niet helemaal bekijken")
	if held := o.stored(r); len(held) != 3 || held["viewer.csv"] != string(csv) {
		t.Errorf("%d files are there, want the good one of each form", len(held))
	}
	if lines := o.builds(r); !strings.Contains(lines, `"source":"dataviewer"`) || strings.Contains(lines, scantest.Pattern) {
		t.Error("the bundle lacks what was good, or has what was not")
	}
	s.Kill()
	if a := b.hands(forms, file{"late.csv", csv}); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, "Probeer het later opnieuw") || len(o.stored(r)) != 3 {
		t.Errorf("without its scanner: %d, %d files are there", a.status, len(o.stored(r)))
	}
}
