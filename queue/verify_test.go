package queue

import (
	"encoding/json"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"inzage/schema"
)

const someone = schema.RequestID("aaaaaaaaaaaaaaaaaaaaaaaaaa")

// written is a chain of entries as the ledger holds them.
func written(t *testing.T) []stored {
	t.Helper()
	r, prev := schema.Request{ID: someone}, ""
	var list []stored
	for i, e := range []schema.Entry{
		{Kind: schema.EntryOpened, Case: "1", Channel: schema.ChannelMail, Day: schema.NewDate(2026, 11, 2), Parts: []string{"a"}},
		{Kind: schema.EntryVerified},
		{Kind: schema.EntryFetch, Part: "a"},
		{Kind: schema.EntryTried, Part: "a", Code: schema.CodeIO},
		{Kind: schema.EntryFetched, Part: "a"},
		{Kind: schema.EntryBuild},
	} {
		e.N, e.At, e.Actor, e.Prev = i+1, time.Date(2026, 11, 3, 9, i, 0, 0, time.UTC), schema.ActorSystem, prev
		var err error
		if r, err = r.Apply(e, schema.NewDate(2026, 11, 3)); err != nil {
			t.Fatal(err)
		}
		s := again(t, e)
		list, prev = append(list, s), s.hash
	}
	return list
}

// again is the entry as it would be stored now.
func again(t *testing.T, e schema.Entry) stored {
	t.Helper()
	text, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	return stored{Entry: e, hash: hashOf(text)}
}

func TestVerifierNamesTheFlaw(t *testing.T) {
	t.Parallel()
	whole := written(t)
	last := anchor{6, whole[5].hash}
	change := func(n int) []stored {
		list := append([]stored(nil), whole...)
		e := list[n-1].Entry
		e.Actor = "another"
		list[n-1] = again(t, e)
		return list
	}
	without := func(ns ...int) []stored {
		var list []stored
		for _, e := range whole {
			if !slices.Contains(ns, e.N) {
				list = append(list, e)
			}
		}
		return list
	}
	// rewritten changes an entry and every hash after it.
	rewritten := change(3)
	for i := 3; i < len(rewritten); i++ {
		e := rewritten[i].Entry
		e.Prev = rewritten[i-1].hash
		rewritten[i] = again(t, e)
	}
	for name, c := range map[string]struct {
		entries []stored
		anchor  anchor
		want    []Flaw
	}{
		"untouched":                   {whole, last, nil},
		"untouched, not yet anchored": {whole, anchor{}, nil},
		"anchored in the middle":      {whole, anchor{3, whole[2].hash}, nil},
		"one changed":                 {change(4), last, []Flaw{{Request: someone, N: 4, Kind: FlawChanged}}},
		"the first changed":           {change(1), last, []Flaw{{Request: someone, N: 1, Kind: FlawChanged}}},
		"the last changed":            {change(6), last, []Flaw{{Request: someone, N: 6, Kind: FlawChanged}}},
		"one missing":                 {without(4), last, []Flaw{{Request: someone, N: 4, Kind: FlawMissing}}},
		"the last two missing":        {without(5, 6), last, []Flaw{{Request: someone, N: 5, Kind: FlawMissing}, {Request: someone, N: 6, Kind: FlawMissing}}},
		"all missing":                 {nil, anchor{2, "x"}, []Flaw{{Request: someone, N: 1, Kind: FlawMissing}, {Request: someone, N: 2, Kind: FlawMissing}}},
		"one twice":                   {append(append([]stored(nil), whole...), whole[5]), last, []Flaw{{Request: someone, N: 6, Kind: FlawExtra}}},
		"rewritten from there on":     {rewritten, last, []Flaw{{Request: someone, N: 6, Kind: FlawChanged}}},
		"a number that none reaches":  {append(append([]stored(nil), whole...), again(t, schema.Entry{N: 1 << 40, Kind: schema.EntryViewed, Prev: whole[5].hash})), last, []Flaw{{Request: someone, N: 1 << 40, Kind: FlawExtra}}},
		"one that no rule allows":     {append(append([]stored(nil), whole...), again(t, schema.Entry{N: 7, Kind: schema.EntryReleased, Prev: whole[5].hash})), last, []Flaw{{Request: someone, N: 7, Kind: FlawExtra}}},
	} {
		v := verifier{chains: make(map[schema.RequestID]*chain)}
		v.chain(someone).anchor = c.anchor
		for _, e := range c.entries {
			v.entry(subjectLedger+string(someone)+"."+strconv.Itoa(e.N)+".entry", e)
		}
		if diff := cmp.Diff(c.want, v.result().Flaws); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
