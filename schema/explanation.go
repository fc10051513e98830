package schema

// Explanation is a record in words. It holds the record it explains: the
// original value always stands beside the explanation, never behind it
// (CJEU C-487/21).
type Explanation struct {
	Record Record
	// App is the app or service in words, empty where it cannot be told.
	App string
	// Title names the kind of event in a few words.
	Title string
	// Text says in one or two sentences what happened, with the person's own
	// values in it.
	Text Personal
	// Layer, Rule and Ref say how much of this is known: the layer, the key of
	// the catalog entry or rule, and the page it rests on ("" where the text is
	// derived from the name only).
	Layer Layer
	Rule  string
	Ref   string
	// Described tells that Microsoft publishes a description of this event.
	Described bool
	// About is the topic code ("documents", "mail", …) for summaries.
	About string
	// DataKind is the code of the kind of data ("usage", "performance", …).
	DataKind string
	// Facets place the record in the answer: category, recipient, purpose, age.
	Facets Facets
	// Class is the strongest class of any field, the record's own included.
	Class Class
	// Excepted tells that the record holds a value that exposes something, of the
	// one service that may send these (Note.Exposes).
	Excepted bool
	// Findings are what the data protection officer must know of this record.
	Findings []FindingID
	// Notes explain the fields, one note for each of Record.Fields, same order.
	Notes []Note
}

// Note explains one field of a record. The strings are catalog texts, shared
// between records; only Words is made from the value.
type Note struct {
	// Meaning says what the field is.
	Meaning string
	// Class says what the value does to identifiability, Why says for what
	// reason, in a sentence that holds for the employer.
	Class Class
	Why   string
	// Layer, Rule and Ref as in Explanation.
	Layer Layer
	Rule  string
	Ref   string
	// Words is the value as a person says it ("3 november 2025 om 9.14 uur"),
	// empty where the value speaks for itself.
	Words Personal
	// Raised is the detector that raised the class above the field's own, or
	// empty. A raised class is a finding for the DPO.
	Raised string
	// Exposes is what the value gives away in clear text that people chose
	// themselves, and that only OneDrive may send.
	Exposes Exposure
	// Identifier is the kind of identifier that the value is ("sid", "upn",
	// "device-id", …), or empty.
	Identifier string
}

// Exposure is what a value gives away in clear text. The codes are part of the
// public output.
type Exposure string

// The exposures.
const (
	ExposesNothing Exposure = ""
	ExposesPath    Exposure = "path"    // a path or the name of a file
	ExposesAddress Exposure = "address" // an e-mail address
	ExposesName    Exposure = "name"    // the name of a user
)
