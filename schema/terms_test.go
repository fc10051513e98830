package schema_test

import (
	"testing"
	"time"
	_ "time/tzdata" // the same hours on every machine

	"inzage/schema"
)

func TestTermsExpire(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		t.Fatal(err)
	}
	// Half past midnight in Amsterdam on the second.
	closed := schema.Request{State: schema.StateDelivered, Closed: time.Date(2026, 11, 1, 23, 30, 0, 0, time.UTC)}
	with := func(change func(*schema.Request)) schema.Request {
		r := closed
		change(&r)
		return r
	}
	for name, test := range map[string]struct {
		r     schema.Request
		terms schema.Terms
		on    string
		want  schema.Code
	}{
		"a day early":         {closed, schema.DefaultTerms(), "2026-12-01", ""},
		"on the day":          {closed, schema.DefaultTerms(), "2026-12-02", schema.ErasesAll},
		"years late":          {closed, schema.DefaultTerms(), "2030-01-01", schema.ErasesAll},
		"at once":             {closed, schema.Terms{}, "2026-11-02", schema.ErasesAll},
		"raw first":           {closed, schema.Terms{Raw: 1, Bundle: 9}, "2026-11-03", schema.ErasesRaw},
		"raw was erased":      {with(func(r *schema.Request) { r.Cleared = true }), schema.Terms{Raw: 1, Bundle: 9}, "2026-11-10", ""},
		"then the rest":       {with(func(r *schema.Request) { r.Cleared = true }), schema.Terms{Raw: 1, Bundle: 9}, "2026-11-11", schema.ErasesAll},
		"begun goes on":       {with(func(r *schema.Request) { r.Erasing.Code = schema.ErasesAll }), schema.DefaultTerms(), "2026-11-02", schema.ErasesAll},
		"raw begun goes on":   {with(func(r *schema.Request) { r.Erasing.Code = schema.ErasesRaw }), schema.Terms{Raw: 5, Bundle: 9}, "2026-11-02", schema.ErasesRaw},
		"raw that never ends": {with(func(r *schema.Request) { r.Erasing.Code = schema.ErasesRaw }), schema.Terms{Raw: 1, Bundle: 9}, "2026-11-11", schema.ErasesAll},
		"waits for delivery":  {with(func(r *schema.Request) { r.State = schema.StateReleased }), schema.Terms{}, "2030-01-01", ""},
		"is open":             {schema.Request{State: schema.StateReview}, schema.Terms{}, "2030-01-01", ""},
		"is erased":           {with(func(r *schema.Request) { r.State = schema.StateErased }), schema.Terms{}, "2030-01-01", ""},
	} {
		if got := test.r.Expired(test.terms, day(t, test.on), zone); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
	for _, bad := range []schema.Terms{{Raw: -1, Bundle: 3}, {Raw: 31, Bundle: 30}, {Raw: 0, Bundle: 4000}} {
		if bad.Valid() {
			t.Errorf("%+v is taken", bad)
		}
	}
	for day, want := range map[string]string{"2028-02-29": "2027-02-28", "2028-03-01": "2027-03-01", "2027-03-01": "2026-03-01"} {
		today, err := schema.ParseDate(day)
		if err != nil {
			t.Fatal(err)
		}
		if got := (schema.Terms{Facts: 1}).FactsUntil(today).String(); got != want {
			t.Errorf("on %s facts are over until %s, want %s", day, got, want)
		}
	}
	if !schema.DefaultTerms().FactsUntil(schema.NewDate(2099, 1, 1)).IsZero() {
		t.Error("without a term facts are over")
	}
	if !schema.DefaultTerms().Valid() || !(schema.Terms{}).Valid() {
		t.Error("what is right is refused")
	}
}

// What is being erased is not handed over, and nobody works on it again: its
// files go whatever the ledger says then.
func TestErasingIsNotUndone(t *testing.T) {
	t.Parallel()
	today := day(t, "2026-11-05")
	released := schema.Request{State: schema.StateReleased, Bundle: "hash"}
	apply := func(r schema.Request, e schema.Entry) (schema.Request, schema.Code) {
		r, err := r.Apply(e, today)
		return r, schema.CodeOf(err)
	}
	recall, deliver := schema.Entry{Kind: schema.EntryRecalled}, schema.Entry{Kind: schema.EntryDelivered, Ref: "hash"}
	for what, test := range map[schema.Code]struct{ recall, deliver schema.Code }{
		"":               {},
		schema.ErasesRaw: {recall: schema.CodeConflict},
		schema.ErasesAll: {recall: schema.CodeConflict, deliver: schema.CodeConflict},
	} {
		r := released
		if what != "" {
			r, _ = apply(r, schema.Entry{Kind: schema.EntryErasing, Code: what})
		}
		if _, code := apply(r, recall); code != test.recall {
			t.Errorf("recalling while %q is erased gives %q, want %q", what, code, test.recall)
		}
		if _, code := apply(r, deliver); code != test.deliver {
			t.Errorf("delivering while %q is erased gives %q, want %q", what, code, test.deliver)
		}
	}
	cleared, _ := apply(released, schema.Entry{Kind: schema.EntryCleared})
	if _, code := apply(cleared, recall); code != schema.CodeConflict {
		t.Errorf("recalling without raw files gives %q", code)
	}
}
