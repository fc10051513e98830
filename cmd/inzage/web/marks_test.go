package web

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"inzage/queue/queuetest"
	"inzage/schema"
	"inzage/workers"
)

// outlined puts an outline beside the bundle, as a build does.
func (o *office) outlined(r schema.Request, outline workers.Outline) {
	o.t.Helper()
	if err := o.outline(o.t.Context(), r, outline); err != nil {
		o.t.Fatal(queuetest.Why(err))
	}
}

func (o *office) outline(ctx context.Context, r schema.Request, outline workers.Outline) error {
	v, err := o.q.Vault(ctx, r.ID)
	if err != nil {
		return err
	}
	text, err := json.Marshal(outline)
	if err != nil {
		return err
	}
	_, err = v.Bundle().Put(ctx, workers.OutlineName, strings.NewReader(string(text)))
	return err
}

// answers makes an answer for somebody that was released.
func (o *office) answers(name string, outline workers.Outline) schema.Request {
	o.t.Helper()
	r := o.works(o.asks(o.sit(name)), "bundle of "+name)
	o.outlined(r, outline)
	return o.write(r, schema.Entry{Kind: schema.EntryProposed, Act: schema.EntryReleased, Ref: r.Bundle, Actor: "a"},
		schema.Entry{Kind: schema.EntryReleased, Ref: r.Bundle, Actor: "b"})
}

// TestMarks: a person marks a sentence of their answer; who keeps the catalog
// sees which and how often, and not whose. Of events without an explanation the
// name is shown once it stands in the answers of enough people.
func TestMarks(t *testing.T) {
	t.Parallel()
	o := open(t)
	outline := workers.Outline{Version: 1, Events: []workers.OutlineEvent{
		{Name: "mail_action · MarkMessageAsRead", Rule: "mail-read", Layer: schema.LayerEvent},
		{Name: "Office.Nobody.Knows", Layer: schema.LayerNamespace},
		{Name: "sanne.dewit@voorbeeld.example", Layer: schema.LayerNone},
	}, Shapes: []workers.Shape{{Source: "graphexport", Kind: "usage", Layer: schema.LayerEvent, Class: "linked-usage", Fields: map[string]int{"linked-usage": 3}}}}
	r := o.answers(asker, outline)
	o.answers(stranger, outline)
	employee, adm, dpo := o.sit(asker), o.sit(admin), o.sit(officer)
	own := "/requests/" + r.Case
	mark := func(event, what string, status int) {
		t.Helper()
		want(t, what+" "+event, employee.post(own+"/mark", "event", event, "what", what), status)
	}
	work := func() (p catalogPage) {
		t.Helper()
		if err := json.Unmarshal([]byte(dpo.get("/catalog.json").body), &p); err != nil {
			t.Fatal(err)
		}
		return p
	}
	mark("mail_action · MarkMessageAsRead", "boring", http.StatusBadRequest)
	mark("Mijn baas heet Karim", "wrong", http.StatusSeeOther)
	mark("sanne.dewit@voorbeeld.example", "wrong", http.StatusSeeOther)
	if n := o.entries(r, schema.EntryMarked); n != 0 || len(work().Tasks) != 0 {
		t.Errorf("%d marks of what is in no answer", n)
	}
	for range 2 { // a double click
		mark(" mail_action · MarkMessageAsRead ", "wrong", http.StatusSeeOther)
	}
	mark("mail_action · MarkMessageAsRead", "unclear", http.StatusSeeOther)
	p := work()
	if want := (task{Event: "mail_action · MarkMessageAsRead", Rule: "mail-read", Layer: schema.LayerEvent, Unclear: 1, Wrong: 1}); len(p.Tasks) != 1 || p.Tasks[0] != want {
		t.Errorf("the tasks are %+v", p.Tasks)
	}
	if p.Answers != 2 || len(p.Unknown) != 0 || p.Rare != 2 {
		t.Errorf("of two people: %+v", p)
	}
	if page := employee.get(own).body; strings.Count(page, "MarkMessageAsRead") != 2 {
		t.Error("the person does not see what they marked")
	}
	if page := adm.get("/cases/" + r.Case).body; strings.Contains(page, "MarkMessageAsRead") {
		t.Error("the case says which sentence its person marked")
	}
	last := o.answers(both, outline)
	if p := work(); p.Answers != 3 || len(p.Unknown) != 1 || p.Unknown[0] != (unknownEvent{"Office.Nobody.Knows", schema.LayerNamespace, 3}) || p.Rare != 1 {
		t.Errorf("of three people: %+v", p)
	}
	page := dpo.get("/catalog").body
	for _, bad := range []string{"sanne", r.Case, string(r.Owner)} {
		if strings.Contains(page, bad) {
			t.Errorf("the list has %q", bad)
		}
	}
	if page := adm.get("/cases/" + last.Case + "/sample").body; !strings.Contains(page, "••••") || strings.Contains(page, "Nobody") || strings.Contains(page, "sanne") {
		t.Error("the sample is not masked, or not there")
	}
	last = o.write(last, schema.Entry{Kind: schema.EntryWithdrawn, Actor: last.Owner})
	if _, err := o.q.Erase(t.Context(), last.ID, "someone"); err != nil {
		t.Fatal(queuetest.Why(err))
	}
	if p := work(); p.Answers != 2 || len(p.Unknown) != 0 {
		t.Errorf("what was erased counts: %+v", p)
	}
}
