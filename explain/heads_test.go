package explain

import (
	"maps"
	"testing"

	"inzage/schema"
)

// TestHeadsScopesAndRetired holds what decides the class of a name that has no
// text: the affix, what remains of the name, the kind of event, or that the
// field is no longer filled.
func TestHeadsScopesAndRetired(t *testing.T) {
	t.Parallel()
	files := knowledge()
	maps.Copy(files, map[string]string{
		"rules/h.yaml": `
affixes:
  - {suffix: Type, of: any, class: aggregate-technical, nl: "Een soort[. Het gaat om {rest}].", en: "A kind[. It is about {rest}]."}
  - {suffix: Tally, of: usage, class: aggregate-technical, nl: "Een aantal[: {rest}].", en: "A number[: {rest}]."}
  - {prefix: Is, first: true, class: aggregate-technical, nl: "Of[ {rest}].", en: "Whether[ {rest}]."}
  - {suffixes: [Site, Page], class: direct-identifier, nl: "Een adres[: {rest}].", en: "An address[: {rest}]."}
  - {suffix: Site, in: windows, whole: true, class: device-or-software, nl: "Een adres van Windows[: {rest}].", en: "An address of Windows[: {rest}]."}
heads:
  time-of-event: [moment]
  version: [release]
  session: [visit]
retired:
  - {events: [Office.Word.Old, Office.Gone.*], why: gone, fields: [Data.FooSite]}
`,
		"terms/h.yaml": `
reasons:
  gone: {class: stripped, nl: weg, en: gone}
  session: {class: pseudonymous-identifier, nl: sessie, en: session}
  default-direct-identifier: {class: direct-identifier, nl: mens, en: person}
  default-device-or-software: {class: device-or-software, nl: ding, en: thing}
  default-stripped: {class: stripped, nl: weg, en: gone}
`,
		"namespaces/h.yaml": `
- {namespace: Win.Core, kind: windows, app: {nl: Windows, en: Windows}, about: documents, text: {nl: Tekst., en: Text.}}
`,
	})
	x := mustSmall(t, files).For(Reader{Lang: schema.Dutch})
	for _, tc := range []struct {
		name, event, field string
		class              schema.Class
		confidence         Confidence
		rule               string
	}{
		{"the affix alone", "E", "FooType", schema.AggregateTechnical, Medium, "…Type"},
		{"what it is a kind of", "E", "MomentType", schema.LinkedUsage, Low, "…Type of moment"},
		{"the kind of a code is no code", "E", "VisitType", schema.AggregateTechnical, Medium, "…Type"},
		{"a count of usage", "E", "MomentTally", schema.LinkedUsage, Low, "…Tally of moment"},
		{"a count of things", "E", "ReleaseTally", schema.AggregateTechnical, Medium, "…Tally"},
		{"a yes or no goes first", "E", "IsFooSite", schema.AggregateTechnical, Medium, "Is…"},
		{"a head, no affix, no glossary", "E", "FooRelease", schema.DeviceOrSoftware, Low, "tokens of release"},
		{"the last head counts", "E", "MomentRelease", schema.DeviceOrSoftware, Low, "tokens of release"},
		{"small words in a row are one name", "E", "X_moment_foo", schema.LinkedUsage, Low, "tokens of moment"},
		{"numbered fields", "E", "Moment_Release_7", schema.DeviceOrSoftware, Low, "tokens of release"},
		{"an address", "E", "FooSite", schema.DirectIdentifier, Medium, "…Site"},
		{"an address of Windows", "Win.Core.E", "FooSite", schema.DeviceOrSoftware, Medium, "…Site"},
		{"no longer filled", "Office.Word.Old", "Data_FooSite", schema.Stripped, Medium, "…Site"},
		{"no longer filled in a family", "Office.Gone.Long.Ago", "FooSite", schema.Stripped, Medium, "…Site"},
		{"filled elsewhere", "Office.Word.New", "FooSite", schema.DirectIdentifier, Medium, "…Site"},
	} {
		v := x.Classify(tc.event, tc.field)
		if v.Class != tc.class || v.Confidence != tc.confidence || v.Rule != tc.rule {
			t.Errorf("%s: %s, %s, %s", tc.name, v.Class, v.Confidence, v.Rule)
		}
	}
}
