package schema

import "strings"

// Layer says where an explanation comes from, from the most to the least
// specific. The codes are part of the public output: a reader must be able to
// see how much is known and how much was derived.
type Layer string

// Layers of an event.
const (
	// LayerEvent is an entry of its own for this event.
	LayerEvent Layer = "event"
	// LayerFamily is one template shared by events that are alike.
	LayerFamily Layer = "family"
	// LayerComposed is a sentence made of the namespace, the words of the name
	// and its verb.
	LayerComposed Layer = "composed"
	// LayerNamespace knows only which part of the software it came from.
	LayerNamespace Layer = "namespace"
	// LayerDataType knows only the kind of data that the file holds.
	LayerDataType Layer = "datatype"
	// LayerNone: the catalog has no words for it, and nothing could be derived.
	LayerNone Layer = "none"
)

// Layers of a field; LayerEvent and LayerNone apply to fields too.
const (
	// LayerDictionary is a text for this field name wherever it occurs.
	LayerDictionary Layer = "dictionary"
	// LayerContract is a text for the field in a block shared by many events.
	LayerContract Layer = "contract"
	// LayerRule was derived from the parts of the name.
	LayerRule Layer = "rule"
	// LayerShape was derived from what the value looks like.
	LayerShape Layer = "shape"
)

// EventLayers lists the layers an event can have, most specific first.
func EventLayers() []Layer {
	return []Layer{LayerEvent, LayerFamily, LayerComposed, LayerNamespace, LayerDataType, LayerNone}
}

// FieldLayers lists the layers a field can have, most specific first.
func FieldLayers() []Layer {
	return []Layer{LayerEvent, LayerDictionary, LayerContract, LayerRule, LayerShape, LayerNone}
}

// Lang is a BCP 47 language tag that the catalog has texts for.
type Lang string

// The two languages in which every text must exist.
const (
	Dutch   Lang = "nl"
	English Lang = "en"
)

// AcceptedLang is the first language of an Accept-Language header (RFC 9110, 12.5.4)
// that we have, else Dutch. The weights of the header are not asked: whoever sends
// one lists the languages in order.
func AcceptedLang(header string) Lang {
	for tag := range strings.SplitSeq(header, ",") {
		tag, _, _ = strings.Cut(strings.TrimSpace(tag), ";")
		base, _, _ := strings.Cut(strings.ToLower(tag), "-")
		if l := Lang(base); l == Dutch || l == English {
			return l
		}
	}
	return Dutch
}
