package pages

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/fstest"
	"testing/iotest"

	"inzage/schema"
)

// TestHostile holds that what no page looks like is refused or read within
// bounds, and quickly: a reading that is not linear would not end here.
func TestHostile(t *testing.T) {
	t.Parallel()
	const page = "# P\n\n## A.B.C\n\nThe following fields are collected:\n\n"
	long := strings.Repeat("x", 3*maxLine)
	for name, tc := range map[string]struct {
		text   string
		code   schema.Code
		events int
		odd    Odd
	}{
		"nothing":             {text: ""},
		"only front matter":   {text: "---\ntitle: x\n"},
		"no line ends":        {text: strings.Repeat("# ", 1<<20), odd: OddCutLine},
		"a million headings":  {text: strings.Repeat("## Ab.Cd\n", 1_000_000), code: schema.CodeLimit},
		"too many events":     {text: strings.Repeat("## Ab.Cd\n", maxEvents+1), code: schema.CodeLimit},
		"too large":           {text: strings.Repeat("a\n", maxPage), code: schema.CodeTooLarge},
		"a long line":         {text: page + "- **F** - " + long, events: 1, odd: OddCutLine},
		"a long name":         {text: page + "- **" + long + "** - x", events: 1, odd: OddCutLine},
		"bold without end":    {text: page + "- " + strings.Repeat("**", maxLine/2), events: 1},
		"bold on and off":     {text: page + "- " + strings.Repeat("**a**_", maxLine/6), events: 1},
		"many fields a line":  {text: page + "- " + strings.Repeat("**aB** - ", maxLine/9), events: 1},
		"tags without end":    {text: page + strings.Repeat("< ", maxLine/2), events: 1},
		"tags in tags":        {text: page + strings.Repeat("<a", maxLine/3) + ">", events: 1},
		"links without end":   {text: page + strings.Repeat("[](", maxLine/3), events: 1},
		"notes without end":   {text: page + strings.Repeat("[This has been removed]", maxLine/23), events: 1},
		"deep nesting":        {text: page + nested(2000), events: 1},
		"control characters":  {text: page + "- **F\x00\x07\x1b** - x\x9b", events: 1, odd: OddControl},
		"turned writing":      {text: page + "- **F\u202e** - x", events: 1, odd: OddControl},
		"not UTF-8":           {text: page + "- **F\xff\xfe** - \xc3", events: 1},
		"a script":            {text: page + "- **F** - <script>alert(1)</script>", events: 1},
		"a table without end": {text: page + strings.Repeat("| a ", maxLine/4), events: 1},
		"a fence without end": {text: page + "```\n- **F** - x\n", events: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := Parse("p", strings.NewReader(tc.text))
			if schema.CodeOf(err) != tc.code {
				t.Fatalf("error %v, want code %q", err, tc.code)
			}
			if err != nil {
				return
			}
			if len(p.Events) != tc.events {
				t.Errorf("%d events, want %d", len(p.Events), tc.events)
			}
			if tc.odd != "" && p.Odd[tc.odd] == 0 {
				t.Errorf("odd %v, want %s", p.Odd, tc.odd)
			}
			for _, line := range p.List() {
				if strings.ContainsAny(line, "\x00\x07\x1b\u202e<>\r\n") {
					t.Errorf("a mark of markup or control in %q", line)
				}
			}
		})
	}
}

// nested is a list in which each field stands in the one before.
func nested(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat("  ", i) + "- **F** - x\n")
	}
	return b.String()
}

func TestParseErrors(t *testing.T) {
	t.Parallel()
	_, err := Parse("p", iotest.ErrReader(io.ErrUnexpectedEOF))
	if schema.CodeOf(err) != schema.CodeIO || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a failing reader: %v", err)
	}
}

func TestReadOverlayErrors(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		text string
		code schema.Code
	}{
		"unknown key": {"page: x\ncolour: red\n", schema.CodeCatalog},
		"not YAML":    {"{{{", schema.CodeCatalog},
		"empty":       {"", schema.CodeCatalog},
		"too large":   {strings.Repeat("#\n", 2*maxPage+1), schema.CodeTooLarge},
	} {
		_, err := ReadOverlay(fstest.MapFS{"published/x.yaml": {Data: []byte(tc.text)}})
		if schema.CodeOf(err) != tc.code {
			t.Errorf("%s: %v", name, err)
		}
	}
	if list, err := ReadOverlay(fstest.MapFS{}); err != nil || len(list) != 0 {
		t.Errorf("an empty folder: %d pages, %v", len(list), err)
	}
}

// TestLanguages tells English pages from others, by what the page says of
// itself and by its words; names of events do not count as words.
func TestLanguages(t *testing.T) {
	t.Parallel()
	english := strings.Repeat("This event is used to see whether the app starts, and the result of it.\n", 5)
	for name, tc := range map[string]struct {
		text       string
		translated bool
	}{
		"English":                {"# Page\n" + english, false},
		"English, says so":       {"---\nms.contentlocale: en-us\n---\n# Page\n" + english, false},
		"says it is German":      {"---\nms.contentlocale: de-DE\n---\n# Seite\n", true},
		"translated by machine":  {"---\nms.translationtype: MT\n---\n# Page\n", true},
		"side by side":           {"# Page\n<span class=\"sxs-lookup\">The page</span>\n" + english, true},
		"Dutch":                  {"# Pagina\nDeze gebeurtenis wordt verzameld van het apparaat.\n", true},
		"German":                 {"# Seite\nDie folgenden Felder werden gesammelt und das ist nicht alles.\n", true},
		"French":                 {"# Page\nLes champs suivants sont collectés pour cet événement.\n", true},
		"Spanish":                {"# Página\nSe recopilan los siguientes campos de este evento cuando empieza.\n", true},
		"Italian":                {"# Pagina\nVengono raccolti i seguenti campi della pagina.\n", true},
		"Portuguese":             {"# Página\nOs seguintes campos são recolhidos quando esse evento.\n", true},
		"Japanese":               {"# ページ\n次のフィールドが収集されます。\n", true},
		"Russian":                {"# Страница\nСобираются следующие поля.\n", true},
		"names only":             {"# Page\n\n## Office.Van.Het\n\n- **de_van_het** -\n", false},
		"one Dutch word or two":  {"# Page\n" + english + "van het\n", false},
		"a Dutch word in a line": {"# Page\nThe value is 'van'.\n", false},
	} {
		_, err := Parse("p", strings.NewReader(tc.text))
		if got := errors.Is(err, ErrTranslated); got != tc.translated {
			t.Errorf("%s: translated %v", name, got)
		}
		if tc.translated && schema.CodeOf(err) != schema.CodeUnknownFormat {
			t.Errorf("%s: code %q", name, schema.CodeOf(err))
		}
	}
}
