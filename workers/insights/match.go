package insights

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"unicode"

	"inzage/schema"
	"inzage/workers/internal/listing"
	"inzage/workers/internal/table"
)

// The formats, by the codes of schema.Format.
const (
	formatSearches    = "search-log-csv"
	formatMeasures    = "viva-csv"
	formatMeasureList = "viva-records"
	formatDelve       = "delve-records"
)

// recognise judges by the beginning of a file.
func recognise(head []byte) listing.Form { return listing.Recognise(head, tableFormat, jsonFormat) }

func tableFormat(h table.Header) string {
	switch {
	case isMeasures(h):
		return formatMeasures
	case slices.ContainsFunc(h, isQuery) && slices.ContainsFunc(h, isTime) && !slices.ContainsFunc(h, isStatement) && !slices.ContainsFunc(h, isTally):
		return formatSearches
	}
	return ""
}

func jsonFormat(keys []string) string {
	switch {
	case slices.ContainsFunc(keys, isDelve):
		return formatDelve
	case isMeasures(keys):
		return formatMeasureList
	}
	return ""
}

// isMeasures reports whether columns are those of measures: a day, and two
// measures or one beside the code of a person.
func isMeasures(names []string) bool {
	dated, measures := false, 0
	for _, n := range names {
		dated = dated || isDay(n)
		if isMeasure(n) || isPerson(n) {
			measures++
		}
	}
	return dated && measures >= 2
}

// plain is the name of a column or property without the marks in which the forms
// differ: "After_hours_email_hours", "After hours email hours".
func plain(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, name)
}

// isPerson reports whether a column has Viva's code of a person.
func isPerson(name string) bool { return plain(name) == "personid" }

// isDay reports whether a column says of which day, or from which day on, measures
// are.
func isDay(name string) bool {
	switch plain(name) {
	case "metricdate", "date", "startdate", "weekstartdate", "week":
		return true
	}
	return false
}

// isMeasure reports whether a column is a measure of Viva. A word that stands in
// many other tables ("Meetings") is none by itself.
func isMeasure(name string) bool {
	switch n := plain(name); n {
	case "emailhours", "meetinghours", "meetingandcallhours", "chathours", "callhours", "collaborationhours",
		"instantmessagehours", "focushours", "totalfocushours", "quiethours", "multitaskinghours", "activeconnectedhours",
		"internalnetworksize", "externalnetworksize", "emailssent", "chatssent", "workweekspan", "collaborationspan":
		return true
	default:
		return strings.HasPrefix(n, "afterhours") && strings.HasSuffix(n, "hours") && n != "afterhours"
	}
}

// isQuery reports whether a column has what somebody searched for.
func isQuery(name string) bool {
	switch plain(name) {
	case "query", "queries", "querytext", "searchquery", "searchterm", "searchterms", "searchtext", "searchphrase":
		return true
	}
	return false
}

// isTime reports whether a column says when somebody searched.
func isTime(name string) bool {
	switch plain(name) {
	case "time", "timestamp", "date", "datetime", "querytime", "querydate", "searchtime", "searchdate", "lastsearched", "lastquerytime", "created":
		return true
	}
	return false
}

// isStatement reports whether a column shows that a "query" is one put to a
// database or an API, not to a search box.
func isStatement(name string) bool {
	n := plain(name)
	return strings.Contains(n, "duration") || strings.Contains(n, "database") || strings.Contains(n, "status") || strings.Contains(n, "sql")
}

// isTally reports whether a column counts what many people searched for, as the
// search reports of a whole organisation do. Such queries are nobody's own.
func isTally(name string) bool {
	switch plain(name) {
	case "totalqueries", "numberofqueries", "querycount", "queriescount", "totalsearches", "numberofsearches", "searchcount", "searches",
		"numberoftimes", "timessearched", "users", "uniqueusers", "numberofusers", "usercount":
		return true
	default:
		return strings.Contains(plain(name), "clickthrough") || strings.Contains(plain(name), "abandon")
	}
}

// isDelve reports whether a property is one of an insight, or names Delve.
func isDelve(name string) bool {
	n := plain(name)
	return n == "resourcevisualization" || n == "resourcereference" || strings.Contains(n, "delve")
}

// severalPeople reports whether the beginning of a file has the codes of more than
// one person.
func severalPeople(f schema.File, form listing.Form) bool {
	head := f
	head.Open = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(f.Head)), nil }
	several := false
	var first string
	r := listing.Reader{Source: name, Timeless: true, Complete: func(rec *schema.Record) {
		code := personOf(rec.Fields)
		switch {
		case first == "":
			first = code
		case code != "" && !strings.EqualFold(code, first):
			several = true
		}
	}}
	for _, err := range r.Records(form, head, nil) {
		if err != nil || several {
			break
		}
	}
	return several
}

// personOf is Viva's code of the person of a record, or empty.
func personOf(fields []schema.Field) string {
	for _, f := range fields {
		if isPerson(f.Path) {
			return strings.TrimSpace(f.Value.Reveal())
		}
	}
	return ""
}
