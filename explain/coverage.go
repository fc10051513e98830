package explain

import "inzage/schema"

// Coverage measures how much of a list of published names is explained, and
// how well. Shares are percentages of the names.
type Coverage struct {
	// Events is the number of event names.
	Events int `json:"events"`
	// Own is the share with an entry of its own or of its family, Composed the
	// share with those or a sentence made of the name.
	Own      float64 `json:"events_own_or_family"`
	Composed float64 `json:"events_own_family_or_composed"`
	// Fields is the number of distinct field names, Mentions how often they are
	// published together.
	Fields   int `json:"fields"`
	Mentions int `json:"field_mentions"`
	// Dictionary is the share with a text of its own (dictionary or contract),
	// Rule the share with that or a text derived from the name; the same for
	// mentions.
	Dictionary         float64 `json:"fields_dictionary"`
	Rule               float64 `json:"fields_dictionary_or_rule"`
	DictionaryMentions float64 `json:"mentions_dictionary"`
	RuleMentions       float64 `json:"mentions_dictionary_or_rule"`
	// Unexplained lists the names of which nothing at all is said, events first.
	Unexplained []string `json:"unexplained"`
}

// Named is a published field name and how often it is published.
type Named struct {
	Name     string
	Mentions int
}

// Coverage explains records without fields and field names without values, and
// counts on which layers that rests.
func (c *Catalog) Coverage(events []schema.Record, fields []Named) Coverage {
	got := Coverage{Events: len(events), Fields: len(fields), Unexplained: []string{}}
	x := c.For(Reader{Lang: schema.Dutch})
	own, composed := 0, 0
	for _, r := range events {
		switch x.Explain(r).Layer {
		case schema.LayerEvent, schema.LayerFamily:
			own++
		case schema.LayerComposed:
			composed++
		case schema.LayerNone:
			got.Unexplained = append(got.Unexplained, r.Event)
		default: // only the part or the kind is known
		}
	}
	got.Own, got.Composed = percent(own, len(events)), percent(own+composed, len(events))
	var names, mentions struct{ dictionary, rule int }
	for _, f := range fields {
		got.Mentions += f.Mentions
		switch c.FieldLayer(f.Name) {
		case schema.LayerDictionary, schema.LayerContract:
			names.dictionary++
			mentions.dictionary += f.Mentions
		case schema.LayerRule:
			names.rule++
			mentions.rule += f.Mentions
		default:
			got.Unexplained = append(got.Unexplained, f.Name)
		}
	}
	got.Dictionary, got.Rule = percent(names.dictionary, len(fields)), percent(names.dictionary+names.rule, len(fields))
	got.DictionaryMentions = percent(mentions.dictionary, got.Mentions)
	got.RuleMentions = percent(mentions.dictionary+mentions.rule, got.Mentions)
	return got
}

// percent rounds down to a hundredth, so that 100 means all.
func percent(n, of int) float64 {
	if of == 0 {
		return 0
	}
	return float64(10_000*n/of) / 100
}
