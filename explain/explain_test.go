package explain

import (
	"testing"

	"inzage/schema"
)

// knowledge is a catalog with one thing of each kind.
func knowledge() map[string]string {
	return map[string]string{
		"terms/t.yaml": `
abouts: {documents: {nl: d, en: d}}
kinds: {usage: {nl: g, en: u}}
identifiers: {session-id: {nl: s, en: s}, email: {nl: e, en: e}, other-code: {nl: o, en: o}}
reasons:
  default-unknown: {class: unknown, nl: onbekend, en: unknown}
  default-aggregate-technical: {class: aggregate-technical, nl: technisch, en: technical}
  default-pseudonymous-identifier: {class: pseudonymous-identifier, nl: code, en: code}
  default-linked-usage: {class: linked-usage, nl: gebruik, en: use}
  detected-email: {class: direct-identifier, nl: adres, en: address}
  time-of-event: {class: linked-usage, nl: moment, en: moment}
  version: {class: device-or-software, nl: versie, en: version}
datatypes: {ProductAndServiceUsage: {label: {nl: Gebruik, en: Use}, explain: {nl: Dit gaat over gebruik., en: This is about use.}, kind: usage}}
`,
		"words/w.yaml": `
tokens:
  file: {nl: het bestand, en: file}
  size: {nl: de grootte, en: size}
  new: {nl: nieuwe, en: new}
  app: {nl: de app, en: app}
  run: {nl: het uitvoeren, en: run}
  activity: {nl: "-", en: "-"}
  power point: {nl: het PowerPoint, en: PowerPoint}
verbs:
  - {words: [Saved], nl: "{app} sloeg iets op[: {what}].", en: "{app} saved something[: {what}].", title: {nl: Opgeslagen, en: Saved}, kind: usage}
`,
		"namespaces/n.yaml": `
- {namespace: Office.Word, app: {nl: Word, en: Word}, about: documents, text: {nl: Tekst., en: Text.}, part: {nl: teksten, en: texts}}
- {namespace: Office.Word.Online.Data, app: {nl: Word in de browser, en: Word for the web}, about: documents, text: {nl: Tekst., en: Text.}}
- {namespace: Files, kind: teams, app: {nl: Teams, en: Teams}, text: {nl: Tekst., en: Text.}}
`,
		"events/e.yaml": `
- event: Office.Word.FileOpened
  title: {nl: Bestand geopend, en: File opened}
  text: {nl: "{app} opende een bestand[ van {Data.Size|bytes}][ ({Data.Ext})].", en: "{app} opened a file[ of {Data.Size|bytes}][ ({Data.Ext})]."}
  fields: {Data.Size: {class: linked-usage, as: bytes, nl: De grootte., en: The size.}}
  example: {Data.Size: "2048", Data.Ext: docx}
  want: {nl: "Word opende een bestand van 2 kB (docx).", en: "Word opened a file of 2 kB (docx)."}
- event: Inventory.*Add
  title: {nl: Gevonden, en: Found}
  text: {nl: "Windows vond {*}.", en: "Windows found {*}."}
  example: {"*": File}
  want: {nl: "Windows vond het bestand.", en: "Windows found the file."}
- event: mail_action
  action: Archive
  title: {nl: Bericht, en: Message}
  text: {nl: "U archiveerde een bericht.", en: "You archived a message."}
  want: {nl: "U archiveerde een bericht.", en: "You archived a message."}
- event: mail.action
  title: {nl: Bericht, en: Message}
  text: {nl: "U deed iets met een bericht.", en: "You did something with a message."}
  want: {nl: "U deed iets met een bericht.", en: "You did something with a message."}
`,
		"fields/f.yaml": `
fields:
  SessionId: {class: pseudonymous-identifier, id: session-id, nl: De sessie., en: The session.}
  ext.metadata.f.*: {class: aggregate-technical, as: pii-kind, nl: Een merk., en: A mark.}
`,
		"fields/c.yaml": "contract: App\nfields:\n  Name: {class: linked-usage, nl: De app., en: The app.}\n",
		"rules/r.yaml": `
affixes:
  - {suffix: Id, class: pseudonymous-identifier, id: other-code, nl: "Een code[: {rest}].", en: "A code[: {rest}]."}
  - {suffix: Count, class: aggregate-technical, as: number, nl: "Een aantal[: {rest}].", en: "A number[: {rest}]."}
`,
		"texts/e.yaml": `
texts:
  engine.redacted: {nl: weggelaten, en: left out}
  engine.tokens: {nl: "Iets over: {words}.", en: "Something about: {words}."}
  engine.field.none: {nl: Onbekend veld., en: Unknown field.}
  engine.field.shape.empty: {nl: Leeg., en: Empty.}
  engine.field.shape.guid: {nl: Een code., en: A code.}
  engine.field.shape.time: {nl: Een moment., en: A moment.}
  engine.field.shape.version: {nl: Een versie., en: A version.}
  engine.event.namespace: {nl: "{app} legde iets vast[ over {part}].", en: "{app} recorded something[ about {part}]."}
  engine.event.namespace.title: {nl: Gebeurtenis, en: Event}
  engine.event.datatype: {nl: "Iets. {explain}", en: "Something. {explain}"}
  engine.event.none: {nl: Iets., en: Something.}
  engine.event.none.title: {nl: Onbekend, en: Unknown}
  engine.app.unknown: {nl: Een programma, en: A program}
  engine.words.derived: {nl: "‘{words}’", en: "‘{words}’"}
  engine.unit.kb: {nl: "{n} kB", en: "{n} kB"}
  engine.decimal: {nl: ",", en: "."}
  engine.thousands: {nl: ".", en: ","}
`,
	}
}

func fields(pairs ...string) []schema.Field {
	var list []schema.Field
	for i := 0; i+1 < len(pairs); i += 2 {
		list = append(list, schema.Field{Path: pairs[i], Value: schema.NewPersonal(pairs[i+1])})
	}
	return list
}

func TestEventLayers(t *testing.T) {
	t.Parallel()
	c := mustSmall(t, knowledge())
	tests := []struct {
		name   string
		record schema.Record
		layer  schema.Layer
		text   string
	}{
		{"own entry, name folded", schema.Record{Event: "office_word_fileopened", Fields: fields("Data_Size", "2048")}, schema.LayerEvent, "Word opende een bestand van 2 kB."},
		{"absent parts vanish", schema.Record{Event: "Office.Word.FileOpened"}, schema.LayerEvent, "Word opende een bestand."},
		{"redacted parts vanish", schema.Record{Event: "Office.Word.FileOpened", Fields: fields("Data.Ext", "#")}, schema.LayerEvent, "Word opende een bestand."},
		{"empty parts vanish", schema.Record{Event: "Office.Word.FileOpened", Fields: fields("Data.Ext", "")}, schema.LayerEvent, "Word opende een bestand."},
		{"action picks the entry", schema.Record{Event: "mail_action", Action: "archive"}, schema.LayerEvent, "U archiveerde een bericht."},
		{"other action, plain entry", schema.Record{Event: "mail_action", Action: "Else"}, schema.LayerEvent, "U deed iets met een bericht."},
		{"family", schema.Record{Event: "Inventory.FileAdd"}, schema.LayerFamily, "Windows vond het bestand."},
		{"family, unknown word quoted", schema.Record{Event: "Inventory.FooBarAdd"}, schema.LayerFamily, "Windows vond ‘foo bar’."},
		{"composed from the name", schema.Record{Event: "Office.Word.Online.Data.Activity.FileSaved"}, schema.LayerComposed, "Word in de browser sloeg iets op: het bestand."},
		{"composed, words joined", schema.Record{Event: "Office.Word.PowerPointSaved"}, schema.LayerComposed, "Word sloeg iets op: het PowerPoint."},
		{"namespace only", schema.Record{Event: "Office.Word.Frobnicate"}, schema.LayerNamespace, "Word legde iets vast over teksten."},
		{"whole parts only", schema.Record{Event: "Office.WordArt.Frobnicate"}, schema.LayerNone, "Iets."},
		{"namespace beside the name", schema.Record{Event: "click_x", Spaces: []string{" files "}}, schema.LayerNamespace, "Teams legde iets vast."},
		{"token before the name", schema.Record{Event: "Aria.0123456789abcdef0123456789ABCDEF.Office.Word.FileOpened"}, schema.LayerEvent, "Word opende een bestand."},
		{"data type of the file", schema.Record{Event: "X", DataType: "ProductAndServiceUsage"}, schema.LayerDataType, "Iets. Dit gaat over gebruik."},
		{"nothing", schema.Record{}, schema.LayerNone, "Iets."},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			x := c.For(Reader{Lang: schema.Dutch})
			for range 2 { // from scratch and from memory
				e := x.Explain(tc.record)
				if e.Layer != tc.layer || e.Text.Reveal() != tc.text {
					t.Errorf("got %s %q, want %s %q", e.Layer, e.Text.Reveal(), tc.layer, tc.text)
				}
				if len(e.Notes) != len(tc.record.Fields) {
					t.Errorf("%d notes for %d fields", len(e.Notes), len(tc.record.Fields))
				}
			}
		})
	}
}

func TestFieldLayersAndClasses(t *testing.T) {
	t.Parallel()
	c := mustSmall(t, knowledge())
	x := c.For(Reader{Lang: schema.Dutch})
	tests := []struct {
		path, value string
		layer       schema.Layer
		class       schema.Class
		meaning     string
	}{
		{"Data_Size", "1", schema.LayerEvent, schema.LinkedUsage, "De grootte."},
		{"properties.sessionID", "1", schema.LayerDictionary, schema.PseudonymousIdentifier, "De sessie."},
		{"data.deep.sessionId", "1", schema.LayerDictionary, schema.PseudonymousIdentifier, "De sessie."},
		{"App_Name", "Word", schema.LayerContract, schema.LinkedUsage, "De app."},
		{"data.Other.Name", "Word", schema.LayerNone, schema.Unknown, "Onbekend veld."},
		{"ext.metadata.f.Anything", "321", schema.LayerDictionary, schema.AggregateTechnical, "Een merk."},
		{"data.FileCount", "12", schema.LayerRule, schema.AggregateTechnical, "Een aantal: het bestand."},
		{"data.items[3].FooCount", "12", schema.LayerRule, schema.AggregateTechnical, "Een aantal: ‘foo’."},
		{"data.Activity", "x", schema.LayerRule, schema.Unknown, "Iets over: ‘activity’."},
		{"data.File", "x", schema.LayerRule, schema.Unknown, "Iets over: het bestand."},
		{"data.Foo", "0f8fad5b-d9cb-469f-a165-70867728950e", schema.LayerShape, schema.PseudonymousIdentifier, "Een code."},
		{"data.Foo", "2025-11-03T08:14:09Z", schema.LayerShape, schema.LinkedUsage, "Een moment."},
		{"data.Foo", "16.0.17928", schema.LayerShape, schema.DeviceOrSoftware, "Een versie."},
		{"data.Foo", "", schema.LayerShape, schema.Unknown, "Leeg."},
		{"data.Foo", "bar", schema.LayerNone, schema.Unknown, "Onbekend veld."},
		{"data.FileCount", "0f8fad5b-d9cb-469f-a165-70867728950e", schema.LayerRule, schema.PseudonymousIdentifier, "Een aantal: het bestand."},
		{"data.FileCount", "jan@waterland.example", schema.LayerRule, schema.DirectIdentifier, "Een aantal: het bestand."},
	}
	for _, tc := range tests {
		e := x.Explain(schema.Record{Event: "Office.Word.FileOpened", Fields: fields(tc.path, tc.value)})
		n := e.Notes[0]
		if n.Layer != tc.layer || n.Class != tc.class || n.Meaning != tc.meaning {
			t.Errorf("%s=%s: got %s %s %q, want %s %s %q", tc.path, tc.value, n.Layer, n.Class, n.Meaning, tc.layer, tc.class, tc.meaning)
		}
		if n.Why == "" {
			t.Errorf("%s: no reason", tc.path)
		}
		if said(tc.value) && e.Class != tc.class {
			t.Errorf("%s: event class %s, want its only field's %s", tc.path, e.Class, tc.class)
		}
	}
}

// TestIdentifiers: what stands on the sheet of identifiers is a value that can
// lead to somebody, and not a mark for a value that is gone or a row's number.
func TestIdentifiers(t *testing.T) {
	t.Parallel()
	x := mustSmall(t, knowledge()).For(Reader{Lang: schema.English})
	for _, tc := range []struct{ path, value, identifier, words string }{
		{"SessionId", "7f1a", "session-id", ""},
		{"SessionId", "12", "session-id", ""},
		{"SessionId", "#", "", "left out"},
		{"SessionId", "", "", ""},
		{"FileCount", "0f8fad5b-d9cb-469f-a165-70867728950e", "other-code", ""},
		{"WindowId", "0f8fad5b-d9cb-469f-a165-70867728950e", "other-code", ""},
		{"WindowId", "1234", "other-code", ""},
		{"WindowId", "123", "", ""},
	} {
		n := x.Explain(schema.Record{Event: "X", Fields: fields(tc.path, tc.value)}).Notes[0]
		if n.Identifier != tc.identifier || n.Words.Reveal() != tc.words {
			t.Errorf("%s=%s: identifier %q, words %q", tc.path, tc.value, n.Identifier, n.Words.Reveal())
		}
	}
}

func TestExplainKeepsTheRecord(t *testing.T) {
	t.Parallel()
	c := mustSmall(t, knowledge())
	r := schema.Record{Event: "X", Fields: fields("a", "1", "a", "2", "", "3")}
	e := c.For(Reader{Lang: schema.English}).Explain(r)
	for i, f := range e.Record.Fields {
		if f != r.Fields[i] {
			t.Errorf("field %d changed", i)
		}
	}
	if e.Class != schema.Unknown {
		t.Errorf("class %s", e.Class)
	}
}

func TestNamesInWords(t *testing.T) {
	t.Parallel()
	c := mustSmall(t, knowledge())
	tests := []struct{ name, nl, en string }{
		{"File", "het bestand", "the file"},
		{"FileSize", "de grootte van het bestand", "the file size"},
		{"NewFileSize", "de grootte van het nieuwe bestand", "the new file size"},
		{"AppFileRunSize", "de grootte van het uitvoeren van het bestand bij de app", "the app file run size"},
		{"File2Size", "de grootte van het bestand 2", "the file 2 size"},
		{"SizeNew", "de nieuwe grootte", "the new size"},
		{"ActivityFile", "het bestand", "the file"},
		{"FileFoo", "", ""},
		{"", "", ""},
	}
	for _, tc := range tests {
		nl := c.thing(splitName(tc.name), schema.Dutch).text
		en := c.thing(splitName(tc.name), schema.English).text
		if nl != tc.nl || en != tc.en {
			t.Errorf("%s: got %q, %q, want %q, %q", tc.name, nl, en, tc.nl, tc.en)
		}
	}
}
