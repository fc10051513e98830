package explain

import (
	"strings"

	"inzage/schema"
)

// Verdict is the class of a field by its event and name, without a value.
type Verdict struct {
	Class schema.Class
	// Layer and Rule say where the class comes from, as in schema.Note. A class
	// that rests on Microsoft's description only has the rule "published PAGE".
	Layer schema.Layer
	Rule  string
	// Confidence is how sure it is.
	Confidence Confidence
	// Why is the reason in a sentence.
	Why string
}

// Confidence says how sure a class is. The codes are part of the public output.
type Confidence string

// The degrees of confidence.
const (
	// High: a text for exactly this field, in this event or wherever it occurs.
	High Confidence = "high"
	// Medium: a rule about the beginning or end of the name.
	Medium Confidence = "medium"
	// Low: only the words in the name, or Microsoft's description of the field; or
	// there is a text, and it does not tell the class.
	Low Confidence = "low"
	// Nothing is known; the field counts as personal.
	Nothing Confidence = "none"
)

// Classify tells the class of a field, by the event's own text for it, then the
// dictionary and contracts, then the rules about names. Where these leave the
// class unknown, what Microsoft published about the field is weighed.
func (x *Explainer) Classify(event, field string) Verdict {
	fp := x.field(x.plan(&schema.Record{Event: event}), field)
	n := fp.note
	v := Verdict{Class: n.Class, Layer: n.Layer, Rule: n.Rule, Why: n.Why, Confidence: Nothing}
	switch {
	case n.Layer == schema.LayerNone:
	case n.Class == schema.Unknown, n.Layer == schema.LayerRule && fp.weak:
		v.Confidence = Low
	case n.Layer == schema.LayerRule:
		v.Confidence = Medium
	default:
		v.Confidence = High
	}
	if n.Class != schema.Unknown {
		return v
	}
	text, page, _, ok := x.c.Published(event, field)
	if !ok {
		return v
	}
	// The first sentence says what the field is, the rest what it is good for.
	reason := described(strings.ToLower(firstSentence(text)))
	if reason == "" {
		reason = described(strings.ToLower(text))
	}
	class, err := schema.ParseClass(x.c.terms["reasons."+reason].Class)
	if reason == "" || err != nil {
		return v
	}
	why := x.in.text("engine.classify.published", "text", firstSentence(text), "why", x.in.text("reason."+reason))
	return Verdict{Class: class, Layer: schema.LayerRule, Rule: "published " + page, Confidence: Low, Why: why}
}

// described returns the reason code that the words of a published description,
// in lower case, speak for, or "". Descriptions are not reliable, so an order
// that errs to the personal side is kept: what names a person goes before what
// counts or measures.
func described(text string) string {
	for _, e := range evidence() {
		if mentions(text, e.words) && (len(e.with) == 0 || mentions(text, e.with)) && !mentions(text, e.without) {
			return e.reason
		}
	}
	return ""
}

// clue is what words in a description speak for: any of words, together with
// any of with, and none of without.
type clue struct {
	words, with, without []string
	reason               string
}

// evidence lists the clues, the decisive ones first.
func evidence() []clue {
	person := []string{"user", "account", "person", "device", "machine", "identity", "tenant", "license", "licence", "customer"}
	own := []string{"user", "document", "note", "message", "email", "e-mail", "file", "account", "contact", "meeting", "chat"}
	thing := []string{"product", "update", "rule", "template", "feature", "flight", "experiment", "package", "driver", "policy", "app id", "application id"}
	return []clue{
		{words: []string{"obsolete", "deprecated", "no longer used", "unused", "reserved for future"}, reason: "obsolete"},
		{words: []string{"always blank", "always null", "always empty", "set to null", "always set to"}, reason: "always-empty"},
		{words: []string{"hash of", "hashed", "a hash", "hash value"}, with: person, reason: "hash-of-identity"},
		{words: []string{"hash of", "hashed", "a hash", "hash value"}, reason: "hash-of-content"},
		{words: []string{"octets"}, reason: "shortened"},
		{words: []string{"scrubbed", "pii removed", "no pii"}, reason: "scrubbed"},
		{words: []string{"access token", "auth token", "authentication token"}, with: []string{"the auth", "the token", "the access"}, without: []string{"whether", "error", "time", "valid"}, reason: "token"},
		{words: []string{"email address", "e-mail address", "smtp address", "user principal name", " upn "}, without: []string{"whether", "number of", "count"}, reason: "address-in-clear"},
		{words: []string{"user name", "username", "name of the user", "display name", "full name"}, without: []string{"whether", "number of", "api", "class", "function", "method", "process", "product"}, reason: "name-in-clear"},
		{words: []string{"phone number"}, without: []string{"whether"}, reason: "phone"},
		{words: []string{"based on ip", "based on the ip"}, reason: "country"},
		{words: []string{"ip address"}, without: []string{"whether", "number of"}, reason: "ip-address"},
		{words: []string{"path of", "path to", "file path", "full path", "folder name", "file name", "filename"}, without: []string{"system", "whether", "number of", "driver"}, reason: "path-in-clear"},
		{words: []string{"url of", "url to", "uri of", "the url", "the uri"}, without: []string{"whether", "microsoft", "number of"}, reason: "url-in-clear"},
		{words: []string{"identifier", "unique id", "guid", " id of ", " id for "}, with: thing, without: []string{"user", "device", "session", "tenant"}, reason: "product-id"},
		{words: []string{"tenant", "organization id", "organisation id"}, with: []string{" id", "identifier", "guid"}, reason: "organisation"},
		{words: []string{"session id", "session identifier", "identifies the session", "identifies a session", "identifier for the session"}, reason: "session"},
		{words: []string{"correlat"}, reason: "correlation"},
		{words: []string{"serial number", "imei"}, reason: "serial-number"},
		{words: []string{"device id", "device identifier", "machine id", "identifies the device", "identifier of the device"}, reason: "device"},
		{words: []string{"user id", "user identifier", "account id", "puid", "identifies the user", "identifies a user"}, reason: "account"},
		{words: []string{"unique id", "uniquely identif", "guid", "unique string", "identifier"}, reason: "default-pseudonymous-identifier"},
		{words: []string{"error", "exception", "hresult", "failure code", "result code", "return code", "stack", "exit code", "status code"}, reason: "error-code"},
		{words: []string{"time taken", "duration", "milliseconds", "elapsed", "time it took", "how long"}, without: []string{"user spent", "session"}, reason: "duration-internal"},
		{words: []string{"user spent", "user spends", "time spent"}, reason: "duration-human"},
		{words: []string{"timestamp", "time stamp", "time at which", "date and time", "time when", "the time of"}, reason: "time-of-event"},
		{words: []string{"country", "region"}, reason: "country"},
		{words: []string{"time zone", "timezone"}, reason: "time-zone"},
		{words: []string{"language", "locale"}, with: []string{"user"}, reason: "language-user"},
		{words: []string{"language", "locale"}, reason: "language-app"},
		{words: []string{"number of", "count of", "total number", "how many"}, with: own, reason: "own-count"},
		{words: []string{"number of", "count of", "total ", "how many"}, reason: "counter"},
		{words: []string{"operating system", "os version", "windows version"}, reason: "operating-system"},
		{words: []string{"version", "build"}, reason: "version"},
		{words: []string{"manufacturer", "hardware", "processor", "memory", "model of", "screen", "battery", "graphics"}, reason: "hardware"},
		{words: []string{"user clicked", "user selected", "user tapped", "user pressed", "action taken by the user", "user action", "user's choice", "user chose", "user has"}, reason: "action"},
		{words: []string{"user click", "user select", "user tap", "user press", "user toggle", "user dismiss", "clicked by the user"}, reason: "action"},
		{words: []string{"whether", "true if", "indicates if", "flag"}, with: []string{"user"}, reason: "feature-used"},
		{words: []string{"the tag where", "tag which", "code marker", "place in the code", "line of code"}, reason: "code-place"},
		{words: []string{"whether", "true if", "indicates if", "flag", "boolean"}, reason: "flag"},
		{words: []string{"state of", "status of", "result of", "reason for"}, reason: "state"},
	}
}

// mentions tells whether one of the words, or a word that begins with it, is in
// the text.
func mentions(text string, words []string) bool {
	for _, w := range words {
		for from := 0; ; {
			at := strings.Index(text[from:], w)
			if at < 0 {
				break
			}
			at += from
			if at == 0 || !isLetter(text[at-1]) || !isLetter(w[0]) {
				return true
			}
			from = at + 1
		}
	}
	return false
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80 }

// firstSentence is the quotable beginning of a description.
func firstSentence(s string) string {
	const most = 160
	if at := strings.Index(s, ". "); at >= 0 && at < most {
		return s[:at+1]
	}
	if len(s) <= most {
		return s
	}
	at := strings.LastIndexByte(s[:most], ' ')
	if at < 0 {
		at = most
	}
	return strings.ToValidUTF8(s[:at], "") + " …"
}
