package explain

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"inzage/explain/catalog"
	"inzage/schema"
)

// label is one field that somebody labelled by reading.
type label struct {
	event, field string
	class        schema.Class
}

func labels(t *testing.T, file string) []label {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "labels", file+".tsv"))
	if err != nil {
		t.Fatal(err)
	}
	var list []label
	for line := range strings.Lines(string(data)) {
		cells := strings.Split(strings.TrimSpace(line), "\t")
		if len(cells) < 3 || len(cells) > 4 { // event, field, class, and perhaps why
			t.Fatalf("%s: bad line %q", file, line)
		}
		class, err := schema.ParseClass(cells[2])
		if err != nil {
			t.Fatalf("%s: bad line %q", file, line)
		}
		list = append(list, label{event: cells[0], field: cells[1], class: class})
	}
	if len(list) != 200 {
		t.Fatalf("%s: %d labels", file, len(list))
	}
	return list
}

// TestClassesAgreeWithLabels measures the classes against eight hundred fields
// labelled by reading (testdata/labels/README.md). The floor of each file may
// only rise. Rules are never made for a name in the held-out half; its cases are
// therefore not printed, only how the classes are confused.
func TestClassesAgreeWithLabels(t *testing.T) {
	t.Parallel()
	c, err := Load(catalog.FS())
	if err != nil {
		t.Fatal(errors.Unwrap(err))
	}
	for file, floor := range map[string]int{"tune": 179, "tune-2": 171, "tune-3": 172, "held-out": 173} {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			x := c.For(Reader{Lang: schema.English})
			agree := 0
			confused := map[[2]schema.Class]int{}
			for _, l := range labels(t, file) {
				v := x.Classify(l.event, l.field)
				confused[[2]schema.Class{l.class, v.Class}]++
				if v.Class == l.class {
					agree++
				}
				if l.class == schema.DirectIdentifier {
					switch v.Class {
					case schema.DeviceOrSoftware, schema.AggregateTechnical, schema.Stripped:
						t.Errorf("a field that names a person is called %s", v.Class)
					default:
					}
				}
				if v.Why == "" || v.Confidence == "" {
					t.Errorf("%s, %s: no reason or confidence", l.event, l.field)
				}
			}
			t.Logf("%d of 200 agree\n%s", agree, matrix(confused))
			if agree < floor {
				t.Errorf("%d of 200 agree, want %d or more", agree, floor)
			}
		})
	}
}

// matrix shows the label in the rows and the answer in the columns.
func matrix(confused map[[2]schema.Class]int) string {
	var b strings.Builder
	classes := schema.Classes()
	fmt.Fprintf(&b, "%-24s", "label \\ answer")
	for _, c := range classes {
		fmt.Fprintf(&b, "%9.8s", c)
	}
	for _, row := range classes {
		fmt.Fprintf(&b, "\n%-24s", row)
		for _, column := range classes {
			fmt.Fprintf(&b, "%9d", confused[[2]schema.Class{row, column}])
		}
	}
	return b.String()
}

// TestNobodyIsCalledTechnical writes names that say who somebody is in every way
// that programs write names, in Dutch too and on no list of Microsoft's. Their
// class may be a doubt, but never that the value is about a thing.
func TestNobodyIsCalledTechnical(t *testing.T) {
	t.Parallel()
	x := builtIn(t).For(Reader{Lang: schema.English})
	wrong := []schema.Class{schema.DeviceOrSoftware, schema.AggregateTechnical, schema.Stripped}
	count := 0
	for _, name := range []string{
		"user principal name", "upn", "user name", "login name", "sam account name", "account name", "display name", "full name", "first name",
		"last name", "given name", "surname", "nick name", "owner name", "author name", "sender name", "organizer name", "contact name", "manager name",
		"email", "email address", "e mail address", "mail address", "smtp address", "recipient address", "proxy addresses", "other mails", "sip address",
		"phone number", "mobile phone", "business phones", "home phone", "telephone number", "fax number", "caller number", "dialed number", "phone",
		"created by", "modified by", "shared with", "assigned to", "home address", "street address", "postal code", "ip address", "client ip",
		"social security number", "passport number", "credit card number", "bank account number", "employee number", "student number",
		"user prompt", "response text", "search query", "comment text", "message body", "email signature", "password", "access token", "meeting subject",
		"target user", "licensed user", "members added", "mailbox owner", "birth date", "target resources user principal name",
		"gebruikersnaam", "voornaam", "achternaam", "weergavenaam", "volledige naam", "e mailadres", "emailadres", "telefoonnummer", "mobiel nummer",
		"adres", "postcode", "personeelsnummer", "studentnummer", "bsn", "iban", "onderwerp", "bestandsnaam", "zoekterm", "wachtwoord", "medewerker", "naam",
	} {
		words := strings.Fields(name)
		capitals := make([]string, len(words))
		for i, w := range words {
			capitals[i] = strings.ToUpper(w[:1]) + w[1:]
		}
		camel := strings.Join(capitals, "")
		for _, form := range []string{
			camel, words[0] + camel[len(words[0]):], strings.Join(words, "_"), strings.Join(words, "."), strings.Join(words, "-"),
			strings.ToUpper(strings.Join(words, "_")), strings.Join(capitals, "_"),
		} {
			for _, before := range []string{"", "Data_", "properties.", "x.", "AuditData."} {
				for _, behind := range []string{"", "2", "[0]", "_1"} {
					field := before + form + behind
					if v := x.Classify("Some.Event", field); slices.Contains(wrong, v.Class) {
						t.Errorf("%s is called %s, by %q", field, v.Class, v.Rule)
					}
					count++
				}
			}
		}
	}
	t.Logf("%d names", count)
}
