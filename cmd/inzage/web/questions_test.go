package web

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"inzage/queue/queuetest"
	"inzage/schema"
)

// TestQuestions: a person asks, an admin answers, both read it, the officer does
// not, the ledger has no word of it, and it is erased with the case.
func TestQuestions(t *testing.T) {
	t.Parallel()
	o := open(t)
	employee, adm, dpo := o.sit(asker), o.sit(admin), o.sit(officer)
	r := o.asks(employee)
	own, file := "/requests/"+r.Case, "/cases/"+r.Case
	const question, answer = "Waarom staat mijn <b>afdeling</b> erin?", "Dat staat in uw account.\nKlopt het niet?"
	const shown = "Waarom staat mijn &lt;b&gt;afdeling&lt;/b&gt; erin?"
	want(t, "answer before a question", adm.post(file+"/answer", "answer", answer), http.StatusConflict)
	want(t, "nothing", employee.post(own+"/question", "question", " \n"), http.StatusSeeOther)
	want(t, "too long", employee.post(own+"/question", "question", strings.Repeat("a", maxReason+1)), http.StatusBadRequest)
	for range 2 { // a double click
		want(t, "ask", employee.post(own+"/question", "question", question), http.StatusSeeOther)
	}
	if r = o.request(r); r.Asked != 1 || o.entries(r, schema.EntryAsked) != 1 {
		t.Errorf("%d questions", r.Asked)
	}
	if page := adm.get(file).body; !strings.Contains(page, shown) {
		t.Error("the admin does not see the question")
	}
	if list := adm.get("/cases?show=question").body; !strings.Contains(list, r.Case) || strings.Contains(list, "afdeling") {
		t.Error("the list must say that there is a question, and not which")
	}
	want(t, "answer", adm.post(file+"/answer", "answer", answer), http.StatusSeeOther)
	want(t, "answer twice", adm.post(file+"/answer", "answer", answer), http.StatusSeeOther)
	want(t, "another answer", adm.post(file+"/answer", "answer", "nog iets"), http.StatusConflict)
	if page := employee.get(own).body; !strings.Contains(page, shown) || !strings.Contains(page, "Dat staat in uw account.\nKlopt het niet?") {
		t.Error("the person does not see what was said")
	}
	if page := dpo.get("/oversight/" + r.Case).body; strings.Contains(page, "afdeling") || strings.Contains(page, "account.") {
		t.Error("the officer reads along")
	}
	entries, err := o.q.Entries(t.Context(), r.ID)
	if err != nil {
		t.Fatal(queuetest.Why(err))
	}
	for _, e := range entries {
		if e.Kind == schema.EntryAsked && (e.Code != "" || len(e.Ref) != 64) {
			t.Errorf("the ledger has %+v", e)
		}
	}
	for i := range schema.MostAsked {
		want(t, "ask more", employee.post(own+"/question", "question", "vraag "+itoa(i)), http.StatusSeeOther)
	}
	want(t, "ask too much", employee.post(own+"/question", "question", "nog een"), http.StatusConflict)
	r = o.write(r, schema.Entry{Kind: schema.EntryWithdrawn, Actor: r.Owner})
	if _, err := o.q.Erase(t.Context(), r.ID, "someone"); err != nil {
		t.Fatal(queuetest.Why(err))
	}
	if page := employee.get(own); page.status != http.StatusOK || strings.Contains(page.body, "afdeling") || !strings.Contains(page.body, "Deze tekst is gewist.") {
		t.Errorf("after erasing: %d", page.status)
	}
	want(t, "ask after erasing", employee.post(own+"/question", "question", question), http.StatusConflict)

	// Whose facts may be forgotten the officer sees where the ledger is read.
	o.desk.Terms.Facts = 1
	due := o.desk.Catalog.Text(schema.Dutch, "desk.lapse.due", "n", 1)
	for days, want := range map[int]bool{0: false, 400: true} {
		o.ahead.Add(int64(days) * int64(24*time.Hour))
		if page := o.sit(officer).post("/oversight"); page.status != http.StatusOK || strings.Contains(page.body, due) != want {
			t.Errorf("after %d days: %d, the facts of one request are told as over: %v", days, page.status, !want)
		}
		o.ahead.Add(-int64(days) * int64(24*time.Hour))
	}
}
