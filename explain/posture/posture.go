// Package posture holds what an organisation was advised (register.Advice) beside
// what was seen of it: followed, not followed, or not known, with the evidence and
// its day. What nobody looked at, what is old, and what two people saw differently
// is not known, and never counts as followed.
//
// The package is pure: it is told the day.
package posture

import (
	"cmp"
	"slices"

	"inzage/explain/finding"
	"inzage/explain/register"
	"inzage/schema"
)

// MaxAge is how many days evidence holds: settings change, and nobody says so.
const MaxAge = 365

// State is how an advice stands. The codes are public output.
type State string

// The states.
const (
	Pass    State = "pass"
	Fail    State = "fail"
	Unknown State = "unknown"
)

// States lists them in the order in which people read them.
func States() []State { return []State{Fail, Unknown, Pass} }

// Why says why a state is not known. The codes are public output.
type Why string

// The reasons that follow from the evidence itself.
const (
	WhyNobody Why = "nobody-looked"
	WhyOld    Why = "too-old"       // older than MaxAge days
	WhyDiffer Why = "differ"        // evidence of one day says different things
	WhyUnsure Why = "could-not-see" // who looked could not tell
)

// The reasons that who asks Microsoft can give.
const (
	WhyRight       Why = "right-missing"
	WhyUnreachable Why = "unreachable"
	WhyLegacy      Why = "older-settings" // settings that cannot be asked for count too
)

// Whys lists the reasons.
func Whys() []Why {
	return []Why{WhyNobody, WhyOld, WhyDiffer, WhyUnsure, WhyRight, WhyUnreachable, WhyLegacy}
}

// How says how evidence was got. The codes are public output.
type How string

// The ways.
const (
	ByHand       How = "hand"         // somebody looked, and wrote it down
	Organisation How = "organisation" // the settings in the file of the organisation
	Graph        How = "graph"        // Microsoft Graph was asked
	UsageReport  How = "report"       // a usage report shows it
)

// Hows lists the ways.
func Hows() []How { return []How{ByHand, Organisation, Graph, UsageReport} }

// Evidence is what was seen, once.
type Evidence struct {
	// Value is one of the answers of the advice, or register.NotKnown.
	Value string      `json:"value"`
	Why   Why         `json:"why,omitempty"` // of register.NotKnown, where that is known
	On    schema.Date `json:"on"`
	How   How         `json:"how"`
	// By is who looked: a role, or a name where the organisation wants one. Note is
	// theirs too.
	By   string `json:"by,omitempty"`
	Note string `json:"note,omitempty"`
}

// Item is how one advice stands.
type Item struct {
	Key   string `json:"key"`
	State State  `json:"state"`
	Why   Why    `json:"why,omitempty"` // of Unknown
	// Evidence is all that was seen, the newest first.
	Evidence []Evidence `json:"evidence"`

	Advice register.Advice `json:"-"`
}

// Report is how all advice stands on a day.
type Report struct {
	Version int         `json:"version"`
	Catalog string      `json:"catalog"`
	On      schema.Date `json:"on"`
	Pass    int         `json:"pass"`
	Fail    int         `json:"fail"`
	Unknown int         `json:"unknown"`
	Items   []Item      `json:"items"`
}

// Judge lays the evidence, by the key of its advice, beside all advice. It keeps
// the order of the advice. Evidence of a later day than on is of no account, as
// is a value that the advice does not list: who reads evidence refuses both.
func Judge(list []register.Advice, seen map[string][]Evidence, on schema.Date) Report {
	r := Report{Version: 1, On: on, Items: make([]Item, 0, len(list))}
	for _, a := range list {
		i := Item{Key: a.Key, Advice: a, Evidence: []Evidence{}}
		for _, e := range seen[a.Key] {
			if _, known := a.Answer(e.Value); !e.On.After(on) && (known || e.Value == register.NotKnown) {
				i.Evidence = append(i.Evidence, e)
			}
		}
		slices.SortStableFunc(i.Evidence, newestFirst)
		i.judge(on)
		switch i.State {
		case Pass:
			r.Pass++
		case Fail:
			r.Fail++
		case Unknown:
			r.Unknown++
		}
		r.Items = append(r.Items, i)
	}
	return r
}

// newestFirst orders evidence: of one day, what was measured before what was said.
func newestFirst(a, b Evidence) int {
	order := []How{Graph, UsageReport, ByHand, Organisation}
	return cmp.Or(b.On.Compare(a.On), cmp.Compare(slices.Index(order, a.How), slices.Index(order, b.How)))
}

// judge decides by what was seen on the newest day on which somebody could tell.
func (i *Item) judge(on schema.Date) {
	i.State = Unknown
	if len(i.Evidence) == 0 {
		i.Why = WhyNobody
		return
	}
	told := slices.DeleteFunc(slices.Clone(i.Evidence), func(e Evidence) bool { return e.Value == register.NotKnown })
	if len(told) == 0 {
		i.Why = cmp.Or(i.Evidence[0].Why, WhyUnsure)
		return
	}
	newest, _ := i.Advice.Answer(told[0].Value)
	for _, e := range told[1:] {
		if a, _ := i.Advice.Answer(e.Value); e.On.Equal(told[0].On) && a.Good != newest.Good {
			i.Why = WhyDiffer
			return
		}
	}
	switch {
	case told[0].On.DaysUntil(on) > MaxAge:
		i.Why = WhyOld
	case newest.Good:
		i.State = Pass
	default:
		i.State = Fail
	}
}

// Settings are what the evidence says of the settings that have a name, where it is
// known: see finding.Rules.
func (r *Report) Settings() map[string]string {
	m := make(map[string]string)
	for i := range r.Items {
		if of := &r.Items[i]; of.Advice.Setting != "" && of.State != Unknown {
			e, _ := of.Decisive()
			m[of.Advice.Setting] = e.Value
		}
	}
	return m
}

// Decisive is the evidence that a state rests on: the newest that tells something,
// else the newest; none where there is none.
func (i *Item) Decisive() (Evidence, bool) {
	for _, e := range i.Evidence {
		if e.Value != register.NotKnown {
			return e, true
		}
	}
	if len(i.Evidence) == 0 {
		return Evidence{}, false
	}
	return i.Evidence[0], true
}

// Notice counts advice that is not followed. One that has a finding of its own is
// left to who looks for that (finding.Counter.Settle).
func (r *Report) Notice(list *finding.List) {
	for i := range r.Items {
		if of := &r.Items[i]; of.State == Fail && of.Advice.Finding == "" {
			list.Notice(schema.FindingAdvice, "advice."+of.Key, 1)
		}
	}
}
