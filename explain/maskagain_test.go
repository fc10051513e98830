package explain_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"inzage/explain"
	"inzage/schema"
)

// TestMaskRemembers: what a masker remembers of fields changes nothing, whatever
// order values and people come in. What is remembered lives in an Explainer, so one
// that is new for each record remembers nothing.
func TestMaskRemembers(t *testing.T) {
	t.Parallel()
	c, err := loaded()
	if err != nil {
		t.Fatal(err)
	}
	names := []string{"Karim Bakker", "Fatima el Amrani", "Jan Smit"}
	values := []string{
		"", "true", "12", "2026-11-02T08:00:00Z", "Notulen Karim Bakker.docx", "Verslag van Fatima el Amrani", "smit, jan", "plan.docx",
		ownMail, ownID, karimMail, karimID, "fatima.elamrani@waterland.example", `C:\\Users\\jsmit\\Desktop`, `C:\\Users\\sannedewit`, "Karim Bakker",
		"Jan Smit; " + ownMail, "aGFpIGthcmltLmJha2tlckB3YXRlcmxhbmQuZXhhbXBsZQ==", "+31 6 12345678", "S-1-5-21-1-2-3-1001", "Sanne de Wit",
		"8:orgid:c7b1d1de-4f5e-4a4d-9d7a-0f4c8a1b2c3d", "c7b1d1de4f5e4a4d9d7a0f4c8a1b2c3d", "1a2b3c4d-0000-4000-8000-000000000001",
		`{"UserId":"` + karimMail + `","ClientIP":"10.0.0.7`, "Overleg met " + karimID + " om tien uur", "Map van jan.smit", "0612345678",
	}
	paths := []string{
		"data.Title", "data.Title", "data.FileName", "data.organizer.name", "data.participants[0].email", "data.participants[1].email",
		"data.participants[1].name", "ext.user.localId", "data.Zx17q", "properties.UserUpn", "data.Karim Bakker", "data.MessageId",
		"data.organizer.id", "data.actor.objectId",
	}
	kinds := []schema.Kind{schema.String, schema.String, schema.String, schema.Number, schema.Bool}
	events := []string{"Office.Word.X", "Office.Excel.Y", "notes of Karim Bakker"}
	for seed := range uint64(24) {
		r := rand.New(rand.NewPCG(seed, 4))
		who := explain.Reader{Lang: schema.Dutch, Zone: time.UTC, Subject: sanne()}
		others := explain.Others{Show: []schema.Subject{{Name: schema.NewPersonal(names[seed%3])}}}
		memory, none := c.Masker(who, others), c.Masker(who, others)
		x := c.For(who)
		few := r.Perm(len(values))[:4]
		list := make([]schema.Record, 60)
		for i := range list {
			list[i] = schema.Record{Source: "graphexport", Event: events[r.IntN(len(events))]}
			from := r.IntN(len(paths))
			for _, path := range paths[from : from+1+r.IntN(len(paths)-from)] {
				v := values[r.IntN(len(values))]
				if i > 0 && r.IntN(3) > 0 { // mostly what was there before, so that there is something to remember
					v = values[few[r.IntN(len(few))]]
				}
				list[i].Fields = append(list[i].Fields, schema.Field{Path: path, Value: schema.NewPersonal(v), Kind: kinds[r.IntN(len(kinds))]})
			}
		}
		if seed%3 == 0 { // as in a run; without it, people are met as records come
			for _, rec := range list {
				memory.Learn(x, rec)
				none.Learn(c.For(who), rec)
			}
		}
		for i, rec := range list {
			if seed%3 == 1 && i%5 == 0 { // somebody becomes known between two records
				later := list[r.IntN(len(list))]
				memory.Learn(x, later)
				none.Learn(c.For(who), later)
			}
			fresh := c.For(who)
			got, want := x.Explain(rec), fresh.Explain(rec)
			a, b := memory.Explained(x, &got), none.Explained(fresh, &want)
			if d := cmp.Diff(want, got, cmp.Comparer(schema.Personal.Equal)); a != b || d != "" {
				t.Fatalf("seed %d, record %d: masked %v, without memory %v\n%s", seed, i, a, b, d)
			}
		}
		if memory.People() != none.People() || memory.Shown() != none.Shown() {
			t.Errorf("seed %d: %d people, %d shown; without memory %d and %d", seed, memory.People(), memory.Shown(), none.People(), none.Shown())
		}
	}
}
