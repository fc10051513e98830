package pages

import (
	"strings"
	"unicode"
)

// translated tells whether a page is not in English. Machine translation
// changes names ("hostname" became "hostnaam"), so such a page is no source of
// names. The page says so itself in most cases; else its words do.
func (d *document) translated() bool {
	for _, key := range []string{"ms.contentlocale", "ms.locale", "locale", "lang"} {
		if v := strings.ToLower(d.front[key]); v != "" {
			return !strings.HasPrefix(v, "en")
		}
	}
	if v := strings.ToUpper(d.front["ms.translationtype"]); v == "MT" || v == "HT" {
		return true
	}
	return d.otherWords()
}

// otherWords weighs the small words of a page: the commonest of them are
// English ones on an English page. Names and headings do not count.
func (d *document) otherWords() bool {
	count := make(map[string]int, 6)
	letters, foreign, read := 0, 0, 0
	for _, l := range d.lines {
		if l.kind != prose && l.kind != bullet && l.kind != row {
			continue
		}
		if strings.Contains(l.text, `class="sxs-lookup"`) {
			return true // both languages side by side
		}
		text := strings.ToLower(plain(l.text))
		if read += len(text); read > 1<<20 {
			break
		}
		for _, word := range strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' && r != '’' }) {
			for _, r := range word {
				letters++
				if r > 0x24F && r != '’' {
					foreign++
				}
			}
			count[languageOf(word)]++
		}
	}
	if foreign*5 > letters {
		return true // another script
	}
	for _, language := range []string{"nl", "de", "fr", "es", "it", "pt"} {
		if n := count[language]; n > count["en"] && n >= 3 {
			return true
		}
	}
	return false
}

// languageOf returns the language of a small word that others do not share.
func languageOf(word string) string {
	switch word {
	case "the", "of", "and", "to", "is", "this", "that", "whether", "with", "by", "following", "used", "when", "it":
		return "en"
	case "het", "een", "van", "wordt", "worden", "niet", "deze", "voor", "met", "zijn", "volgende", "velden", "gegevens", "gebeurtenis", "naar":
		return "nl"
	case "der", "das", "und", "wird", "werden", "nicht", "mit", "ein", "eine", "ist", "für", "dieses", "felder", "folgenden", "gibt":
		return "de"
	case "les", "des", "est", "une", "pour", "dans", "cet", "cette", "sont", "champs", "suivants", "événement", "qui", "avec":
		return "fr"
	case "los", "las", "del", "una", "para", "este", "esta", "campos", "siguientes", "evento", "cuando", "con":
		return "es"
	case "gli", "della", "di", "il", "questo", "vengono", "campi", "seguenti", "viene", "per":
		return "it"
	case "os", "um", "uma", "são", "não", "do", "da", "seguintes", "esse", "quando":
		return "pt"
	}
	return ""
}
