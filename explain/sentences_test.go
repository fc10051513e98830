package explain

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"inzage/explain/catalog"
	"inzage/schema"
	"inzage/testdata"
)

func builtIn(t *testing.T) *Catalog {
	t.Helper()
	c, err := Load(catalog.FS())
	if err != nil {
		t.Fatal(errors.Unwrap(err))
	}
	return c
}

// TestSentencesOfNames holds what is made of names, in both languages, against
// the golden list. Read what changes in it aloud before accepting it.
func TestSentencesOfNames(t *testing.T) {
	t.Parallel()
	c := builtIn(t)
	nl, en := c.For(Reader{Lang: schema.Dutch}), c.For(Reader{Lang: schema.English})
	file := filepath.Join("testdata", "sentences.txt")
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	count := 0
	for line := range strings.Lines(string(data)) {
		if strings.HasPrefix(line, "    ") || strings.TrimSpace(line) == "" {
			continue
		}
		name, list, _ := strings.Cut(strings.TrimSpace(line), "\t")
		r := testdata.Event{Name: name, List: list}.Record()
		got.WriteString(strings.TrimRight(name+"\t"+list, "\t") + "\n")
		got.WriteString("    " + nl.Explain(r).Text.Reveal() + "\n")
		got.WriteString("    " + en.Explain(r).Text.Reveal() + "\n")
		count++
	}
	if count < 120 {
		t.Errorf("only %d names", count)
	}
	if *update {
		if err := os.WriteFile(file, []byte(got.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(data), got.String()); diff != "" {
		t.Errorf("run with -update after reading what changed (- golden, + now):\n%s", diff)
	}
}

// TestSentencesReadWell holds every sentence about every published name to what
// a person may expect of a sentence.
func TestSentencesReadWell(t *testing.T) {
	t.Parallel()
	c := builtIn(t)
	english := onlyEnglish(c)
	for _, l := range []schema.Lang{schema.Dutch, schema.English} {
		x := c.For(Reader{Lang: l})
		for _, e := range testdata.Events() {
			made := x.Explain(e.Record())
			text := made.Text.Reveal()
			for _, fault := range faults(text) {
				t.Errorf("%s, %s: %s: %q", e.Name, l, fault, text)
			}
			if made.Title == "" || made.Layer == schema.LayerNone {
				t.Errorf("%s, %s: no title, or nothing known", e.Name, l)
			}
			if l == schema.English && made.Layer == schema.LayerComposed && ofNobody.MatchString(text) {
				t.Errorf("%s: no English: %q", e.Name, text)
			}
			if l != schema.Dutch || made.Layer != schema.LayerComposed {
				continue
			}
			if n := strings.Count(text, " van de ") + strings.Count(text, " van het "); n > 1 {
				t.Errorf("%s: a chain of %d: %q", e.Name, n, text)
			}
			for _, word := range plainWords(unquoted(text)) {
				if english[word] {
					t.Errorf("%s: the English word %q in %q", e.Name, word, text)
				}
			}
		}
	}
}

// faults tells what is wrong with the look of a text of one or more sentences.
func faults(text string) []string {
	const most = 25 // words in a sentence; docs/catalog-format.md
	var list []string
	note := func(wrong bool, what string) {
		if wrong {
			list = append(list, what)
		}
	}
	note(strings.Contains(text, "  "), "two spaces")
	note(strings.ContainsAny(text, "{}[]_|"), "a placeholder or a raw name")
	note(strings.Contains(text, " ,") || strings.Contains(text, " .") || strings.Contains(text, ": ."), "a space before a mark")
	note(!strings.HasSuffix(text, "."), "no full stop")
	note(camel.MatchString(knownNames.ReplaceAllString(text, "")), "a name as programmers write it")
	for sentence := range strings.SplitSeq(strings.TrimSuffix(text, "."), ". ") {
		first := []rune(strings.TrimLeft(sentence, "‘"))
		note(len(first) == 0 || !unicode.IsUpper(first[0]) && !unicode.IsDigit(first[0]), "no capital")
		note(len(strings.Fields(sentence)) > most, "too long")
	}
	return list
}

var (
	camel      = regexp.MustCompile(`\p{Ll}\p{Lu}`)
	knownNames = regexp.MustCompile(`OneNote|OneDrive|PowerPoint|SharePoint|AutoUpdate|AppLocker|InVision|FindTime|HoloLens|BitLocker|` +
		`SmartScreen|macOS|iOS|iPadOS|iPhone|iPad|JavaScript|LinkedIn|YouTube|GitHub|OneAuth|DirectX|WebView|McAfee`)
	quoted = regexp.MustCompile(`‘[^’]*’`)
	// What a sentence made of Dutch word order, or of a doing for a place, has.
	ofNobody = regexp.MustCompile(`\bthe own\b|\bin the (composing|editing|sharing)\b`)
)

// unquoted leaves out what is shown as a name and not said.
func unquoted(text string) string { return quoted.ReplaceAllString(text, "") }

// plainWords returns the words of a text that are written small; others can be
// names.
func plainWords(text string) []string {
	var list []string
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' }) {
		if word == strings.ToLower(word) {
			list = append(list, word)
		}
	}
	return list
}

// onlyEnglish returns the words that the glossary uses in English and nowhere in
// Dutch.
func onlyEnglish(c *Catalog) map[string]bool {
	words := map[string]bool{}
	for _, t := range c.tokens {
		for _, w := range plainWords(t.EN) {
			words[w] = true
		}
	}
	for _, t := range c.tokens {
		for _, w := range plainWords(t.NL) {
			delete(words, w)
		}
	}
	for _, t := range c.texts {
		for _, w := range plainWords(t.NL) {
			delete(words, w)
		}
	}
	for _, v := range c.verbs {
		for _, n := range v.text.nl.nodes {
			for _, w := range plainWords(n.text) {
				delete(words, w)
			}
		}
	}
	for _, a := range c.acts {
		for _, w := range plainWords(a.text.nl.fill(map[string]string{slotWhat: ""})) {
			delete(words, w)
		}
	}
	for _, j := range c.joints {
		delete(words, j.NL)
	}
	return words
}
