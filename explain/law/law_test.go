package law

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"inzage/schema"
)

func library(t testing.TB) *Library {
	t.Helper()
	l, err := Load(os.DirFS("../catalog/law"))
	if err != nil {
		t.Fatal(errors.Unwrap(err))
	}
	return l
}

func question(profile Profile, controller Controller, day schema.Date) Question {
	return Question{Day: day, Profile: profile, Controller: controller, Lang: schema.Dutch}
}

func today() schema.Date { return schema.NewDate(2026, 11, 16) }

// said is everything that a section says.
func said(t *Texts, s Section) string {
	var b strings.Builder
	for _, e := range t.entries[s] {
		b.WriteString(e.Name + " · " + e.Text + " · " + e.More + "\n")
	}
	return b.String()
}

// TestRequired holds the sentences that must not get lost: what the researchers
// of the State and SURF found and what the law asks.
func TestRequired(t *testing.T) {
	t.Parallel()
	l := library(t)
	tests := []struct {
		why     string
		q       Question
		section Section
		want    string
	}{
		{"row 3: the American risk stays", question(Overig, "", today()), Transfers, "Dat risico blijft."},
		{"row 3: only own keys help", question(Rijk, "", today()), Transfers, "Een sleutel bij Microsoft neemt dit risico niet weg."},
		{"row 14: processor for all online services", question(Rijk, "", today()), Recipients, "Microsoft is verwerker voor al zijn onlinediensten."},
		{"row 14: education too", question(Onderwijs, "", today()), Recipients, "Microsoft is verwerker voor al zijn onlinediensten."},
		{"row 15: three purposes", question(Rijk, "", today()), Purposes, "precies 3 doelen"},
		{"row 16: what is not allowed", question(Rijk, "", today()), Purposes, "Niet toegestaan: profielen van mensen maken, gegevens analyseren, de markt onderzoeken of reclame maken."},
		{"row 23: before 2023 it can be", question(Rijk, "", schema.NewDate(2022, 6, 1)), Transfers, "Vanaf 2023 kunnen ook diagnostische gegevens alleen in de Europese Unie staan."},
		{"row 23: after phase 3 it is", question(Rijk, "", today()), Transfers, "Sinds februari 2025 geldt dat ook voor gegevens van de helpdesk."},
		{"row 24: only now and then, for security", question(Rijk, "", today()), Transfers, "Soms. Dat gebeurt vooral voor de beveiliging"},
		{"row 27: just-in-time", question(Rijk, "", today()), Recipients, "alleen toegang op het moment dat het nodig is (just-in-time)"},
		{"row 29: 30 days", question(Overig, "", today()), Retention, "Hoogstens 30 dagen."},
		{"row 34: the English term once", question(Overig, "", today()), Categories, "Vereiste servicegegevens (Required Service Data)"},
		{"row 47: Bing decides itself", question(Overig, "", today()), Recipients, "Microsoft is hier zelfstandig verwerkingsverantwoordelijke. Vraag deze gegevens dus zelf aan Microsoft"},
		{"row 53: off by default", question(Overig, "", today()), Decisions, "Viva Insights staat standaard uit."},
		{"row 54: and you can switch it off", question(Overig, "", today()), Rights, "Kies Instellingen en daarna Privacy."},
		{"row 68: in its half year", question(Rijk, "", schema.NewDate(2022, 6, 1)), Recipients, "Let op: Bing bij plaatjes in SharePoint"},
		{"complaint to the AP, always", question(Overig, Private, today()), Rights, "De Autoriteit Persoonsgegevens (AP) houdt toezicht op privacy."},
		{"complaint to the AP in the letter", question(Rijk, PublicBody, today()), Letter, "autoriteitpersoonsgegevens.nl"},
		{"public body: objection", question(Rijk, PublicBody, today()), Rights, "Dit antwoord is een besluit. U kunt binnen 6 weken bezwaar maken."},
		{"public body: penalty payment", question(Rijk, PublicBody, today()), Rights, "dwangsom"},
		{"others: the court", question(Overig, Private, today()), Rights, "Dit heet een verzoekschrift."},
		{"unknown: both", question(Onderwijs, "", today()), Letter, "Is uw organisatie een bestuursorgaan, zoals een gemeente?"},
		{"logs cannot be corrected", question(Overig, "", today()), Rights, "Bij logboeken kan dat niet, zegt Microsoft."},
		{"no automatic decisions", question(Overig, "", today()), Decisions, "geen automatische besluiten"},
		{"reports are no decisions", question(Overig, "", today()), Decisions, "Zo'n rapport is geen besluit."},
	}
	for _, tc := range tests {
		if got := said(l.For(tc.q), tc.section); !strings.Contains(got, tc.want) {
			t.Errorf("%s: no %q in\n%s", tc.why, tc.want, got)
		}
	}
}

// TestDates: the day of the request picks the text, so an old answer keeps its own.
func TestDates(t *testing.T) {
	t.Parallel()
	l := library(t)
	where := func(d schema.Date) string {
		for _, e := range l.For(question(Rijk, "", d)).In(Transfers) {
			if e.Key == "where" {
				return e.Fact.String()
			}
		}
		return ""
	}
	for day, want := range map[schema.Date]string{
		schema.NewDate(2022, 12, 31): "2022-02-01", schema.NewDate(2023, 1, 1): "2023-01-01", schema.NewDate(2023, 12, 31): "2023-01-01",
		schema.NewDate(2024, 1, 1): "2024-01-01", schema.NewDate(2025, 1, 31): "2024-01-01", schema.NewDate(2025, 2, 1): "2025-02-01",
	} {
		if got := where(day); got != want {
			t.Errorf("%v: the text of %s, want %s", day, got, want)
		}
	}
	notice := "Bing bij plaatjes in SharePoint"
	for day, want := range map[schema.Date]bool{schema.NewDate(2022, 1, 31): false, schema.NewDate(2022, 8, 31): true, schema.NewDate(2022, 9, 1): false} {
		if got := strings.Contains(said(l.For(question(Rijk, "", day)), Recipients), notice); got != want {
			t.Errorf("%v: notice about Bing %v", day, got)
		}
	}
	if got := l.For(question(Rijk, PublicBody, today())).Overdue(); len(got) > 0 {
		t.Errorf("overdue: %q", got)
	}
	late := l.For(question(Rijk, PublicBody, schema.NewDate(2027, 7, 1))).Overdue()
	if !slices.Contains(late, "rights.remedy") || !slices.Contains(late, "transfers.safeguard") {
		t.Errorf("overdue in July 2027: %q", late)
	}
}

// TestWhole: whatever the organisation is, each section has something to say,
// once per key, in both languages, with the same rows.
func TestWhole(t *testing.T) {
	t.Parallel()
	l := library(t)
	for _, p := range Profiles() {
		for _, c := range Controllers() {
			for name, values := range settings() {
				for _, v := range append(values, "") {
					for _, day := range []schema.Date{schema.NewDate(2022, 6, 1), today()} {
						q := question(p, c, day)
						q.Settings = map[string]Setting{name: {Value: v, On: day}}
						nl := l.For(q)
						q.Lang = schema.English
						en := l.For(q)
						for _, s := range Sections() {
							keys := make(map[string]bool)
							if len(nl.In(s)) == 0 || len(nl.entries[s]) != len(en.entries[s]) {
								t.Fatalf("%s %s %s: %d and %d rows", p, c, s, len(nl.In(s)), len(en.entries[s]))
							}
							for i, e := range nl.entries[s] {
								if keys[e.Key] || e.Text == "" || e.Source == "" || e.Text == en.entries[s][i].Text && len(e.Text) > 20 || e.Name != en.entries[s][i].Other {
									t.Errorf("%s.%s: %+v", s, e.Key, e)
								}
								keys[e.Key] = true
							}
						}
					}
				}
			}
		}
	}
	rijk, other := l.For(question(Rijk, "", today())), l.For(question(Overig, "", today()))
	if cmp.Equal(rijk.entries, other.entries) {
		t.Error("profiles make no difference")
	}
}

// TestOwn: an organisation's text takes the place of the catalog's.
func TestOwn(t *testing.T) {
	t.Parallel()
	own := fstest.MapFS{"a.yaml": {Data: []byte(`section: purposes
entries:
  - {key: provide, review: 2030-01-01, proof: read, source: {nl: Contract, en: Contract}, name: {nl: A, en: B}, text: {nl: C, en: D}}
  - {key: extra, review: 2030-01-01, proof: read, source: {nl: Contract, en: Contract}, name: {nl: E, en: F}, text: {nl: G, en: H}}
`)}}
	l, err := Load(os.DirFS("../catalog/law"), own)
	if err != nil {
		t.Fatal(errors.Unwrap(err))
	}
	got := l.For(question(Rijk, "", today()))
	var keys []string
	for _, e := range got.In(Purposes) {
		keys = append(keys, e.Key)
		if e.Own != (e.Key == "provide" || e.Key == "extra") {
			t.Errorf("%s: own %v", e.Key, e.Own)
		}
	}
	if d := cmp.Diff([]string{"provide", "update", "secure", "extra"}, keys); d != "" || got.Own != 2 {
		t.Errorf("%d own texts\n%s", got.Own, d)
	}
	if got.Version == library(t).version {
		t.Error("the version is that of the catalog alone")
	}
}

// TestStrict: what is wrong with a file is said, with its place.
func TestStrict(t *testing.T) {
	t.Parallel()
	const whole = "key: a, review: 2030-01-01, proof: read, source: {nl: s, en: s}, name: {nl: n, en: n}, text: {nl: t, en: t}"
	tests := map[string]string{
		"field colour not found":                   "{" + whole + ", colour: red}",
		"review: missing":                          "{" + strings.Replace(whole, "review: 2030-01-01, ", "", 1) + "}",
		"parse date":                               "{" + strings.Replace(whole, "2030-01-01", "someday", 1) + "}",
		`no proof "sure"`:                          "{" + strings.Replace(whole, "proof: read", "proof: sure", 1) + "}",
		"source: needs nl and en":                  "{" + strings.Replace(whole, "source: {nl: s, en: s}, ", "", 1) + "}",
		"name: needs nl and en":                    "{" + strings.Replace(whole, "name: {nl: n, en: n}, ", "", 1) + "}",
		"text: needs nl and en":                    "{" + strings.Replace(whole, "text: {nl: t, en: t}", "text: {nl: t}", 1) + "}",
		"more: needs nl and en":                    "{" + whole + ", more: {en: m}}",
		"text: nl and en use other placeholders":   "{" + strings.Replace(whole, "text: {nl: t,", `text: {nl: "{case}",`, 1) + "}",
		"text: no placeholder {name}":              "{" + strings.Replace(whole, "text: {nl: t, en: t}", `text: {nl: "{name}", en: "{name}"}`, 1) + "}",
		`no profile "rijks"`:                       "{" + whole + ", for: {profiles: [rijks]}}",
		`no controller "baas"`:                     "{" + whole + ", for: {controllers: [baas]}}",
		`no setting telemetry-level: "low"`:        "{" + whole + ", for: {settings: {telemetry-level: low}}}",
		`no setting colour: ""`:                    "{" + whole + `, for: {settings: {colour: ""}}}`,
		"until comes before from":                  "{" + whole + ", from: 2030-01-02, until: 2030-01-01}",
		"role: needed for a recipient, and only":   "{" + whole + ", role: own}",
		`no role "boss"`:                           "{" + whole + ", role: boss}",
		"key: missing":                             "{" + strings.Replace(whole, "key: a, ", "", 1) + "}",
		"rights: a: two texts apply at one time":   "{" + whole + "}\n  - {" + whole + ", for: {profiles: [rijk]}}",
		"purposes: a: two texts apply at one time": "",
	}
	for want, entry := range tests {
		fsys := fstest.MapFS{"x.yaml": {Data: []byte("section: rights\nentries:\n  - " + entry + "\n")}}
		if entry == "" {
			fsys["x.yaml"] = &fstest.MapFile{Data: []byte("section: purposes\nentries:\n  - {" + whole + ", until: 2029-01-01}\n  - {" + whole + ", from: 2029-01-01}\n")}
		}
		_, err := Load(fsys)
		if err == nil || !strings.Contains(errors.Unwrap(err).Error(), want) || schema.CodeOf(err) != schema.CodeCatalog {
			t.Errorf("%s: %v", want, errors.Unwrap(err))
		}
	}
	if _, err := Load(fstest.MapFS{"x.yaml": {Data: []byte("section: dessert\n")}}); err == nil || !strings.Contains(errors.Unwrap(err).Error(), `x.yaml: no section "dessert"`) {
		t.Error(err)
	}
	apart := fstest.MapFS{"x.yaml": {Data: []byte("section: rights\nentries:\n  - {" + whole + ", until: 2029-12-31}\n  - {" + whole + ", from: 2030-01-01}\n")}}
	if _, err := Load(apart); err != nil {
		t.Error(errors.Unwrap(err))
	}
}

// TestReadable: short sentences in common words (B1).
func TestReadable(t *testing.T) {
	t.Parallel()
	const average, longest = 15, 25
	l := library(t)
	for _, lang := range []schema.Lang{schema.Dutch, schema.English} {
		words, sentences := 0, 0
		for _, e := range l.entries {
			for _, text := range []string{e.Text.in(lang), e.More.in(lang)} {
				text = strings.NewReplacer("? ", ". ", ": ", ". ").Replace(text)
				for s := range strings.SplitSeq(strings.TrimSuffix(text, "."), ". ") {
					n := len(strings.Fields(s))
					if n > longest {
						t.Errorf("%s.%s, %s: %d words: %s", e.section, e.Key, lang, n, s)
					}
					words, sentences = words+n, sentences+1
				}
				for _, w := range []string{"derhalve", "teneinde", "middels", "conform", "betreffende", "alsmede", "inzake", "jouw", "je"} {
					if slices.Contains(strings.Fields(strings.ToLower(e.Text.NL+" "+e.More.NL)), w) {
						t.Errorf("%s.%s: %q", e.section, e.Key, w)
					}
				}
			}
		}
		if mean := float64(words) / float64(sentences); mean > average {
			t.Errorf("%s: %.1f words a sentence", lang, mean)
		}
	}
}

// TestFill: only known names are filled.
func TestFill(t *testing.T) {
	t.Parallel()
	got := Fill("{case} of {organisation}, {other}", map[string]string{"case": "1 {due}", "organisation": "X", "other": "Y", "due": "never"})
	if got != "1 {due} of X, {other}" {
		t.Error(got)
	}
}
