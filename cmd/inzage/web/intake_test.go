package web

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"inzage/queue/queuetest"
	"inzage/schema"
)

// hands in a list as a browser does.
func (b browser) list(text string) answer {
	b.o.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("list", "list.csv")
	if err != nil {
		b.o.t.Fatal(err)
	}
	if _, err := part.Write([]byte(text)); err != nil {
		b.o.t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		b.o.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(b.o.t.Context(), http.MethodPost, b.o.server.URL+"/intake/list", &body)
	if err != nil {
		b.o.t.Fatal(err)
	}
	req.Header.Set("Content-Type", form.FormDataContentType())
	res, err := b.c.Do(req)
	if err != nil {
		b.o.t.Fatal(err)
	}
	defer res.Body.Close()
	return answer{status: res.StatusCode, to: res.Header.Get("Location")}
}

// TestNewCase files a request that came on paper: what is wrong is said, the
// check of who asks is on record with who did it, twice the same is one case, and
// whose own request it is follows it as such.
func TestNewCase(t *testing.T) {
	t.Parallel()
	o := open(t)
	b := o.sit(admin)
	a := b.post("/intake", "name", "Jo <b>Bakker</b>", "addresses", "jo", "received", "2999-01-01", "channel", "desk", "identity", "passport-copy", "language", "xx")
	want(t, "a form full of mistakes", a, http.StatusBadRequest)
	if n := strings.Count(a.body, `class="desk-flaw"`); n != 5 || !strings.Contains(a.body, "Jo &lt;b&gt;Bakker") {
		t.Errorf("%d mistakes told, or what was typed is gone", n)
	}
	form := []string{"name", "Jo Bakker", "addresses", "jo@voorbeeld.example", "received", "5-3-2026", "channel", "letter", "language", "en"}
	a = b.post("/intake", form...)
	number, ok := strings.CutPrefix(a.to, "/cases/")
	if !ok {
		t.Fatalf("filing: %d to %q", a.status, a.to)
	}
	r, _ := o.desk.Register.Case(number)
	if r.State != schema.StateReceived || r.Received != schema.NewDate(2026, 3, 5) || r.Channel != schema.ChannelLetter || r.Lang != schema.English {
		t.Errorf("it is %+v", r)
	}
	want(t, "the same again", b.post("/intake", form...), http.StatusConflict)
	if a := b.post("/intake", append(form, "another", "yes")...); a.to == "" || a.to == "/cases/"+number {
		t.Errorf("about other data: %d to %q", a.status, a.to)
	}
	if page := b.get("/cases/" + number).body; !strings.Contains(page, "/identity") {
		t.Error("the page does not ask who it is")
	}
	want(t, "signed in, on paper", b.post("/cases/"+number+"/identity", "identity", "signed-in"), http.StatusBadRequest)
	want(t, "a check", b.post("/cases/"+number+"/identity", "identity", "seen-document"), http.StatusSeeOther)
	want(t, "a check again", b.post("/cases/"+number+"/identity", "identity", "called-back"), http.StatusConflict)
	entries, err := o.q.Entries(t.Context(), r.ID)
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	if e := entries[1]; e.Kind != schema.EntryVerified || e.Code != "seen-document" || e.Actor != o.q.Actor("test", admin) {
		t.Errorf("on record: %+v", e)
	}
	if o.request(r).State != schema.StateCollecting {
		t.Error("collecting did not begin")
	}
	// On paper, by people who can sign in here: the employee follows it, and the
	// admin does not handle their own.
	for name, id := range map[string]string{asker: "11111111-2222-3333-4444-555555555555", admin: "66666666-2222-3333-4444-555555555555"} {
		for i, p := range people() {
			if p == name {
				o.desk.Local.People[i].Subject.ObjectID = schema.NewPersonal(id)
			}
		}
		a := o.sit(admin).post("/intake", "object_id", id, "received", "2026-03-05", "channel", "mail", "identity", "known-at-work", "language", "nl")
		number := a.to[strings.LastIndexByte(a.to, '/')+1:]
		want(t, name+" follows it", o.sit(name).get("/requests/"+number), http.StatusOK)
		if handles := o.sit(admin).get("/cases/" + number).status; (handles == http.StatusOK) != (name == asker) {
			t.Errorf("the admin at the case of %s: %d", name, handles)
		}
	}
	// On paper, by an address that was not known to be anybody's who signs in: asking
	// at the desk as well makes no second case.
	b.post("/intake", "addresses", "Joris@voorbeeld.example", "received", "2026-03-05", "channel", "mail", "identity", "known-at-work", "language", "nl")
	o.desk.Local.People[1].Subject.UPNs = []schema.Personal{schema.NewPersonal("joris@voorbeeld.example")}
	before := o.desk.Register.Len()
	joris := o.sit(stranger)
	if a := joris.post("/requests"); a.to != "/requests" || o.desk.Register.Len() != before || !strings.Contains(joris.get("/requests").body, "al een verzoek van u") {
		t.Errorf("asking what was asked on paper leads to %q, and to %d cases instead of %d", a.to, o.desk.Register.Len(), before)
	}
	if !o.desk.Reception.Remembers(r.ID) {
		t.Error("whose case is open is not known")
	}
	o.write(r, schema.Entry{Kind: schema.EntryWithdrawn})
	b.post("/intake", append(form, "name", "Jo")...)
	if o.desk.Reception.Remembers(r.ID) {
		t.Error("the desk still knows whose a closed case was")
	}
}

// TestList files many at once: nothing before the word, each once, and what is
// wrong or double is told by its line.
func TestList(t *testing.T) {
	t.Parallel()
	o := open(t)
	b := o.sit(admin)
	b.post("/intake", "addresses", "al@voorbeeld.example", "received", "2026-03-05", "channel", "mail", "identity", "known-at-work", "language", "nl")
	before := o.desk.Register.Len()
	if a := b.list("\ufeffname;Addresses;received;channel;identity\r\n" +
		"Eén;een@voorbeeld.example;5-3-2026;letter;seen-document\r\n" +
		";;2026-03-05;letter;\r\n" +
		"\r\n" +
		"\"Twee\nde Tweede\";TWEE@voorbeeld.example;2026-03-06;oral;\r\n" +
		"Al;AL@voorbeeld.example;2026-03-06;oral;\r\n" +
		"Een weer;x@y.example EEN@voorbeeld.example;2026-03-06;oral;\r\n" +
		"kort;1\r\n"); a.to != "/intake/list" {
		t.Fatalf("a list: %d to %q", a.status, a.to)
	}
	if o.desk.Register.Len() != before {
		t.Error("something is filed before the word")
	}
	page := b.get("/intake/list").body
	for line, says := range map[string]string{"2": "Wordt een zaak", "3": "Vul een werkadres", "5": "Wordt een zaak", "7": "Heeft al een open zaak", "8": "Dezelfde persoon als regel 2", "9": "te veel of te weinig"} {
		if !regexp.MustCompile(`<th scope="row">` + line + `</th><td>[^\n]*` + says).MatchString(page) {
			t.Errorf("line %s does not say %q", line, says)
		}
	}
	id := regexp.MustCompile(`name="draft" value="([^"]+)"`).FindStringSubmatch(page)
	if id == nil {
		t.Fatal("no way to confirm")
	}
	want(t, "another draft", b.post("/intake/list/file", "draft", "x"), http.StatusConflict)
	want(t, "a stranger's", o.sit(both).post("/intake/list/file", "draft", id[1]), http.StatusConflict)
	var all sync.WaitGroup
	for range 4 { // somebody clicks very fast
		all.Go(func() { b.post("/intake/list/file", "draft", id[1]) })
	}
	all.Wait()
	if n := o.desk.Register.Len() - before; n != 2 {
		t.Errorf("%d cases, want 2", n)
	}
	if page = b.get("/intake/list").body; !strings.Contains(page, "Gemaakte zaken: 2.") {
		t.Error("who clicks twice is not told what was filed")
	}
	if strings.Count(page, "✓") != 2 || strings.Contains(page, "/intake/list/file") {
		t.Error("the page does not say what was filed, or offers to file again")
	}
	b.post("/intake/list/drop")
	if page = b.get("/intake/list").body; strings.Contains(page, "Tweede") {
		t.Error("the list is still there")
	}
	b.list("name,addresses,received,chanel\n")
	if page = b.get("/intake/list").body; !strings.Contains(page, "chanel") {
		t.Error("an unknown column is not told")
	}
	b.list(strings.Repeat("x", maxList+1))
	if page = b.get("/intake/list").body; !strings.Contains(page, "te groot") {
		t.Error("a list that is too large is not told of")
	}
}

func TestReadList(t *testing.T) {
	t.Parallel()
	today := schema.NewDate(2026, 11, 27)
	for name, c := range map[string]struct {
		text, wrong string
		lines       int
		flaws       string // of the first line
	}{
		"comma":           {"addresses,received,channel\na@b.example,2026-01-02,mail\n", "", 1, ""},
		"tab":             {"addresses\treceived\tchannel\na@b.example\t2-1-2026\tMAIL\n", "", 1, ""},
		"json":            {`[{"addresses":["a@b.example","c@d.example"],"received":"2026-01-02","channel":"letter"}]`, "", 1, ""},
		"json, no object": {`[7]`, "", 1, "object-needed"},
		"json, unknown":   {`[{"adresses":"a@b.example"}]`, "", 1, "unknown-name"},
		"json, number":    {`[{"addresses":7}]`, "", 1, "value"},
		"json, one":       {`{"addresses":"a@b.example"}`, "json", 0, ""},
		"quotes":          {"addresses,received,channel\na\"b,2026-01-02,mail\na@b.example,2026-01-02,mail\n", "", 2, "quotes"},
		"quotes open":     {"addresses,received,channel\n\"a@b.example,2026-01-02,mail\nc@d.example,2026-01-02,mail\n", "", 1, "quotes-open"},
		"json, twice":     {`[{"addresses":"a@b.example","Addresses":"c@d.example","received":"2026-01-02","channel":"letter"}]`, "", 1, "name-twice"},
		"json, capitals":  {`[{"Addresses":"a@b.example","RECEIVED":"2026-01-02","channel":"letter"}]`, "", 1, ""},
		"long ago":        {"addresses,received,channel\na@b.example,5-3-0206,mail\n", "", 1, "past"},
		"invisible":       {"addresses,received,channel\na\u200b@b.example,2026-01-02,mail\n", "", 1, "address"},
		"too many names":  {"addresses,received,channel\n" + strings.Repeat("a@b.example ", 21) + ",2026-01-02,mail\n", "", 1, "much"},
		"no names":        {"a@b.example,2026-01-02,mail\n", "column", 0, ""},
		"names only":      {"addresses,received,channel\n", "empty", 0, ""},
		"nothing":         {"", "empty", 0, ""},
		"a name twice":    {"addresses,received,channel,received\n", "twice", 0, ""},
		"a name missing":  {"addresses,received\n", "missing", 0, ""},
		"not UTF-8":       {"addresses,received,channel\nJos\xe9@b.example,2026-01-02,mail\n", "encoding", 0, ""},
		"31 February":     {"addresses,received,channel\na@b.example,31-2-2026,mail\n", "", 1, "day"},
		"too many":        {"addresses,received,channel\n" + strings.Repeat("a@b.example,2026-01-02,mail\n", maxLines+1), "many", 0, ""},
	} {
		list, wrong, _ := readList([]byte(c.text), today)
		flaws := ""
		if len(list) > 0 && len(list[0].Flaws) > 0 {
			flaws = list[0].Flaws[0].What
		}
		if wrong != c.wrong || len(list) != c.lines || flaws != c.flaws {
			t.Errorf("%s: %q, %d lines, flaw %q", name, wrong, len(list), flaws)
		}
	}
}

// TestTwins holds that a line counts as double only where the other can be filed:
// who mends a mistake on the next line has one request, not none.
func TestTwins(t *testing.T) {
	t.Parallel()
	list, _, _ := readList([]byte("addresses,received,channel\n"+
		"a@b.example,31-2-2026,mail\na@b.example,2-1-2026,mail\nA@b.example c@d.example,2-1-2026,mail\nC@d.example,2-1-2026,mail\n"), schema.NewDate(2026, 11, 27))
	var twins []int
	for _, a := range list {
		twins = append(twins, a.Twin)
	}
	if want := []int{0, 0, 3, 4}; !slices.Equal(twins, want) {
		t.Errorf("twins %v, want %v", twins, want)
	}
}

// FuzzReadList holds that every line is either whole or has a flaw, in the order
// of the list.
func FuzzReadList(f *testing.F) {
	f.Add([]byte("addresses;received;channel\na@b.example;5-3-2026;mail\n;;\n"))
	f.Add([]byte(`[{"addresses":["a@b.example"],"received":"2026-01-02","channel":"letter"},{}]`))
	f.Fuzz(func(t *testing.T, text []byte) {
		list, wrong, _ := readList(text, schema.NewDate(2026, 11, 27))
		if (wrong == "") != (len(list) > 0) || len(list) > maxLines {
			t.Fatalf("%q and %d lines", wrong, len(list))
		}
		last := 0
		for _, a := range list {
			if a.Line <= last {
				t.Fatalf("line %d after %d", a.Line, last)
			}
			if last = a.Line; len(a.Flaws) > 0 {
				continue
			}
			if who := a.subject(); a.day.IsZero() || len(who.UPNs) == 0 && who.ObjectID.IsEmpty() {
				t.Fatalf("line %d is no request", a.Line)
			}
		}
	})
}

// What there is to choose from is named where somebody chose something else.
func TestChoicesAreNamed(t *testing.T) {
	t.Parallel()
	words, err := words()
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	for _, l := range []schema.Lang{schema.Dutch, schema.English} {
		for _, c := range channels() {
			if text := words.Text(l, "desk.intake.flaw.channel"); !strings.Contains(text, string(c)) {
				t.Errorf("%q does not name %s", text, c)
			}
		}
		for _, c := range methods() {
			if text := words.Text(l, "desk.intake.flaw.identity"); !strings.Contains(text, string(c)) {
				t.Errorf("%q does not name %s", text, c)
			}
		}
	}
}
