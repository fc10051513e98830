package catalog_test

import (
	"cmp"
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"go.yaml.in/yaml/v3"

	"inzage/explain/catalog"
)

// What the texts of the catalog must reach. Flesch-Douma for Dutch and Flesch
// for English say how easy a text reads: 60 to 70 is normal, 70 to 80 easy.
const (
	leastEase     = 60 // mean of a language
	leastFileEase = 50 // of any file with enough words to say so
	enoughWords   = 100
	mostMean      = 15 // words a sentence
	mostWords     = 25 // in any sentence
	mostPassive   = 1  // percent of the Dutch sentences
)

// said is a text for people: where it stands, and what it says.
type said struct{ file, key, lang, text string }

// sayings lists the sentences of the catalog as people read them: of events the
// wanted sentences, with values in them; of everything else the texts.
func sayings(t *testing.T) []said {
	t.Helper()
	var list []said
	err := fs.WalkDir(catalog.FS(), ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(file, ".yaml") {
			return err
		}
		folder, _, _ := strings.Cut(file, "/")
		if !slices.Contains([]string{"events", "namespaces", "fields", "terms", "texts", "rules", "law", "facets", "registers"}, folder) {
			return nil
		}
		data, err := fs.ReadFile(catalog.FS(), file)
		if err != nil {
			return err
		}
		var root yaml.Node
		if err := yaml.Unmarshal(data, &root); err != nil {
			return err
		}
		collect(&list, file, "", &root, folder == "events")
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// collect takes the nl and en texts under a node.
func collect(list *[]said, file, key string, n *yaml.Node, events bool) {
	if n.Kind != yaml.MappingNode {
		for _, c := range n.Content {
			collect(list, file, key, c, events)
		}
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, value := n.Content[i].Value, n.Content[i+1]
		switch {
		case name == "event":
			key = value.Value
		case events && (name == "text" || name == "title" || name == "app" || name == "example"),
			name == "app", name == "part", name == "title", strings.HasSuffix(name, ".example"),
			name == "source" && (strings.HasPrefix(file, "law/") || strings.HasPrefix(file, "registers/")): // names an article or a page
		case value.Kind == yaml.ScalarNode && (name == "nl" || name == "en"):
			*list = append(*list, said{file, key, name, value.Value})
		case value.Kind != yaml.ScalarNode:
			collect(list, file, strings.TrimPrefix(key+"/"+name, "/"), value, events)
		}
	}
}

// products returns what takes the names of products out of a sentence: a text cannot
// help them, and they are no words to count.
func products(t *testing.T) func(string) string {
	t.Helper()
	names := map[string]bool{"Microsoft 365": true, "Microsoft": true, "Windows": true, "Office": true, "Visual Basic": true}
	for _, folder := range []string{"namespaces", "events"} {
		err := fs.WalkDir(catalog.FS(), folder, func(file string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			data, err := fs.ReadFile(catalog.FS(), file)
			if err != nil {
				return err
			}
			var entries []struct {
				App map[string]string `yaml:"app"`
			}
			if err := yaml.Unmarshal(data, &entries); err != nil {
				return err
			}
			for _, e := range entries {
				for _, name := range e.App {
					names[name] = true
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	list := slices.SortedFunc(maps.Keys(names), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b))
	})
	parts := func(text string) []string {
		return strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	}
	first := make(map[string]bool) // hundreds of names are looked for only where one can be
	for i, name := range list {
		first[parts(name)[0]] = true
		list[i] = regexp.QuoteMeta(name)
	}
	all := regexp.MustCompile(`\b(` + strings.Join(list, "|") + `)\b`)
	return func(sentence string) string {
		if !slices.ContainsFunc(parts(sentence), func(w string) bool { return first[w] }) {
			return sentence
		}
		return all.ReplaceAllString(sentence, " ")
	}
}

// measure is what was counted in a number of texts.
type measure struct{ sentences, words, syllables, passive int }

func (m *measure) add(o measure) {
	m.sentences, m.words, m.syllables, m.passive = m.sentences+o.sentences, m.words+o.words, m.syllables+o.syllables, m.passive+o.passive
}

func (m measure) mean() float64 { return float64(m.words) / float64(max(1, m.sentences)) }

// ease is Flesch-Douma (1960) in Dutch, Flesch (1948) in English.
func (m measure) ease(lang string) float64 {
	perWord := float64(m.syllables) / float64(max(1, m.words))
	if lang == "nl" {
		return 206.8 - 77*perWord - 0.93*m.mean()
	}
	return 206.835 - 1.015*m.mean() - 84.6*perWord
}

// TestReadingLevel holds every fixed text to the reading level that employees
// are promised (B1).
func TestReadingLevel(t *testing.T) {
	t.Parallel()
	var (
		names    = products(t)
		hole     = regexp.MustCompile(`\{[^}]*\}|https?://\S+|‘[^’]*’|"[^"]*"|` + "`[^`]*`")
		end      = regexp.MustCompile(`[.!?:;]+(\s|$)|\n+`)
		word     = regexp.MustCompile(`[\p{L}][\p{L}'’]*`)
		code     = regexp.MustCompile(`[\d_\\/@]|\p{Ll}\p{Lu}|\p{L}\.\p{L}`)
		passive  = regexp.MustCompile(`(?i)\b(wordt|worden|werd|werden)\b.*\b(ge|be|ver|ont)\p{L}+(d|t|en)\b|\b(ge|be|ver|ont)\p{L}+(d|t|en)\s+(wordt|worden|werd|werden)\b`)
		per      = map[string]map[string]*measure{"nl": {}, "en": {}}
		forlang  = map[string]*measure{"nl": {}, "en": {}}
		syllable = map[string]func(string) int{"nl": dutchSyllables, "en": englishSyllables}
	)
	for _, s := range sayings(t) {
		text := hole.ReplaceAllString(strings.NewReplacer("[", "", "]", "").Replace(s.text), " ")
		var m measure
		for _, sentence := range end.Split(text, -1) {
			plain := slices.DeleteFunc(strings.Fields(names(sentence)), code.MatchString)
			words := word.FindAllString(strings.Join(plain, " "), -1)
			if len(words) == 0 {
				continue
			}
			if len(words) > mostWords {
				t.Errorf("%s: %s: %s: a sentence of %d words: %s", s.file, s.key, s.lang, len(words), strings.TrimSpace(sentence))
			}
			m.sentences++
			m.words += len(words)
			for _, w := range words {
				m.syllables += syllable[s.lang](strings.ToLower(w))
			}
			if s.lang == "nl" && passive.MatchString(sentence) {
				m.passive++
			}
		}
		if per[s.lang][s.file] == nil {
			per[s.lang][s.file] = &measure{}
		}
		per[s.lang][s.file].add(m)
		forlang[s.lang].add(m)
	}
	for _, lang := range []string{"nl", "en"} {
		for _, file := range slices.Sorted(maps.Keys(per[lang])) {
			m := per[lang][file]
			line := fmt.Sprintf("%s %-44s %6d words, ease %5.1f, %4.1f words a sentence, %d passive", lang, file, m.words, m.ease(lang), m.mean(), m.passive)
			switch {
			case m.words >= enoughWords && m.ease(lang) < leastFileEase:
				t.Errorf("%s: hard to read", line)
			case m.mean() > mostMean:
				t.Errorf("%s: long sentences", line)
			default:
				t.Log(line)
			}
		}
		m := forlang[lang]
		t.Logf("%s: %d words in %d sentences, ease %.1f, %.1f words a sentence, %d passive", lang, m.words, m.sentences, m.ease(lang), m.mean(), m.passive)
		if m.ease(lang) < leastEase || m.mean() > mostMean {
			t.Errorf("%s: ease %.1f (at least %d), %.1f words a sentence (at most %d)", lang, m.ease(lang), leastEase, m.mean(), mostMean)
		}
		if 100*m.passive > mostPassive*m.sentences {
			t.Errorf("%s: %d of %d sentences passive, at most %d %%", lang, m.passive, m.sentences, mostPassive)
		}
	}
}

// TestPlainWords finds words that people at this level do not use, codes that
// no reader can do anything with, and abbreviations that nothing explains.
func TestPlainWords(t *testing.T) {
	t.Parallel()
	forbidden := map[string]*regexp.Regexp{
		"nl": regexp.MustCompile(`(?i)\b(derhalve|teneinde|middels|conform|alsmede|indien|tevens|dient te|dienen te|ten behoeve van|inzake|omtrent|aangaande|desbetreffende|geschiedt|reeds|voornoemde|hieromtrent|ingevolge|krachtens|mitsdien|jegens|additionele|initiëren|faciliteren)\b`),
		"en": regexp.MustCompile(`(?i)\b(pursuant|hereby|herein|thereof|therein|utilise|utilize|utilised|utilized|commence|notwithstanding|henceforth|aforementioned|facilitate|leverage|in order to|with regard to|prior to|subsequent to)\b`),
	}
	guid := regexp.MustCompile(`[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}`)
	short := regexp.MustCompile(`\b\p{Lu}{2,6}s?\b`)
	// Known to every reader of office software, or names of things as people see
	// them written.
	known := strings.Fields(knownAbbreviations)
	// An answer has its own list of words (the sheet Begrippen).
	var glossary []string
	all := sayings(t)
	for _, s := range all {
		if s.file == "law/glossary.yaml" && strings.HasSuffix(s.key, "/name") {
			glossary = append(glossary, short.FindAllString(s.text, -1)...)
		}
	}
	for _, s := range all {
		if w := forbidden[s.lang].FindString(s.text); w != "" {
			t.Errorf("%s: %s: %s: %q is not a plain word", s.file, s.key, s.lang, w)
		}
		if guid.MatchString(s.text) && !strings.HasPrefix(s.file, "texts/cli") {
			t.Errorf("%s: %s: %s: a raw code in a sentence", s.file, s.key, s.lang)
		}
		if strings.HasPrefix(s.file, "texts/cli") || s.file == "texts/api.yaml" { // for who runs the program, or writes one
			continue
		}
		for _, a := range short.FindAllString(s.text, -1) {
			listed := strings.HasPrefix(s.file, "law/") && slices.Contains(glossary, a)
			if !slices.Contains(known, a) && !listed && !explained(s.text, a) {
				t.Errorf("%s: %s: %s: nothing explains %q", s.file, s.key, s.lang, a)
			}
		}
	}
}

// explained tells whether the text says what the abbreviation is: it stands in
// brackets behind its meaning, or its meaning stands behind it.
func explained(text, short string) bool {
	return strings.Contains(text, "("+short+")") || strings.Contains(text, short+" (") || strings.Contains(text, short+",") || strings.Contains(text, short+":")
}

// knownAbbreviations are in the first lines what newspapers do not explain
// either, then names of products and laws, then values in the examples.
const knownAbbreviations = `
PC TV OK ID USB PDF SMS GPS QR CD CDs PIN SIM IP AI MB GB EU BSN MAC
HTML CSV JSON YAML ZIP SHA UTF
BI IQ NET JAWS NVDA AVG GDPR
NPS NTFS CLOUD UTF IN ADDED FILE
`
