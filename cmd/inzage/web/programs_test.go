package web

import (
	"net/http"
	"strings"
	"testing"

	"inzage/queue/queuetest"
	"inzage/schema"
)

// TestPreparedByProgram is what a program prepared, at the desk: two people still
// look at it, and a reader alone cannot say yes to a program.
func TestPreparedByProgram(t *testing.T) {
	t.Parallel()
	o := open(t)
	r := o.asks(o.sit(asker))
	for _, kind := range []schema.EntryKind{schema.EntryExtended, schema.EntryWithdrawn} {
		act := schema.Entry{Kind: kind, Actor: schema.ClientActor("zaaksysteem")}
		if kind == schema.EntryExtended {
			act.Code = "volume"
		}
		if _, err := o.q.Propose(t.Context(), r.ID, act, []byte("Het zijn er veel.")); err != nil {
			t.Fatal(queuetest.Why(err))
		}
	}
	page, decide := "/cases/"+r.Case, "/cases/"+r.Case+"/decide"
	boss, reader := o.sit(admin), o.sit(second)
	shown := boss.get(page).body
	for _, text := range []string{"Neem dit voorstel over", "Voorstel: intrekken", "client-zaaksysteem", "Het zijn er veel."} {
		if !strings.Contains(shown, text) {
			t.Errorf("the admin does not see %q", text)
		}
	}
	if strings.Contains(reader.get(page).body, "Neem dit voorstel over") {
		t.Error("a reader can take over")
	}
	want(t, "a reader says yes to a program", reader.post(decide, "act", "extended", "confirm", o.seen(r, schema.EntryExtended)), http.StatusForbidden)
	want(t, "the admin takes it over", boss.post(decide, "act", "extended", "confirm", o.seen(r, schema.EntryExtended)), http.StatusSeeOther)
	if now := o.request(r); now.Extended || now.Proposals[schema.EntryExtended].Code != "volume" {
		t.Errorf("one person and a program: %+v", now)
	}
	want(t, "the admin says yes to their own", boss.post(decide, "act", "extended", "confirm", o.seen(r, schema.EntryExtended)), http.StatusForbidden)
	want(t, "the reader says yes", reader.post(decide, "act", "extended", "confirm", o.seen(r, schema.EntryExtended)), http.StatusSeeOther)
	if !o.request(r).Extended {
		t.Error("not extended")
	}
	want(t, "the admin withdraws it", boss.post(decide, "act", "withdrawn", "confirm", o.seen(r, schema.EntryWithdrawn)), http.StatusSeeOther)
	if now := o.request(r); now.State != schema.StateWithdrawn {
		t.Error(now.State)
	}
	want(t, "withdrawing what no program prepared", boss.post(decide, "act", "withdrawn"), http.StatusBadRequest)
}
