package law

import (
	"slices"
	"strings"

	"inzage/schema"
)

// Section is a part of the answer; the workbook has a sheet for each but the
// letter.
type Section string

// The sections.
const (
	Purposes   Section = "purposes"
	Categories Section = "categories"
	Recipients Section = "recipients"
	Transfers  Section = "transfers"
	Retention  Section = "retention"
	Rights     Section = "rights"
	Decisions  Section = "decisions"
	Withheld   Section = "withheld"
	Glossary   Section = "glossary"
	Letter     Section = "letter"
)

// Sections lists the sections in the order in which people read them.
func Sections() []Section {
	return []Section{Purposes, Categories, Recipients, Transfers, Retention, Rights, Decisions, Withheld, Glossary, Letter}
}

// Profile is the set of agreements under which an organisation uses Microsoft 365.
type Profile string

// The profiles.
const (
	Rijk      Profile = "rijk"      // agreements of the Dutch State
	Onderwijs Profile = "onderwijs" // agreements of SURF, for higher education
	Overig    Profile = "overig"    // everybody else
)

// Profiles lists the profiles.
func Profiles() []Profile { return []Profile{Rijk, Onderwijs, Overig} }

// Controller is the kind of controller; it decides the remedy (UAVG art. 34, 35).
type Controller string

// The kinds of controller. A university may be either: ask.
const (
	PublicBody Controller = "bestuursorgaan" // its answer is a decision: objection (bezwaar)
	Private    Controller = "anders"         // petition to the civil court
	Untold     Controller = "onbekend"       // the answer tells both ways
)

// Controllers lists the kinds.
func Controllers() []Controller { return []Controller{PublicBody, Private, Untold} }

// Proof says how sure a text is.
type Proof string

// The proofs.
const (
	Read   Proof = "read"   // read in the source
	Known  Proof = "known"  // known, the source not read again
	Unsure Proof = "unsure" // not certain, and the text says so
)

// The settings of a tenant that texts depend on, with the values they can have.
func settings() map[string][]string {
	return map[string][]string{
		"telemetry-level":  {"required", "optional", "neither"},
		"eu-data-boundary": {"yes", "no"},
		"report-names":     {"hidden", "shown"},
		"viva-insights":    {"off", "on"},
		// the additional optional connected experiences, such as Bing
		"optional-experiences": {"off", "on"},
		"giphy":                {"off", "on"},
	}
}

// KnownSetting reports whether a setting can have this value.
func KnownSetting(name, value string) bool { return slices.Contains(settings()[name], value) }

// placeholders are the {names} that a text may hold.
func placeholders() []string {
	return []string{
		"organisation", "contact", "dpo", "objection", "website", "case", "received", "due",
		"events", "files", "first", "last", "setting-day",
	}
}

// Setting is what was found in the tenant, and when.
type Setting struct {
	Value string
	On    schema.Date
}

// Question picks texts.
type Question struct {
	Day        schema.Date // of the request
	Profile    Profile
	Controller Controller
	Settings   map[string]Setting
	Lang       schema.Lang
}

// Entry is one text as it applies.
type Entry struct {
	Key string
	// Name, Text and More are the cells of a row; More may be empty. Other is
	// Name in the other language.
	Name, Text, More, Other string
	// Role is the role of a recipient.
	Role string
	// Source is where the text rests on, Proof how sure it is, Fact the day of
	// a fact of the past, zero for one that holds until told otherwise.
	Source string
	Proof  Proof
	Fact   schema.Date
	// Own marks a text of the organisation, Overdue one that should have been
	// looked at again before the day of the request.
	Own, Overdue bool
	// On is the day of the setting that the text depends on, zero if none.
	On schema.Date
}

// Lead reports whether the entry is a sentence above the table.
func (e *Entry) Lead() bool { return isLead(e.Key) }

func isLead(key string) bool { return key == "lead" || strings.HasPrefix(key, "lead-") }

// Texts are the texts of one answer.
type Texts struct {
	Question
	// Version identifies the texts from which these were picked.
	Version string
	// Own counts the texts that are the organisation's.
	Own     int
	entries map[Section][]Entry
}

// In lists the rows of a section, in the order of the files.
func (t *Texts) In(s Section) []Entry { return t.pick(s, false) }

// Leads lists the sentences above the table of a section.
func (t *Texts) Leads(s Section) []Entry { return t.pick(s, true) }

func (t *Texts) pick(s Section, lead bool) []Entry {
	var list []Entry
	for _, e := range t.entries[s] {
		if e.Lead() == lead {
			list = append(list, e)
		}
	}
	return list
}

// Overdue lists the keys ("section.key") of the texts that should have been
// looked at again before the day of the request.
func (t *Texts) Overdue() []string {
	var list []string
	for _, s := range Sections() {
		for _, e := range t.entries[s] {
			if e.Overdue {
				list = append(list, string(s)+"."+e.Key)
			}
		}
	}
	return list
}

// For picks the texts that apply.
func (l *Library) For(q Question) *Texts {
	if q.Controller == "" {
		q.Controller = Untold
	}
	t := &Texts{Question: q, Version: l.version, entries: make(map[Section][]Entry)}
	for _, x := range l.entries {
		if !x.applies(q) {
			continue
		}
		e := Entry{
			Key: x.Key, Name: x.Name.in(q.Lang), Text: x.Text.in(q.Lang), More: x.More.in(q.Lang), Other: x.Name.other(q.Lang),
			Role: x.Role, Source: x.Source.in(q.Lang), Proof: x.Proof, Fact: x.Fact, Own: x.own,
			Overdue: q.Day.After(x.Review),
		}
		for name := range x.For.Settings {
			if on := q.Settings[name].On; on.After(e.On) {
				e.On = on
			}
		}
		if e.Own {
			t.Own++
		}
		t.entries[x.section] = append(t.entries[x.section], e)
	}
	return t
}

// Fill puts values in the place of the {names} of a text.
func Fill(text string, values map[string]string) string {
	if !strings.Contains(text, "{") {
		return text
	}
	pairs := make([]string, 0, 2*len(values))
	for _, name := range placeholders() { // in a fixed order
		if v, ok := values[name]; ok {
			pairs = append(pairs, "{"+name+"}", v)
		}
	}
	return strings.NewReplacer(pairs...).Replace(text)
}
