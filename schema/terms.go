package schema

import "time"

// Terms is how long a closed request keeps what it holds, in whole days from the
// civil day on which it was closed (storage limitation, GDPR art. 5(1)(e)).
type Terms struct {
	// Raw is for the files as they were received, Bundle for what was made of
	// them, who asked, and what people wrote. Raw is never longer: what somebody
	// handed over may be asked about while they have it, and raw files name more
	// people than a bundle does.
	Raw, Bundle int
	// Facts is for the entries of its ledger, in years from the civil day of the last
	// one, which is that it was erased. It is an organisation's own choice, of its
	// archive rules. 0 keeps them; what is over goes when the ledger is renewed.
	Facts int
}

// DefaultTerms is 30 days for both.
func DefaultTerms() Terms { return Terms{Raw: 30, Bundle: 30} }

// maxTerm is ten years, maxFacts in years.
const (
	maxTerm  = 3660
	maxFacts = 100
)

// Valid reports whether the terms can be kept.
func (t Terms) Valid() bool {
	return t.Raw >= 0 && t.Raw <= t.Bundle && t.Bundle <= maxTerm && t.Facts >= 0 && t.Facts <= maxFacts
}

// FactsUntil is the last civil day of which the facts are over on a day: what was
// written then is that many years old. The zero Date where none ever are.
func (t Terms) FactsUntil(today Date) Date {
	if t.Facts == 0 {
		return Date{}
	}
	return today.AddMonths(-12 * t.Facts)
}

// What an entry EntryErasing erases.
const (
	ErasesRaw Code = "raw" // the files as received, with their names, bookmarks and results
	ErasesAll Code = "all" // everything but the ledger
)

// Erasing is what was found when erasing began: the counts of what there was,
// and the hash of the list of it. It is on record before anything goes, so that
// what is told at the end is true whatever happened in between.
type Erasing struct {
	Code   Code             `json:"code"`
	Counts map[string]int64 `json:"counts,omitempty"`
	Ref    string           `json:"ref,omitempty"`
}

// Final reports whether nothing follows but erasing. A request that was released
// waits for the person, however long that takes.
func (s State) Final() bool { return (delivered|refused|withdrawn)&s.bit() != 0 }

// Expired is what of the request must be erased on the day, in the zone in which
// days are counted; "" is nothing. What was begun goes on, and the term of the
// rest does not wait for raw files that cannot be erased apart.
func (r Request) Expired(t Terms, today Date, zone *time.Location) Code {
	over := func(days int) bool {
		return r.State.Final() && !r.Closed.IsZero() && !today.Before(CivilDate(r.Closed, zone).AddDays(days))
	}
	switch {
	case r.Erasing.Code == ErasesAll || over(t.Bundle):
		return ErasesAll
	case r.Erasing.Code == ErasesRaw || !r.Cleared && over(t.Raw):
		return ErasesRaw
	default:
		return ""
	}
}
