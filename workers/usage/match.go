package usage

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
	formatTable   = "usage-csv"
	formatRecords = "usage-records"
)

// recognise judges by the beginning of a file.
func recognise(head []byte) listing.Form {
	return listing.Recognise(head, func(h table.Header) string { return formatOf(h, formatTable) },
		func(keys []string) string { return formatOf(keys, formatRecords) })
}

// formatOf gives the code where the names are those of a report by user.
func formatOf(names []string, code string) string {
	dated, user := false, false
	for _, n := range names {
		n = plain(n)
		dated = dated || n == "reportrefreshdate"
		user = user || isUser(n)
	}
	if dated && user {
		return code
	}
	return ""
}

// plain is the name of a column or property without the marks in which the
// forms differ: "Team Chat Message Count", "teamChatMessageCount".
func plain(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, name)
}

// isUser reports whether a field says whose line it is, by its plain name.
func isUser(plain string) bool {
	switch plain {
	case "userprincipalname", "ownerprincipalname", "userid":
		return true
	}
	return false
}

// report tells what a report is about, by a column that only it has. The first
// that fits decides.
func report(has func(plain string) bool) string {
	for _, r := range []struct{ name, by string }{
		{"CopilotUsage", "copilotchatlastactivitydate"},
		{"CopilotUsage", "microsoftteamscopilotlastactivitydate"},
		{"TeamsUserActivity", "teamchatmessagecount"},
		{"EmailActivity", "sendcount"},
		{"EmailAppUsage", "outlookforwindows"},
		{"EmailAppUsage", "outlookforweb"},
		{"MailboxUsage", "issuewarningquotabyte"},
		{"SharePointSiteUsage", "pageviewcount"},
		{"SharePointActivity", "visitedpagecount"},
		{"OneDriveActivity", "viewedoreditedfilecount"},
		{"OneDriveUsage", "activefilecount"},
		{"OfficeActivations", "lastactivateddate"},
		{"ActiveUsers", "hasexchangelicense"},
		{"ActiveUsers", "exchangelastactivitydate"},
		{"EngageActivity", "likedcount"},
		{"AppUsage", "lastactivationdate"},
		{"TeamsDeviceUsage", "usedwindows"},
	} {
		if has(r.by) {
			return r.name
		}
	}
	return "Other"
}

// Concealed reports whether an identifier of a user is the code that a tenant
// that conceals names puts in its place: 32 hexadecimal digits.
func Concealed(v string) bool {
	if len(v) != 32 {
		return false
	}
	return strings.Trim(strings.ToUpper(v), "0123456789ABCDEF") == ""
}

// allConcealed reports whether every line at the beginning of a file has a
// concealed name.
func allConcealed(f schema.File, form listing.Form) bool {
	head := f
	head.Open = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(f.Head)), nil }
	lines, hidden := 0, 0
	r := listing.Reader{Source: name, Timeless: true, Complete: func(*schema.Record) {}}
	for rec, err := range r.Records(form, head, nil) {
		if err != nil {
			break
		}
		if rec.Unreadable == "" {
			lines++
			if isConcealed(rec.Fields) {
				hidden++
			}
		}
	}
	return lines > 0 && lines == hidden
}

func isConcealed(fields []schema.Field) bool {
	return slices.ContainsFunc(fields, func(f schema.Field) bool {
		return isUser(plain(f.Path)) && Concealed(f.Value.Reveal())
	})
}
