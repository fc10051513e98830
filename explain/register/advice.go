package register

import (
	"fmt"

	"inzage/schema"
)

// Advice is what an organisation was advised to set in its tenant, or to agree on.
type Advice struct {
	Key string `yaml:"key"`
	// Setting is what the file of the organisation calls the setting that this is
	// about; empty where it has none.
	Setting string `yaml:"setting"`
	// Finding is the finding that not following it is already counted as, where it
	// is not schema.FindingAdvice.
	Finding schema.FindingID `yaml:"finding"`
	Answers []Answer         `yaml:"answers"`
	Proof   string           `yaml:"proof"`
	Source  Text             `yaml:"source"`
	Name    Text             `yaml:"name"`
	Text    Text             `yaml:"text"` // what to do, and why
	Look    Text             `yaml:"look"` // where somebody sees how it stands
}

// Answer is how it can stand.
type Answer struct {
	Value string `yaml:"value"`
	Good  bool   `yaml:"good"` // the advice is followed
	Name  Text   `yaml:"name"`
}

// NotKnown is the answer of somebody who looked and could not tell. No Advice lists
// it.
const NotKnown = "unknown"

// Answer finds an answer.
func (a *Advice) Answer(value string) (Answer, bool) {
	for _, x := range a.Answers {
		if x.Value == value {
			return x, true
		}
	}
	return Answer{}, false
}

// check says what is wrong with an advice.
func (a *Advice) check() (faults []error) {
	fail := func(what string) { faults = append(faults, fmt.Errorf("advice %q: %s", a.Key, what)) }
	good, bad := 0, 0
	seen := map[string]bool{NotKnown: true}
	for _, x := range a.Answers {
		if x.Value == "" || seen[x.Value] || !x.Name.whole() {
			fail("answers: value or name")
		}
		seen[x.Value] = true
		if x.Good {
			good++
		} else {
			bad++
		}
	}
	if good == 0 || bad == 0 {
		fail("answers: none that follows it, or none that does not")
	}
	if !a.Source.whole() || !a.Name.whole() || !a.Text.whole() || !a.Look.whole() || a.Proof != "read" && a.Proof != "known" {
		fail("proof, or a text")
	}
	return faults
}

// whole reports whether a text is there in both languages.
func (t Text) whole() bool { return t.NL != "" && t.EN != "" }

// advise takes an advice in; one of a later file system takes the place of one of
// the same key.
func (r *Registers) advise(a Advice) {
	for i := range r.Advice {
		if r.Advice[i].Key == a.Key {
			r.Advice[i] = a
			return
		}
	}
	r.Advice = append(r.Advice, a)
}
